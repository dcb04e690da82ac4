/**
 * Reads what writes.c has seen and rebuilds what a disk may hold after a power cut: what was synced is there;
 * of everything after it each sector may have arrived or not, in any order.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Random } from '../torture/random.ts'

export type DiskFile = 'D' | 'W'
export type Operation = {
  op: 'w' | 's' | 't' | 'u'
  file: DiskFile | 'O'
  pid: number
  offset: number
  length: number
  data: Buffer
  /** Where its record ends in the log: what is confirmed at a log of this size came after it. */
  end: number
}

/** Compiles writes.c; null where there is no compiler for it. */
export function buildRecorder(folder: string): string | null {
  const library = join(folder, 'writes.so')
  try {
    const source = fileURLToPath(new URL('writes.c', import.meta.url))
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'ignore' })
    return library
  } catch {
    return null
  }
}

export function readOperations(log: string): Operation[] {
  const bytes = readFileSync(log)
  const operations: Operation[] = []
  for (let at = 0; at < bytes.length; ) {
    const op = String.fromCharCode(bytes[at] ?? 0) as Operation['op']
    const file = String.fromCharCode(bytes[at + 1] ?? 0) as Operation['file']
    const pid = bytes.readInt32LE(at + 4)
    const offset = Number(bytes.readBigInt64LE(at + 8))
    const length = Number(bytes.readBigInt64LE(at + 16))
    const size = op === 'w' && file !== 'O' ? length : 0
    const data = bytes.subarray(at + 24, at + 24 + size)
    at += 24 + size
    operations.push({ op, file, pid, offset, length, data, end: at })
  }
  return operations
}

const sector = 512

/** How much of what was not synced has arrived. */
export const tears = [
  'nothing',
  'a torn prefix',
  'any sectors',
  'zeroes in place of some',
  'everything',
] as const
export type Tear = (typeof tears)[number]

/** A file as the disk may hold it after these operations; null: it isn't there. */
export function afterPowerCut(
  operations: readonly Operation[],
  file: DiskFile,
  tear: Tear,
  random: Random,
): Buffer | null {
  const own = operations.filter((one) => one.file === file)
  const lastSync = own.findLastIndex((one) => one.op === 's')
  let content: Buffer | null = null
  for (const one of own.slice(0, lastSync + 1)) content = apply(content, one)
  const pending = own.slice(lastSync + 1)
  if (tear === 'nothing') return content
  const whole = tear === 'a torn prefix' ? random.between(0, pending.length) : pending.length
  pending.forEach((one, index) => {
    if (index > whole) return
    if (one.op !== 'w') {
      if (tear === 'everything' || index < whole || random.chance(0.5)) content = apply(content, one)
      return
    }
    const torn =
      tear === 'a torn prefix' && index === whole ? random.between(0, one.data.length / sector) : null
    for (let from = 0; from < one.data.length; from += sector) {
      const piece = one.data.subarray(from, from + sector)
      const arrives =
        torn === null
          ? tear === 'everything' || tear === 'a torn prefix' || random.chance(0.5)
          : from / sector < torn
      if (arrives) content = put(content, one.offset + from, piece)
      else if (tear === 'zeroes in place of some')
        content = put(content, one.offset + from, Buffer.alloc(piece.length))
    }
  })
  return content
}

function apply(content: Buffer | null, { op, offset, data }: Operation): Buffer | null {
  if (op === 'w') return put(content, offset, data)
  if (op === 'u') return null
  if (op === 't') return content === null ? null : Buffer.from(content.subarray(0, offset))
  return content
}

/** Copies: states share nothing. */
function put(content: Buffer | null, offset: number, data: Buffer): Buffer {
  const before = content ?? Buffer.alloc(0)
  if (before.length >= offset + data.length) {
    data.copy(before, offset)
    return before
  }
  const longer = Buffer.alloc(offset + data.length)
  before.copy(longer)
  data.copy(longer, offset)
  return longer
}
