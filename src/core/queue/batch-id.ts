/**
 * Owns ids of new batches: UUIDs of version 7, which begin with the time and a sequence. A batch's id leads two indexes
 * of its jobs: with random ids each of ten thousand batches writes pages of its own, and evicts those of the others.
 */
import { randomUUID } from 'node:crypto'

let last = { at: 0, sequence: 0 }

/** An id for a batch made at that time (epoch ms); larger than every id that this process gave before. */
export function newBatchId(at: number): string {
  if (at > last.at) last = { at, sequence: 0 }
  else if (last.sequence < 0xfff) last = { at: last.at, sequence: last.sequence + 1 }
  else last = { at: last.at + 1, sequence: 0 }
  const time = last.at.toString(16).padStart(12, '0')
  const sequence = last.sequence.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}${randomUUID().slice(18)}`
}
