/**
 * Owns the jobs in progress on this host, from the commit of their claim to the report of their end: what runs, what
 * the launcher holds ahead, and what was reported but is not committed yet. Must never write a row: every report goes to
 * the executor's next step.
 */
import type { JobPlace } from '../../contract/places.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { failpoint } from '../failpoint.ts'
import { hasBegun, type LauncherJournal, stopOrphanedLauncher } from '../launcher/journal.ts'
import { Launchers, type LeftOnCluster } from '../launcher/launchers.ts'
import type { JobExit, PlaceState, Refused, Started, StartSpec } from '../launcher/protocol.ts'
import { LogsFolder } from '../logs/logs-folder.ts'
import { readSetting } from '../queue/settings-store.ts'
import type { Ahead } from './ahead.ts'
import { environmentOf, logPath } from './batch-options.ts'
import type { Claimed, Situation } from './claims.ts'
import { interrupted, verdictFrom } from './rescuer.ts'
import { blockedRetryMs, type RetryDelays } from './retry-delays.ts'
import { type Slot, slotFor } from './slots.ts'
import type { Report, Step } from './step.ts'
import { judge, refusal, type Verdict } from './verdict.ts'

type Options = {
  db: Db
  clock: Clock
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
  events: {
    onRefused(): void
    onAttention(sentence: string, batchId: string | null): void
    onError(cause: unknown): void
    /** What the cluster makes of the running batch's jobs; null: nothing is known. */
    onPlaceState(state: PlaceState | null): void
  }
}

/** Callbacks to the executor. */
type Reaction = {
  /** Something was reported, or a launcher is ready. */
  wake(): void
  isWorking(): boolean
  /** No launcher can be spawned. */
  onUnavailable(cause: unknown): void
}

export class JobsInHand {
  readonly #o: Options
  readonly #delays: RetryDelays
  readonly #ahead: Ahead
  readonly #logs: LogsFolder
  readonly #wake: () => void
  readonly #isWorking: () => boolean
  readonly launcher: Launchers
  /** Jobs whose processes are not confirmed gone, by attempt. */
  readonly slots = new Map<string, Slot>()
  /** Jobs that the launcher holds: pending, unless it has begun them by itself, which it reports. In their order. */
  readonly #held = new Map<string, Slot>()
  /** What was reported but is not committed yet. */
  #inbox: Report[] = []

  constructor(options: Options, delays: RetryDelays, ahead: Ahead, reaction: Reaction) {
    this.#o = options
    this.#delays = delays
    this.#ahead = ahead
    this.#logs = new LogsFolder(options.home, options.clock)
    this.#wake = () => reaction.wake()
    this.#isWorking = () => reaction.isWorking()
    this.launcher = new Launchers(options, {
      onReady: () => reaction.wake(),
      onUnavailable: (cause) => reaction.onUnavailable(cause),
      onStarted: (started) => this.#start(started),
      onExit: (exit) => this.#finish(exit),
      onRefused: (refused) => this.#refuse(refused),
      onDropped: (attempt) => this.#drop(attempt),
      onState: (state) => options.events.onPlaceState(state),
      onGone: (reason, journal, attempts, place) =>
        void this.#launcherDied(reason, journal, attempts, place).catch(options.events.onError),
    })
  }

  get inbox(): readonly Report[] {
    return this.#inbox
  }

  get holdsAhead(): boolean {
    return this.#held.size > 0
  }

  get isEmpty(): boolean {
    return this.slots.size + this.#held.size + this.#inbox.length === 0
  }

  /** Everything that was reported, to be recorded; `putBack` when it could not be. */
  takeReports(): Report[] {
    return this.#inbox.splice(0)
  }

  putBack(reports: readonly Report[]): void {
    this.#inbox = [...reports, ...this.#inbox]
  }

  /** What the rescuer found: jobs that still run under an orphaned launcher, and ends. */
  adopt(slots: readonly Slot[], reports: readonly Report[]): void {
    for (const slot of slots) this.slots.set(slot.key, slot)
    this.#inbox.push(...reports)
  }

  /** The launcher of a cluster died, its jobs did not: the next one continues them. */
  resume(left: LeftOnCluster): void {
    for (const key of left.attempts) {
      const slot = this.slots.get(key)
      if (slot) slot.adoptedFrom = null
    }
    this.launcher.resume(left)
  }

  /** Forgets everything: the role is lost. */
  clear(): void {
    this.slots.clear()
    this.#held.clear()
    this.#inbox = []
  }

  situation(): Pick<Situation, 'busy' | 'held' | 'mayFollow' | 'launcherIsReady'> {
    return {
      busy: this.slots.size,
      held: { count: this.#held.size, lastOrdinal: [...this.#held.values()].at(-1)?.job.ordinal ?? 0 },
      mayFollow: [...this.slots.values()].every(
        ({ adoptedFrom, command }) =>
          adoptedFrom === null && command !== null && command.expect === undefined,
      ),
      launcherIsReady: (place) => this.launcher.isReady(place),
    }
  }

  /** After the commit: starts what was claimed, sends what is to be held. */
  carryOut({ start, hold }: Pick<Step, 'start' | 'hold'>): void {
    const claimed = start.map((one) => [this.#slotFor(one), one] as const)
    for (const [slot] of claimed) this.slots.set(slot.key, slot)
    if (start.length > 0) failpoint('after-claim-before-spawn')
    for (const [slot, one] of claimed)
      this.launcher.start(one.options.place, this.#specOf(slot, one)).catch(this.#o.events.onError)
    this.#handOver(hold)
  }

  /** Nothing is written: until the launcher starts them they stay pending. */
  #handOver(jobs: readonly Claimed[]): void {
    for (const claimed of jobs) {
      const slot = this.#slotFor(claimed)
      if (!this.launcher.hold(this.#specOf(slot, claimed), claimed.options.parallel)) return
      this.#held.set(slot.key, slot)
    }
    if (jobs.length > 0) failpoint('after-hold')
  }

  #slotFor({ job, command, batch, token }: Claimed): Slot {
    return slotFor(job, command, token, logPath(this.#o.home, batch.number, job.ordinal, job.attempts), null)
  }

  #specOf(slot: Slot, { job, command, batch, options, graceMs }: Claimed): StartSpec {
    return {
      attempt: slot.key,
      argv: command.argv,
      cwd: command.cwd ?? options.cwd,
      env: environmentOf(options, command, batch, job),
      logPath: this.#logs.withoutLinks(slot.logFile),
      logLimitBytes: options.logLimitBytes,
      timeoutMs: options.timeoutMs,
      graceMs,
    }
  }

  /** Stops jobs whose batch is no longer ours or that must not continue; each is signalled once. */
  stopWhatMustStop(
    { running, mustStop, mayHold }: Pick<Step, 'running' | 'mustStop' | 'mayHold'>,
    host: {
      /** The host is about to stop working. */
      stopping: boolean
      /** And its jobs with it. */
      stopsAll: boolean
    },
  ): void {
    const isOwn = running?.claim_token === this.#held.values().next().value?.token
    if (this.#held.size > 0 && (!isOwn || !mayHold || host.stopping || this.#ahead.isStale()))
      this.launcher.dropHeld()
    for (const slot of this.slots.values()) {
      const ours = running !== undefined && running.claim_token === slot.token
      if (slot.intent !== null || (ours && !host.stopsAll && !mustStop)) continue
      slot.intent = ours ? 'interrupt' : 'cancel'
      if (slot.adoptedFrom) stopOrphanedLauncher(slot.adoptedFrom)
      else this.launcher.stop(slot.key, readSetting(this.#o.db, 'kill-grace-ms'))
    }
  }

  #start({ attempt, at }: Started): void {
    failpoint('after-spawn-before-pid')
    this.#begin(attempt, at)
  }

  /** The launcher started a held job by itself: its claim is recorded with the other reports. */
  #begin(attempt: string, startedAt: number): void {
    const slot = this.#held.get(attempt)
    if (!slot) return
    this.#held.delete(attempt)
    slot.job.started_at = startedAt
    this.slots.set(attempt, slot)
    this.#inbox.push({ job: slot.job, token: slot.token, startedAt })
    this.#wake()
  }

  #drop(attempt: string): void {
    if (this.#held.delete(attempt)) this.#wake()
  }

  #finish(exit: JobExit): void {
    failpoint('after-exit-before-verdict')
    const slot = this.slots.get(exit.attempt)
    if (!slot) return
    const verdict = judge(exit, slot.command, slot.logFile, slot.intent, slot.job.started_at)
    this.settle(slot, verdict)
  }

  /** The job could not be started: its own fault fails it; the machine's fault returns it to pending after a delay. */
  #refuse(refused: Refused): void {
    if (refused.stage === 'fenced' && this.#held.has(refused.attempt)) {
      this.#drop(refused.attempt)
      return this.#o.events.onRefused()
    }
    this.#begin(refused.attempt, this.#o.clock.now())
    const slot = this.slots.get(refused.attempt)
    if (!slot) return
    const verdict = refusal(refused, this.#o.clock.now())
    this.settle(slot, verdict)
    if (verdict.kind === 'failed') return
    this.#delays.hold(slot.job.id, blockedRetryMs)
    this.#o.events.onAttention(`A job could not be started: ${refused.message}`, slot.job.batch_id)
    if (refused.stage === 'fenced') this.#o.events.onRefused()
  }

  /** Our launcher died: what it recorded counts; processes of the other jobs are ended before anything runs again. */
  async #launcherDied(
    reason: string,
    journal: LauncherJournal | null,
    attempts: ReadonlySet<string>,
    place: JobPlace | null,
  ): Promise<void> {
    if (!this.#isWorking()) return
    this.#o.events.onAttention(`The launcher died (${reason}); its jobs are being recovered.`, null)
    for (const attempt of attempts)
      if (journal && hasBegun(journal, attempt)) this.#begin(attempt, this.#o.clock.now())
      else this.#drop(attempt)
    const living: string[] = []
    for (const slot of [...this.slots.values()].filter(({ key }) => attempts.has(key))) {
      const seen = journal && verdictFrom(journal, slot, this.#o.clock.now())
      if (!seen && place !== null && journal !== null) {
        living.push(slot.key)
        continue
      }
      this.settle(slot, seen ?? (await interrupted(this.#o, slot, this.#o.clock.now())))
    }
    if (place !== null && journal !== null)
      this.resume({ place, launcherId: journal.launcherId, attempts: living })
  }

  /** The end of a job; nothing happens when the role was lost meanwhile. */
  settle(slot: Slot, verdict: Verdict): void {
    if (!this.slots.delete(slot.key)) return // the role was lost meanwhile
    this.#inbox.push({ job: slot.job, token: slot.token, verdict })
    this.#wake()
  }
}
