/**
 * Owns hashing what jobs read, beside their work: a piece of 256 KiB (about 0.2 ms of one core), then a pause of 25 ms,
 * so that jobs lose less than 1 %. A missing hash only means that a job is run again.
 */
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { type FileState, saveHash, statesWithoutHash } from '../queue/file-store.ts'
import { hashFile } from './file-hash.ts'

export const pauseMs = 25
const lookMs = 1_000
const atOnce = 50

/** The host stops. */
class CutOff extends Error {}

type Options = { db: Db; clock: Clock; onError(cause: unknown): void }

export class Hasher {
  readonly #o: Options
  #timer: Timer | null = null
  #working: Promise<void> | null = null
  /** Awake time after which nothing more is begun; infinite while the host is working. */
  #untilMs = 0
  #pauseMs = pauseMs

  constructor(options: Options) {
    this.#o = options
  }

  /** Checks every second for files to hash. Idempotent. */
  start(): void {
    this.#untilMs = Number.POSITIVE_INFINITY
    this.#pauseMs = pauseMs
    this.#timer ??= this.#o.clock.after(lookMs, () => {
      this.#timer = null
      this.#work()
      this.start()
    })
  }

  /** Stops: hashes without pauses for this long, and leaves the rest to the next host. */
  async stop(budgetMs: number): Promise<void> {
    if (this.#timer === null) return
    this.#timer.cancel()
    this.#timer = null
    this.#pauseMs = 0
    this.#untilMs = this.#o.clock.awakeMs() + budgetMs
    this.#work()
    await this.#working
  }

  #work(): void {
    this.#working ??= this.#hashSome()
      .catch(this.#o.onError)
      .finally(() => {
        this.#working = null
      })
  }

  async #hashSome(): Promise<void> {
    const { db } = this.#o
    for (;;) {
      const states = this.#mayGoOn() ? statesWithoutHash(db, atOnce) : []
      if (states.length === 0) return
      const hashes: { id: number; hash: string }[] = []
      for (const state of states) {
        if (!this.#mayGoOn()) break
        const hash = await this.#hash(state)
        if (hash !== null) hashes.push({ id: state.id, hash })
        if (this.#pauseMs > 0) await sleep(this.#pauseMs)
      }
      db.note(() => {
        for (const { id, hash } of hashes) saveHash(db, id, hash)
      })
    }
  }

  /** Null: it was cut off, and is left to the next host. */
  async #hash(state: FileState): Promise<string | null> {
    try {
      if (!isStill(state)) return ''
      const hash = await hashFile(state.path, () => this.#pause())
      return isStill(state) ? hash : ''
    } catch (cause) {
      if (cause instanceof CutOff) return null
      return '' // gone, or not to be read: it counts as changed
    }
  }

  #mayGoOn(): boolean {
    return this.#o.clock.awakeMs() < this.#untilMs
  }

  async #pause(): Promise<void> {
    if (!this.#mayGoOn()) throw new CutOff()
    if (this.#pauseMs > 0) await sleep(this.#pauseMs)
  }
}

function isStill({ path, size, mtimeMs }: FileState): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === size && stats.mtimeMs === mtimeMs
}
