/**
 * Owns checking whether the data folder's disk still has room. Reads the file system at most once a second.
 */

import { statfsSync } from 'node:fs'
import { MB } from '../../contract/words.ts'
import { type Clock, eachSecond } from '../clock.ts'

export class DiskGuard {
  readonly #freeMb: () => number
  /** What the last check found. */
  low = false

  constructor(folder: string, clock: Clock) {
    this.#freeMb = eachSecond(clock, () => freeBytes(folder).free / MB)
  }

  /** True when less than `minFreeMb` is free for this user; 0 turns the check off. */
  isLow(minFreeMb: number): boolean {
    this.low = this.#freeMb() < minFreeMb
    return this.low
  }
}

/** Free (for this user) and total bytes of the disk that holds `folder`. */
export function freeBytes(folder: string): { free: number; total: number } {
  const stat = statfsSync(folder)
  return { free: stat.bavail * stat.bsize, total: stat.blocks * stat.bsize }
}
