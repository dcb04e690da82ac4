/** `backup`: a consistent copy of the live database, checked and on the disk before it gets its name. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { copyDatabase, isThere } from '../db/copy.ts'
import { diskTrouble } from '../db/open.ts'
import { failpoint } from '../failpoint.ts'
import { recordEvent } from '../queue/event-store.ts'
import type { Handler } from './command.ts'

export const backup: Handler<'backup'> = async ({ db, context }, { file }) => {
  if (!path.isAbsolute(file)) return fail('usage', `${file} is not a whole path.`)
  const folder = path.dirname(file)
  if (isThere(file)) return fail('not-possible', `${file} exists already; a backup replaces nothing.`)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return fail('not-possible', `There is no folder ${folder}.`)
  let bytes: number
  try {
    bytes = await copyDatabase(db.path, file, () => failpoint('mid-backup'))
  } catch (cause) {
    return describe(file, cause)
  }
  db.write(() => recordEvent(db, context, { kind: 'database_backed_up', details: { file, bytes } }))
  return ok({ file, bytes })
}

/** A disk that refuses, and a database that can't be copied, are answers; anything else is a bug. */
function describe(file: string, cause: unknown): Result<never> {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (!/^(E[A-Z]+|SQLITE_\w+)$/.test(code)) throw cause
  if (code === 'ENOSPC' || code === 'SQLITE_FULL')
    return fail('not-possible', `The disk is too full for ${file}; nothing was left there.`)
  if (code === 'EEXIST') return fail('not-possible', `${file} exists already; a backup replaces nothing.`)
  const io = /^(EIO$|SQLITE_IOERR)/.test(code) ? diskTrouble(code) : null
  const message = io ?? (cause instanceof Error ? cause.message : code)
  return fail('not-possible', `${file} can't be written: ${message}. Nothing was left there.`)
}
