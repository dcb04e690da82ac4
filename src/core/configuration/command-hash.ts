/**
 * Owns the identity of commands: a hash for each, one over all of a batch, and which was seen before.
 * Must never depend on anything that differs between two batches of the same work.
 */
import { createHash, hash } from 'node:crypto'

/** 32 hex characters (128 bits) over a text. */
export function hashText(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/** Sums up command hashes in their order; `BatchPlan.digest` is made so. */
export function createCommandDigest(): { add(commandHash: string): void; finish(): string } {
  const sum = createHash('sha256')
  let held = ''
  return {
    add(commandHash) {
      held += commandHash
      if (held.length < 32 * 1024) return
      sum.update(held)
      held = ''
    },
    finish: () => sum.update(held).digest('hex').slice(0, 32),
  }
}

const WORDS = 5

/**
 * Which ordinal had a command first. Open addressing over the whole 128 bits in one typed array: 20 bytes for a
 * slot, 42 MB for a million commands, where a Map of strings would take four times that.
 */
export class FirstSeen {
  #slots = 1024
  #table = new Uint32Array(this.#slots * WORDS)
  #size = 0

  /** The ordinal (from 1) that came with this hash first, or undefined if this is the first. */
  add(commandHash: string, ordinal: number): number | undefined {
    if (this.#size * 3 > this.#slots * 2) this.#grow()
    const words = [0, 8, 16, 24].map((at) => Number.parseInt(commandHash.slice(at, at + 8), 16))
    const [a = 0, b = 0, c = 0, d = 0] = words
    return this.#put(a, b, c, d, ordinal)
  }

  #put(a: number, b: number, c: number, d: number, ordinal: number): number | undefined {
    const table = this.#table
    for (let slot = a & (this.#slots - 1); ; slot = (slot + 1) & (this.#slots - 1)) {
      const at = slot * WORDS
      const first = table[at + 4]
      if (first === 0) {
        table.set([a, b, c, d, ordinal], at)
        this.#size += 1
        return undefined
      }
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return first
    }
  }

  #grow(): void {
    const old = this.#table
    this.#slots *= 2
    this.#table = new Uint32Array(this.#slots * WORDS)
    this.#size = 0
    for (let at = 0; at < old.length; at += WORDS) {
      const ordinal = old[at + 4] ?? 0
      if (ordinal > 0) this.#put(old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0, ordinal)
    }
  }
}
