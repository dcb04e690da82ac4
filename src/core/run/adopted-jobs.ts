/**
 * Owns watching the launchers of dead hosts until their last job has ended and their journals are gone. Must never
 * record a verdict itself: every end goes to the executor.
 */
import path from 'node:path'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { type LauncherJournal, readJournal } from '../launcher/journal.ts'
import { placeOf } from '../launcher/slurm/slice.ts'
import { isRunning } from '../process/processes.ts'
import { attemptKey } from './batch-options.ts'
import type { JobsInHand } from './jobs-in-hand.ts'
import { interrupted, tidyJournals, verdictFrom } from './rescuer.ts'

const pollMs = 100
const tidyTries = 20
const tidyWaitMs = 25

type Options = {
  db: Db
  clock: Clock
  home: string
  hostId: string
  events: { onError(cause: unknown): void }
}

export class AdoptedJobs {
  readonly #o: Options
  readonly #jobs: JobsInHand
  #poll: NodeJS.Timeout | null = null
  /** Jobs whose end is being confirmed. */
  readonly #ending = new Set<string>()

  constructor(options: Options, jobs: JobsInHand) {
    this.#o = options
    this.#jobs = jobs
  }

  /** Polls until no adopted job is left. */
  watch(): void {
    this.#poll ??= setInterval(() => void this.#look().catch(this.#o.events.onError), pollMs)
  }

  stop(): void {
    if (this.#poll) clearInterval(this.#poll)
    this.#poll = null
  }

  /** Adopted launchers end right after their last job: their journals go too, unless that takes too long. */
  async tidyUp(): Promise<void> {
    for (let tries = 0; tries < tidyTries; tries += 1) {
      if (tidyJournals(this.#o.home, this.#o.hostId, new Set())) return
      await new Promise((resolve) => setTimeout(resolve, tidyWaitMs))
    }
  }

  /** The cluster still has it. */
  #resume(attempt: string, { launcherId }: LauncherJournal): void {
    const place = placeOf(path.join(this.#o.home, 'run'), launcherId)
    if (place !== null) this.#jobs.resume({ place, launcherId, attempts: [attempt] })
  }

  async #look(): Promise<void> {
    const { clock, home, hostId } = this.#o
    const { slots } = this.#jobs
    for (const slot of slots.values()) {
      if (slot.adoptedFrom === null || this.#ending.has(slot.key)) continue
      const alive = isRunning(slot.adoptedFrom.launcher) // checked first: what it wrote before it died can then be read
      const journal = readJournal(slot.adoptedFrom.path)
      const verdict = journal && verdictFrom(journal, slot, clock.now())
      if (!verdict && alive) continue
      if (!verdict && slot.adoptedFrom.kind === 'slurm') {
        this.#resume(slot.key, slot.adoptedFrom)
        continue
      }
      this.#ending.add(slot.key)
      try {
        this.#jobs.settle(slot, verdict ?? (await interrupted(this.#o, slot, clock.now())))
      } finally {
        this.#ending.delete(slot.key)
      }
    }
    const open = new Set([...slots.keys(), ...this.#jobs.inbox.map((end) => attemptKey(end.job))])
    // A launcher that this host itself released, and found again with the role, appears in no foreign journal.
    const watches = [...slots.values()].some((slot) => slot.adoptedFrom !== null)
    if (tidyJournals(home, hostId, open) && !watches) this.stop()
  }
}
