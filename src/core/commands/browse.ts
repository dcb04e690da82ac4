/** `browse`: folders and configurations in a folder, for hosts without their own file dialog. */
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fail, ok } from '../../contract/errors.ts'
import { naturalKey } from '../configuration/inputs/natural-order.ts'
import { isConfigurationName } from '../configuration/spec-file.ts'
import type { Handler } from './command.ts'

export const browse: Handler<'browse'> = (_scope, input) => {
  const asked = input.folder ?? homedir()
  if (!path.isAbsolute(asked)) return fail('usage', `${asked} is not a whole path.`)
  const folder = path.resolve(asked)
  let found: Dirent[]
  try {
    found = readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    return fail('not-possible', describe(folder, cause))
  }
  const listed = found
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const at = path.join(folder, entry.name)
      const kind = kindOf(entry, at)
      return kind === null ? [] : [{ name: entry.name, path: at, kind, key: naturalKey(entry.name) }]
    })
    .sort((a, b) => {
      if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
      return a.key < b.key ? -1 : 1
    })
  const entries = listed.map(({ name, path, kind }) => ({ name, path, kind }))
  const parent = path.dirname(folder)
  return ok({ folder, parent: parent === folder ? null : parent, entries })
}

/** Links count as their targets; dangling ones are left out. */
function kindOf(entry: Dirent, at: string): 'folder' | 'configuration' | null {
  const isLink = entry.isSymbolicLink()
  if (!isLink && !entry.isDirectory() && !isConfigurationName(entry.name)) return null
  const target = isLink ? follow(at) : entry
  if (target?.isDirectory()) return 'folder'
  return target?.isFile() && isConfigurationName(entry.name) ? 'configuration' : null
}

function follow(at: string) {
  try {
    return statSync(at)
  } catch {
    return undefined
  }
}

function describe(folder: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT') return `There is no folder ${folder}.`
  if (code === 'ENOTDIR') return `${folder} is not a folder.`
  if (code === 'EACCES' || code === 'EPERM') return `You may not look into the folder ${folder}.`
  if (!/^E[A-Z]+$/.test(code)) throw cause
  return `The folder ${folder} can't be read (${code}).`
}
