/**
 * Owns the first and the last line of a job's output with something in them: most programs print the reason of a failure
 * in one of the two. Output and errors are one log, in the order in which they were written.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const lookAtBytes = 4_096
const longest = 500

/** Null where there is no log, or nothing in its end. */
export function lastLine(file: string): string | null {
  return linesOf(file, (size) => size - Math.min(size, lookAtBytes)).at(-1) ?? null
}

/** Null where there is no log, or nothing in its beginning. */
export function firstLine(file: string): string | null {
  return linesOf(file, () => 0)[0] ?? null
}

function linesOf(file: string, from: (size: number) => number): string[] {
  let fd: number
  try {
    // A link or pipe that a job put in place of its log must not redirect us or block us.
    fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return [] // a job without output has no log
  }
  try {
    const look = fstatSync(fd)
    if (!look.isFile()) return []
    const buffer = Buffer.alloc(Math.min(look.size, lookAtBytes))
    readSync(fd, buffer, 0, buffer.length, from(look.size))
    return stripVTControlCharacters(buffer.toString('utf8'))
      .split(/[\r\n]+/)
      .map((line) => line.trim().slice(0, longest))
      .filter((line) => line !== '')
  } finally {
    closeSync(fd)
  }
}
