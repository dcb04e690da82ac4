/**
 * Owns noticing that the data folder's disk runs low or has room again, and recording it once per change, whichever
 * host sees it first. Must never stop anything: the executor checks for itself before it starts a job.
 */
import { MB } from '../../contract/words.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { recordEvent } from '../queue/event-store.ts'
import { readMark, readSetting, writeMark } from '../queue/settings-store.ts'
import { freeBytes } from './disk-guard.ts'

const lookEveryMs = 5_000
/** Hysteresis: this much above the minimum must be free before the disk counts as recovered. */
const margin = 1.05

export type DiskWatchOptions = {
  db: Db
  clock: Clock
  home: string
  hostId: string
  /** Called after the commit of a change. */
  onChanged: () => void
  onError: (cause: unknown) => void
  /** Free bytes of the disk that holds `home`. */
  free?: (home: string) => number
}

export class DiskWatch {
  readonly #options: DiskWatchOptions
  #timer: Timer | null = null
  #running = false

  constructor(options: DiskWatchOptions) {
    this.#options = options
  }

  /** Checks now and every few seconds from now on. Idempotent. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#next()
  }

  stop(): void {
    this.#running = false
    this.#timer?.cancel()
    this.#timer = null
  }

  #next(): void {
    if (!this.#running) return
    try {
      if (this.look()) this.#options.onChanged()
    } catch (cause) {
      // A completely full disk takes no event either: the next check tries again.
      this.#options.onError(cause)
    }
    this.#timer = this.#options.clock.after(lookEveryMs, () => this.#next())
  }

  /** Records a change; false when there is none, or another host was faster. Throws what SQLite throws. */
  look(): boolean {
    const { db, clock, home, hostId } = this.#options
    const least = readSetting(db, 'min-free-disk-mb') * MB
    const free = (this.#options.free ?? ((folder) => freeBytes(folder).free))(home)
    const changes = () => {
      const wasLow = readMark(db, 'disk-low') !== undefined
      if (wasLow ? free >= least * margin : free < least) return wasLow ? 'disk_recovered' : 'disk_low'
      return null
    }
    if (changes() === null) return false
    return db.note(() => {
      const kind = changes()
      if (kind === null) return false
      const at = clock.now()
      writeMark(db, 'disk-low', kind === 'disk_low' ? { since: at } : undefined, at)
      const details = { freeBytes: free, neededBytes: least }
      recordEvent(db, { actor: 'executor', hostId, origin: null, at }, { kind, details })
      return true
    })
  }
}
