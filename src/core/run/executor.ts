/**
 * Owns the loop that claims the head of the queue and runs its jobs. One `advance` is one durable transaction
 * (step.ts); only after its commit are jobs started. A command from any host takes effect at the next advance.
 *
 * Must never start a batch while a process of an earlier one is left, and never record a verdict under a claim
 * that is no longer its own.
 */
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { failpoint } from '../failpoint.ts'
import { DiskGuard } from '../host/disk-guard.ts'
import { hasBegun, type LauncherJournal, stopOrphanedLauncher } from '../launcher/journal.ts'
import { LauncherSupervisor } from '../launcher/launcher-supervisor.ts'
import type { JobExit, Refused, Started, StartSpec } from '../launcher/protocol.ts'
import { LogsFolder } from '../logs/logs-folder.ts'
import { runningRow } from '../queue/queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readSetting } from '../queue/settings-store.ts'
import { AdoptedJobs } from './adopted-jobs.ts'
import { Ahead } from './ahead.ts'
import { attemptKey, environmentOf, logPath } from './batch-options.ts'
import { GroupCommit } from './group-commit.ts'
import { interrupted, rescue, verdictFrom } from './rescuer.ts'
import { RetryDelays } from './retry-delays.ts'
import { type Slot, slotFor } from './slots.ts'
import { type Claimed, hasWork, type Report, type Situation, type Step, shouldStop } from './step.ts'
import { judge, refusal, type Verdict } from './verdict.ts'

type ExecutorEvents = {
  /** A batch became final in a transaction of ours. */
  onFinished(row: BatchRow): void
  /** Something was committed; `onlyJobs`: verdicts and claims of jobs of the running batch. */
  onChanged(onlyJobs: boolean): void
  /** It is this batch's turn, and its inputs have to be looked up; `wake` when they were. */
  onUnexpanded(batchId: string): void
  /** A verdict was refused: look whether the role is still ours. */
  onRefused(): void
  onCrashFound(sentence: string): void
  onAttention(sentence: string, batchId: string | null): void
  onError(cause: unknown): void
}

export type ExecutorOptions = {
  db: Db
  clock: Clock
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
  events: ExecutorEvents
}

export type StopMode = 'finish' | 'stop' | 'leave'

const strength = { finish: 0, stop: 1, leave: 2 } as const
const blockedRetryMs = 1_000

export class Executor {
  readonly #o: ExecutorOptions
  readonly #disk: DiskGuard
  readonly #logs: LogsFolder
  readonly #delays: RetryDelays
  readonly #steps: GroupCommit
  readonly #launcher: LauncherSupervisor
  readonly #adopted: AdoptedJobs
  readonly #ahead: Ahead
  readonly #slots = new Map<string, Slot>()
  /** Jobs that the launcher holds: pending, unless it has begun them by itself, which it reports. In their order. */
  readonly #held = new Map<string, Slot>()
  /** What was reported and is not committed yet. */
  #inbox: Report[] = []
  #state: 'idle' | 'rescuing' | 'working' = 'idle'
  #stopping: StopMode | null = null
  #goal: readonly string[] | null = null
  #blockedUntilAwake = 0
  #wakeQueued = false
  #timer: Timer | null = null
  #idleWaiters: (() => void)[] = []

  constructor(options: ExecutorOptions) {
    this.#o = options
    this.#disk = new DiskGuard(options.home, options.clock)
    this.#logs = new LogsFolder(options.home, options.clock)
    this.#delays = new RetryDelays(options.clock)
    this.#ahead = new Ahead(options.clock)
    this.#steps = new GroupCommit(options)
    this.#launcher = new LauncherSupervisor(options, {
      onReady: () => this.wake(),
      onUnavailable: (cause) => this.#waitForLauncher(cause),
      onStarted: (started) => this.#start(started),
      onExit: (exit) => this.#finish(exit),
      onRefused: (refused) => this.#refuse(refused),
      onDropped: (attempt) => this.#drop(attempt),
      onGone: (reason, journal, attempts) =>
        void this.#launcherDied(reason, journal, attempts).catch(options.events.onError),
    })
    this.#adopted = new AdoptedJobs(options, {
      slots: this.#slots,
      inbox: () => this.#inbox,
      settle: (slot, verdict) => this.#settle(slot, verdict),
    })
  }

  /** The role is ours: look after what others left, then work. */
  async begin(): Promise<void> {
    this.#state = 'rescuing'
    this.#stopping = null
    void this.#launcher.end('release') // all launchers are fenced now; the next job gets a new one
    try {
      const found = await rescue(this.#o)
      if (this.#state !== 'rescuing') return
      if (!found) {
        this.#o.events.onRefused() // the role is somebody else's: whoever gave it to us takes it back
        return this.#beginLater()
      }
      for (const slot of found.adopted) this.#slots.set(slot.key, slot)
      this.#inbox.push(...found.finished)
      this.#state = 'working'
      if (found.sentence !== null) this.#o.events.onCrashFound(found.sentence)
      if (found.journals.length > 0 || found.adopted.length > 0) this.#adopted.watch()
      this.#o.events.onChanged(false)
      this.wake()
    } catch (cause) {
      this.#o.events.onError(cause)
      this.#beginLater()
    }
  }

  #beginLater(): void {
    this.#o.clock.after(blockedRetryMs, () => {
      if (this.#state === 'rescuing') void this.begin() // unless the role is lost meanwhile
    })
  }

  /** Claims nothing more once these batches (ids) have ended; null: no limit. */
  limitTo(goal: readonly string[] | null): void {
    this.#goal = goal
    this.wake()
  }

  /** The role is somebody else's now: nothing of ours is recorded or started any more. */
  lose(): void {
    this.#letGo()
    void this.#launcher.end('release')
  }

  /** Ends working. Resolves when no job of ours runs (or, with 'leave', at once). */
  async end(mode: StopMode): Promise<void> {
    if (this.#stopping === null || strength[mode] > strength[this.#stopping]) this.#stopping = mode
    if (this.#state === 'idle') return
    if (mode === 'leave') {
      await this.#launcher.end('release')
      return this.#letGo()
    }
    if (this.#state === 'working' && !this.#isIdle()) {
      this.wake()
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    }
    this.#state = 'idle'
    this.#stopWatching()
    this.#steps.sync()
    await this.#launcher.end('close')
    await this.#adopted.tidyUp()
  }

  /** Something may have changed; many calls in one turn are one advance. */
  wake(): void {
    if (this.#wakeQueued || this.#state !== 'working') return
    this.#wakeQueued = true
    setImmediate(() => {
      this.#wakeQueued = false
      this.#advance()
    })
  }

  #advance(): void {
    if (this.#state !== 'working') return
    const { clock, events } = this.#o
    if (clock.awakeMs() < this.#blockedUntilAwake) return this.#wakeAt(this.#blockedUntilAwake)
    const settling = this.#inbox
    this.#inbox = []
    const step = this.#tryStep(settling)
    if (step === 'blocked') return
    if (settling.length > 0) failpoint('after-verdict-before-claim')
    if (step) this.#carryOut(step)
    this.#stopWhatMustStop(step)
    if (step?.changed) events.onChanged(step.onlyJobs)
    if (step?.expand !== undefined) events.onUnexpanded(step.expand)
    if (step?.refused) events.onRefused()
    if (this.#inbox.length === 0 && step?.refused !== true) this.#launcher.committed()
    if (this.#isAstray()) return void this.begin()
    if (this.#stopping !== null && this.#isIdle()) this.#settleIdle()
    this.#scheduleNext()
  }

  /**
   * The batch that runs is not ours although the role is, or has jobs that nobody runs (its row was changed by
   * hand, or a verdict was refused): it is looked at as if its host had died.
   */
  #isAstray(): boolean {
    if (this.#isBusy() || this.#stopping !== null) return false
    const row = runningRow(this.#o.db)
    return row !== undefined && (row.host_id !== this.#o.hostId || row.jobs_running > 0)
  }

  /** The transaction. When the database or disk refuses, every end is kept and it is tried again. */
  #tryStep(settling: Report[]): Step | null | 'blocked' {
    const { clock, events } = this.#o
    try {
      const situation = this.#situation()
      if (settling.length === 0 && !hasWork(this.#o, situation)) return null
      return this.#steps.take(settling, situation)
    } catch (cause) {
      this.#inbox = [...settling, ...this.#inbox]
      this.#blockedUntilAwake = clock.awakeMs() + blockedRetryMs
      events.onError(cause)
      this.#wakeAt(this.#blockedUntilAwake)
      return 'blocked'
    }
  }

  #situation(): Situation {
    return {
      diskIsLow: () => this.#disk.isLow(readSetting(this.#o.db, 'min-free-disk-mb')),
      busy: this.#slots.size,
      held: this.#heldJobs(),
      ahead: this.#ahead,
      mayFollow: [...this.#slots.values()].every(
        ({ adoptedFrom, command }) => adoptedFrom === null && command.expect === undefined,
      ),
      stopping: this.#stopping !== null,
      delays: this.#delays,
      goal: this.#goal,
      launcherIsReady: () => this.#launcher.isReady(),
    }
  }

  /** After the commit: starts what was claimed, reports what ended. */
  #carryOut(step: Step): void {
    for (const { job, batch, token } of step.start) {
      const slot = slotFor(job, token, logPath(this.#o.home, batch.number, job.ordinal, job.attempts), null)
      this.#slots.set(slot.key, slot)
    }
    if (step.start.length > 0) failpoint('after-claim-before-spawn')
    for (const claimed of step.start) this.#startJob(claimed)
    this.#handOver(step.hold)
    for (const row of step.finished) this.#o.events.onFinished(row)
  }

  /** Nothing is written: until the launcher has begun them they are pending, as before. */
  #handOver(jobs: readonly Claimed[]): void {
    for (const claimed of jobs) {
      const { job, batch, options, token } = claimed
      const slot = slotFor(job, token, logPath(this.#o.home, batch.number, job.ordinal, job.attempts), null)
      if (!this.#launcher.hold(this.#specOf(slot, claimed), options.parallel)) return
      this.#held.set(slot.key, slot)
    }
    if (jobs.length > 0) failpoint('after-hold')
  }

  #heldJobs(): Situation['held'] {
    return { count: this.#held.size, lastOrdinal: [...this.#held.values()].at(-1)?.job.ordinal ?? 0 }
  }

  #startJob(claimed: Claimed): void {
    const slot = this.#slots.get(attemptKey(claimed.job))
    if (!slot) return
    this.#launcher.start(this.#specOf(slot, claimed)).catch(this.#o.events.onError)
  }

  #waitForLauncher(cause: unknown): void {
    this.#o.events.onError(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    this.#o.events.onAttention(`A job could not be started: ${message}`, null)
    this.#blockedUntilAwake = this.#o.clock.awakeMs() + blockedRetryMs
    this.#wakeAt(this.#blockedUntilAwake)
  }

  #specOf(slot: Slot, { job, batch, options, graceMs }: Claimed): StartSpec {
    return {
      attempt: slot.key,
      argv: slot.command.argv,
      cwd: slot.command.cwd ?? options.cwd,
      env: environmentOf(options, slot.command, batch, job),
      logPath: this.#logs.withoutLinks(slot.logFile),
      logLimitBytes: options.logLimitBytes,
      timeoutMs: options.timeoutMs,
      graceMs,
    }
  }

  #start({ attempt, at }: Started): void {
    failpoint('after-spawn-before-pid')
    this.#begin(attempt, at)
  }

  /** The launcher began a held job by itself: its claim is recorded with what else is reported. */
  #begin(attempt: string, startedAt: number): void {
    const slot = this.#held.get(attempt)
    if (!slot) return
    this.#held.delete(attempt)
    slot.job.started_at = startedAt
    this.#slots.set(attempt, slot)
    this.#inbox.push({ job: slot.job, token: slot.token, startedAt })
    this.wake()
  }

  #drop(attempt: string): void {
    if (this.#held.delete(attempt)) this.wake()
  }

  #finish(exit: JobExit): void {
    failpoint('after-exit-before-verdict')
    const slot = this.#slots.get(exit.attempt)
    if (!slot) return
    const verdict = judge(exit, slot.command, slot.logFile, slot.intent, slot.job.started_at)
    this.#settle(slot, verdict)
  }

  /** The job could not be started: its own fault fails it; the machine's fault sends it back and waits a little. */
  #refuse(refused: Refused): void {
    if (refused.stage === 'fenced' && this.#held.has(refused.attempt)) {
      this.#drop(refused.attempt)
      return this.#o.events.onRefused()
    }
    this.#begin(refused.attempt, this.#o.clock.now())
    const slot = this.#slots.get(refused.attempt)
    if (!slot) return
    const verdict = refusal(refused, this.#o.clock.now())
    this.#settle(slot, verdict)
    if (verdict.kind === 'failed') return
    this.#delays.hold(slot.job.id, blockedRetryMs)
    this.#o.events.onAttention(`A job could not be started: ${refused.message}`, slot.job.batch_id)
    if (refused.stage === 'fenced') this.#o.events.onRefused()
  }

  /** Our launcher died: what it wrote down counts; of the rest, processes are ended before anything runs again. */
  async #launcherDied(
    reason: string,
    journal: LauncherJournal | null,
    attempts: ReadonlySet<string>,
  ): Promise<void> {
    if (this.#state !== 'working') return
    this.#o.events.onAttention(`The launcher died (${reason}); its jobs are looked after.`, null)
    for (const attempt of attempts)
      if (journal && hasBegun(journal, attempt)) this.#begin(attempt, this.#o.clock.now())
      else this.#drop(attempt)
    for (const slot of [...this.#slots.values()].filter(({ key }) => attempts.has(key))) {
      const seen = journal && verdictFrom(journal, slot, this.#o.clock.now())
      this.#settle(slot, seen ?? (await interrupted(this.#o, slot, this.#o.clock.now())))
    }
  }

  #settle(slot: Slot, verdict: Verdict): void {
    if (!this.#slots.delete(slot.key)) return // the role was lost meanwhile
    this.#inbox.push({ job: slot.job, token: slot.token, verdict })
    this.wake()
  }

  /** Stops jobs whose batch is no longer ours or that must not go on; each is signalled once. */
  #stopWhatMustStop(step: Step | null): void {
    if (this.#slots.size === 0 && this.#held.size === 0) return
    const { db } = this.#o
    const { running, mustStop, mayHold } = step ?? shouldStop(db, runningRow(db))
    const isOwn = running?.claim_token === this.#held.values().next().value?.token
    if (this.#held.size > 0 && (!isOwn || !mayHold || this.#stopping !== null || this.#ahead.isStale()))
      this.#launcher.dropHeld()
    const all = this.#stopping === 'stop' || mustStop
    for (const slot of this.#slots.values()) {
      const ours = running !== undefined && running.claim_token === slot.token
      if (slot.intent !== null || (ours && !all)) continue
      slot.intent = ours ? 'interrupt' : 'cancel'
      if (slot.adoptedFrom) stopOrphanedLauncher(slot.adoptedFrom)
      else this.#launcher.stop(slot.key, readSetting(db, 'kill-grace-ms'))
    }
  }

  #scheduleNext(): void {
    const soon = this.#o.clock.awakeMs() + (this.#disk.low ? blockedRetryMs : 5)
    const due = this.#delays.next()
    if (due !== null) this.#wakeAt(Math.max(due, soon))
    else if (this.#held.size > 0) this.#wakeAt(this.#ahead.staleAt())
    else if (this.#disk.low) this.#wakeAt(soon)
  }

  #wakeAt(awakeMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#o.clock.after(awakeMs - this.#o.clock.awakeMs(), () => this.wake())
  }

  #isIdle(): boolean {
    if (this.#isBusy()) return false
    const row = runningRow(this.#o.db)
    return !row || row.host_id !== this.#o.hostId
  }

  #isBusy(): boolean {
    return this.#slots.size + this.#held.size + this.#inbox.length > 0
  }

  #letGo(): void {
    this.#state = 'idle'
    this.#steps.sync()
    this.#slots.clear()
    this.#held.clear()
    this.#inbox = []
    this.#delays.clear()
    this.#stopWatching()
    this.#settleIdle()
  }

  #settleIdle(): void {
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #stopWatching(): void {
    this.#adopted.stop()
    this.#timer?.cancel()
    this.#timer = null
  }
}
