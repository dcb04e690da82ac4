/**
 * Owns reading a text file in whole lines: UTF-8 is checked, a byte order mark dropped, memory bounded.
 * Must never hold more than a chunk and one line.
 */
import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Located } from '../configuration.ts'
import type { Problems } from '../problem.ts'
import { describeError, firstBadLine } from '../spec-file.ts'

/** The longest line or table row, in bytes; a single argument of a program can't be longer than 128 KiB anyway. */
export const LINE_LIMIT_BYTES = 2 ** 20

/** Bytes that end at a line end (or the file's), and the 1-based number of their first line. */
export type TextBlock = { bytes: Buffer; firstLine: number }

/** Streams a file; stops early after having added a problem. `named` is where the configuration names the file. */
export async function* readTextBlocks(
  file: string,
  named: Located,
  problems: Problems,
): AsyncIterable<TextBlock> {
  if (!(await isRegularFile(file, named, problems))) return
  let carried: Buffer[] = []
  let carriedBytes = 0
  let line = 1
  let first = true
  const checked = (bytes: Buffer): TextBlock | undefined => {
    const block = {
      bytes: first && bytes.indexOf('\uFEFF') === 0 ? bytes.subarray(3) : bytes,
      firstLine: line,
    }
    first = false
    if (isUtf8(block.bytes)) return block
    const utf16 = line === 1 && (bytes[0] === 0xff || bytes[0] === 0xfe)
    problems.add(
      { file, path: named.place.path, line: line + firstBadLine(block.bytes) - 1 },
      {
        found: utf16 ? 'UTF-16' : 'bytes that are not UTF-8',
        expected: 'UTF-8 text',
        message: utf16
          ? 'the file is UTF-16; save it as UTF-8'
          : 'this line is not valid UTF-8; save the file as UTF-8',
      },
    )
    return undefined
  }
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 16 }) as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(10) + 1
      if (carriedBytes + (end === 0 ? chunk.length : chunk.indexOf(10)) > LINE_LIMIT_BYTES) {
        problems.add({ file, path: named.place.path, line }, tooLong)
        return
      }
      if (end > 0) {
        const block = checked(Buffer.concat([...carried, chunk.subarray(0, end)]))
        if (block === undefined) return
        yield block
        line += countNewlines(block.bytes)
        carried = []
        carriedBytes = 0
      }
      carried.push(chunk.subarray(end))
      carriedBytes += chunk.length - end
    }
    const last = carriedBytes > 0 ? checked(Buffer.concat(carried)) : undefined
    if (last !== undefined) yield last
  } catch (error) {
    unreadable(named, describeError(error), problems)
  }
}

/** The problem of a line or row beyond the limit. */
export const tooLong = {
  found: 'more than 1 MiB without a line end',
  expected: 'lines of at most 1 MiB',
  message: 'this line is longer than the limit of 1 MiB',
}

async function isRegularFile(file: string, named: Located, problems: Problems): Promise<boolean> {
  try {
    const stats = await stat(file)
    if (!stats.isFile())
      unreadable(named, stats.isDirectory() ? 'it is a folder' : 'it is no regular file', problems)
    return stats.isFile()
  } catch (error) {
    unreadable(named, describeError(error), problems)
    return false
  }
}

function unreadable(named: Located, why: string, problems: Problems): void {
  const expected = "a readable file, relative to the configuration's folder"
  problems.add(named.place, { found: named.text, expected, message: `can't read "${named.text}": ${why}` })
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}
