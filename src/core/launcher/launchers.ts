/**
 * Owns this host's launchers: one for this machine, and one for each cluster that a batch has named. Only one of them has
 * work at a time, as batches run one at a time. Knows no batch and writes no row.
 */
import type { JobPlace } from '../../contract/places.ts'
import type { LauncherJournal } from './journal.ts'
import {
  LauncherSupervisor,
  type LauncherSupervisorEvents,
  type LauncherSupervisorOptions,
} from './launcher-supervisor.ts'
import type { PlaceState, StartSpec } from './protocol.ts'

/** What a dead launcher of a cluster has left there: `attempts` go on, the rest is ended. */
export type LeftOnCluster = { launcherId: string; place: JobPlace; attempts: readonly string[] }

export type LaunchersEvents = Omit<LauncherSupervisorEvents, 'onGone' | 'onState'> & {
  onState(state: PlaceState | null): void
  /** As in `LauncherSupervisorEvents`; `place`: the cluster where its jobs live on. */
  onGone(
    reason: string,
    journal: LauncherJournal | null,
    attempts: ReadonlySet<string>,
    place: JobPlace | null,
  ): void
}

export class Launchers {
  readonly #options: LauncherSupervisorOptions
  readonly #events: LaunchersEvents
  readonly #all = new Map<string, LauncherSupervisor>()

  constructor(options: LauncherSupervisorOptions, events: LaunchersEvents) {
    this.#options = options
    this.#events = events
  }

  /** Whether a launcher is there that takes jobs for this place; spawns one where none is. */
  isReady(place: JobPlace | null): boolean {
    return this.#at(place).isReady()
  }

  /** Starts a job. Rejects when no launcher can be had. */
  start(place: JobPlace | null, spec: StartSpec): Promise<void> {
    return this.#at(place).start(spec)
  }

  /** Continues what a dead launcher has left on its cluster. */
  resume({ place, launcherId, attempts }: LeftOnCluster): void {
    this.#at(place).resume(launcherId, attempts)
  }

  /** Hands a job of this machine over ahead. False: it has to be started when its turn comes. */
  hold(spec: StartSpec, width: number): boolean {
    return this.#at(null).hold(spec, width)
  }

  dropHeld(): void {
    this.#at(null).dropHeld()
  }

  /** Stops a job; nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void {
    for (const supervisor of this.#all.values()) supervisor.stop(attempt, graceMs)
  }

  /** Every end that was reported so far is committed. */
  committed(): void {
    for (const supervisor of this.#all.values()) supervisor.committed()
  }

  /** See `LauncherSupervisor.end`. */
  async end(how: 'close' | 'release'): Promise<void> {
    await Promise.all([...this.#all.values()].map((supervisor) => supervisor.end(how)))
  }

  #at(place: JobPlace | null): LauncherSupervisor {
    const key = JSON.stringify(place)
    const known = this.#all.get(key)
    if (known !== undefined) return known
    const made = new LauncherSupervisor(
      { ...this.#options, place },
      {
        ...this.#events,
        onGone: (reason, journal, attempts) => {
          if (place !== null) this.#events.onState(null)
          this.#events.onGone(reason, journal, attempts, place)
        },
      },
    )
    this.#all.set(key, made)
    return made
  }
}
