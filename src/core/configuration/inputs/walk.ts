/**
 * Owns walking folders for a pattern. Must never walk in a cycle, block on a pipe, or yield a name that is
 * not the file's exact name.
 */
import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { opendir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Place, Problems } from '../problem.ts'
import { describeError, errorCode } from '../spec-file.ts'
import type { FilePattern } from './file-pattern.ts'

/** What a walk needs beside the pattern. */
export type Walk = { projectPath: string; place: Place; problems: Problems; excluded(shown: string): boolean }

/** Streams the files that match, as the pattern gives them (without its `./`); in no order. */
export async function* walkPattern(pattern: FilePattern, walk: Walk): AsyncIterable<string> {
  const { literal } = pattern
  const kind = await kindOf(path.resolve(walk.projectPath, literal))
  if (kind === 'file' && !literal.endsWith('/') && !walk.excluded(literal)) yield literal
  if (kind === 'folder') {
    const suggestion = `${literal.replace(/\/+$/, '')}/*`
    walk.problems.add(walk.place, {
      found: literal,
      expected: 'a pattern for files',
      message: `"${literal}" is a folder; write "${suggestion}" for the files in it`,
      suggestion,
    })
  }
  if (!pattern.isGlob) return
  for await (const file of walkFolder(pattern, walk, '', 0)) if (file !== literal) yield file
}

async function* walkFolder(
  pattern: FilePattern,
  walk: Walk,
  relative: string,
  depth: number,
): AsyncIterable<string> {
  const shownFolder = join(pattern.base, relative)
  const folder = path.resolve(walk.projectPath, shownFolder)
  const inside: string[] = []
  const doubtful: string[] = []
  for await (const entry of entriesOf(folder, shownFolder, walk)) {
    const { name } = entry
    const below = join(relative, name)
    const wanted = pattern.matches(below) && !walk.excluded(join(pattern.base, below))
    const enter = depth < pattern.depth && pattern.mayEnter(name, depth)
    if (!wanted && !enter) continue
    if (name.includes('\uFFFD')) doubtful.push(name)
    const link = entry.isSymbolicLink()
    const direct = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : undefined
    const kind = direct ?? (await kindOf(path.join(folder, name)))
    if (kind === 'file' && wanted) yield join(pattern.base, below)
    else if (kind === 'folder' && enter && (!link || depth < pattern.linkDepth)) inside.push(below)
    else if (kind === 'gone' && wanted && link) {
      walk.problems.add(walk.place, {
        found: join(pattern.base, below),
        expected: 'a link to a file that exists',
        message: `"${join(pattern.base, below)}" is a symbolic link to a file that isn't there; repair it or exclude it with "!"`,
      })
    }
  }
  if (doubtful.length > 0) await reportInexact(folder, shownFolder, new Set(doubtful), walk)
  for (const below of inside) yield* walkFolder(pattern, walk, below, depth + 1)
}

async function* entriesOf(folder: string, shown: string, walk: Walk): AsyncIterable<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: 1024 })
  } catch (error) {
    // A missing folder is not a problem by itself: it is reported if nothing matches at all.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return
    const message = `can't look into the folder "${shown || '.'}": ${describeError(error)}`
    walk.problems.add(walk.place, { found: errorCode(error), expected: 'a folder that can be read', message })
  }
}

/** U+FFFD in a name is either truly there or stands for bytes that are no UTF-8: then no argument can be exact. */
async function reportInexact(folder: string, shown: string, names: Set<string>, walk: Walk): Promise<void> {
  for (const bytes of await readdir(folder, { encoding: 'buffer' })) {
    if (isUtf8(bytes) || !names.has(bytes.toString('utf8'))) continue
    const found = join(
      shown,
      bytes.toString('latin1').replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`),
    )
    walk.problems.add(walk.place, {
      found,
      expected: 'a file name in UTF-8',
      message: `the file name "${found}" is not valid UTF-8 and can't be passed exactly; rename or exclude it`,
    })
  }
}

/** What a path leads to, through links. */
export async function kindOf(file: string): Promise<'file' | 'folder' | 'other' | 'gone'> {
  try {
    const stats = await stat(file)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'
  } catch {
    return 'gone'
  }
}

/** Joins without normalising, so that `../x` and absolute bases stay as they were written. */
function join(folder: string, name: string): string {
  return folder === '' || name === ''
    ? folder + name
    : folder.endsWith('/')
      ? folder + name
      : `${folder}/${name}`
}
