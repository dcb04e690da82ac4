/**
 * Owns the bytes of a configuration file: that it can be read, is small enough, and is UTF-8.
 * Must never hang: anything but a regular file (a pipe, a device) is refused before it is opened.
 */

import { isUtf8 } from 'node:buffer'
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { countOf } from '../../contract/words.ts'
import type { Problems } from './problem.ts'

/** The most bytes a configuration file may have; inputs belong into `table` and `lines` files. */
const SPEC_LIMIT_BYTES = 2 ** 20

/**
 * The text of a configuration file without a byte order mark, the file's real path, and the folder that its paths are
 * relative to. `document`: what the text is, where it was made of that.
 */
export type SpecFile = { text: string; specPath: string; projectPath: string; document?: unknown }

/** Whether a name is that of a configuration. */
export function isConfigurationName(name: string): boolean {
  return /.\.slipway\.(ya?ml|json)$/i.test(name)
}

/**
 * Reads the file; undefined after having added the problem. A problem quotes the file, so `onlyNamed` leaves every
 * file alone that is not named as a configuration.
 */
export async function readSpecFile(
  file: string,
  problems: Problems,
  onlyNamed = false,
): Promise<SpecFile | undefined> {
  const place = { file, path: '' }
  if (onlyNamed && !isConfigurationName(path.basename(file))) {
    const message = 'this is not the name of a configuration'
    problems.add(place, {
      found: path.basename(file),
      expected: 'a file such as flood.slipway.yaml',
      message,
    })
    return undefined
  }
  try {
    const stats = await stat(file)
    if (!stats.isFile()) {
      const found = stats.isDirectory() ? 'a folder' : 'not a regular file'
      problems.add(place, {
        found,
        expected: 'a file such as flood.slipway.yaml',
        message: `the configuration is ${found}`,
      })
      return undefined
    }
    if (stats.size > SPEC_LIMIT_BYTES) {
      problems.add(place, {
        found: `${countOf(stats.size, 'byte')}`,
        expected: 'at most 1 MiB',
        message: `the configuration has ${countOf(stats.size, 'byte')}, more than the limit of 1 MiB; put long lists of inputs into a file and name it under "lines" or "table"`,
      })
      return undefined
    }
    const bytes = await readFile(file)
    if (!isUtf8(bytes)) {
      const line = firstBadLine(bytes)
      problems.add(
        { ...place, line },
        {
          found: 'bytes that are not UTF-8',
          expected: 'UTF-8 text',
          message: 'the configuration is not valid UTF-8',
        },
      )
      return undefined
    }
    const specPath = await realpath(file)
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
    return { text, specPath, projectPath: path.dirname(specPath) }
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT'
    problems.add(place, {
      found: isMissing ? '' : errorCode(error),
      expected: isMissing ? '' : 'a readable file',
      message: isMissing ? 'no such file' : `the configuration can't be read: ${describeError(error)}`,
    })
    return undefined
  }
}

/** The default name of a configuration: its file's name without `.slipway.yaml`. */
export function nameFromFile(file: string): string {
  const base = path.basename(file)
  return base.replace(/(\.slipway)?\.(ya?ml|json)$/i, '') || base
}

/** 1-based number of the first line that is not UTF-8. */
export function firstBadLine(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline
    if (!isUtf8(bytes.subarray(start, end))) return line
    start = end + 1
  }
  return line
}

/** The system's code of a failed call, such as ENOENT. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error)
}

const SENTENCES: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its symbolic links form a cycle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ERR_INVALID_ARG_VALUE: 'the name holds a NUL character',
}

/** A failed call in words. */
export function describeError(error: unknown): string {
  const code = errorCode(error)
  return SENTENCES[code] ?? code
}
