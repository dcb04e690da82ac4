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
import type { PlaceState } from '../launcher/protocol.ts'
import { runningRow } from '../queue/queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readSetting } from '../queue/settings-store.ts'
import { AdoptedJobs } from './adopted-jobs.ts'
import { Ahead } from './ahead.ts'
import type { Situation } from './claims.ts'
import { GroupCommit } from './group-commit.ts'
import { JobsInHand } from './jobs-in-hand.ts'
import { rescue } from './rescuer.ts'
import { blockedRetryMs, RetryDelays } from './retry-delays.ts'
import { hasWork, type Report, type Step, shouldStop } from './step.ts'

type ExecutorEvents = {
  /** A batch became final in a transaction of ours. */
  onFinished(row: BatchRow): void
  /** Something was committed; `onlyJobs`: verdicts and claims of jobs of the running batch. */
  onChanged(onlyJobs: boolean): void
  /** It is this batch's turn, and its inputs have to be looked up; call `wake` afterwards. */
  onUnexpanded(batchId: string): void
  /** A verdict was refused: check whether the role is still ours. */
  onRefused(): void
  onCrashFound(sentence: string): void
  onAttention(sentence: string, batchId: string | null): void
  onError(cause: unknown): void
  onPlaceState(state: PlaceState | null): void
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

export class Executor {
  readonly #o: ExecutorOptions
  readonly #disk: DiskGuard
  readonly #delays: RetryDelays
  readonly #steps: GroupCommit
  readonly #jobs: JobsInHand
  readonly #adopted: AdoptedJobs
  readonly #ahead: Ahead
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
    this.#delays = new RetryDelays(options.clock)
    this.#ahead = new Ahead(options.clock)
    this.#steps = new GroupCommit(options)
    this.#jobs = new JobsInHand(options, this.#delays, this.#ahead, {
      wake: () => this.wake(),
      isWorking: () => this.#state === 'working',
      onUnavailable: (cause) => this.#waitForLauncher(cause),
    })
    this.#adopted = new AdoptedJobs(options, this.#jobs)
  }

  /** The role is ours: deal with what others left, then run the queue. */
  async begin(): Promise<void> {
    this.#state = 'rescuing'
    this.#stopping = null
    void this.#jobs.launcher.end('release') // all launchers are fenced now; the next job gets a new one
    try {
      const found = await rescue(this.#o)
      if (this.#state !== 'rescuing') return
      if (!found) {
        this.#o.events.onRefused() // the role is another host's: the lease revokes it
        return this.#beginLater()
      }
      this.#jobs.adopt(found.adopted, found.finished)
      for (const left of found.onClusters) this.#jobs.resume(left)
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

  /** The role is another host's now: this one records and starts nothing any more. */
  lose(): void {
    this.#letGo()
    void this.#jobs.launcher.end('release')
  }

  /** Stops working. Resolves when no job of ours runs (or, with 'leave', at once). */
  async end(mode: StopMode): Promise<void> {
    if (this.#stopping === null || strength[mode] > strength[this.#stopping]) this.#stopping = mode
    if (this.#state === 'idle') return
    if (mode === 'leave') {
      await this.#jobs.launcher.end('release')
      return this.#letGo()
    }
    if (this.#state === 'working' && !this.#isIdle()) {
      this.wake()
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    }
    this.#state = 'idle'
    this.#stopWatching()
    this.#steps.sync()
    await this.#jobs.launcher.end('close')
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
    const mayTry = clock.awakeMs() >= this.#blockedUntilAwake || this.#isLastTry()
    const settling = mayTry ? this.#jobs.takeReports() : []
    const step = mayTry ? this.#tryStep(settling) : 'blocked'
    if (step === 'blocked') return this.#stayBlocked()
    if (settling.length > 0) failpoint('after-verdict-before-claim')
    if (step) this.#carryOut(step)
    if (!this.#jobs.isEmpty) this.#stopWhatMustStop(step)
    if (step?.changed) events.onChanged(step.onlyJobs)
    if (step?.expand !== undefined) events.onUnexpanded(step.expand)
    if (step?.refused) events.onRefused()
    // What was refused may be this job's alone; and where the role is lost, there is nothing to wake.
    if (step?.refused || step?.again) this.wake()
    if (this.#jobs.inbox.length === 0 && step?.refused !== true) this.#jobs.launcher.committed()
    if (this.#isAstray()) return void this.begin()
    if (this.#stopping !== null && this.#isIdle()) this.#settleIdle()
    this.#scheduleNext()
  }

  /**
   * Nothing can be written for now. Whoever stops the host does not wait for that: its jobs are stopped, and their ends
   * stay in the launcher's journal, where the next host finds them.
   */
  #stayBlocked(): void {
    this.#wakeAt(this.#blockedUntilAwake)
    if (this.#stopping !== 'stop') return
    const running = undefined
    this.#jobs.stopWhatMustStop(
      { running, mustStop: true, mayHold: false },
      { stopping: true, stopsAll: true },
    )
    if (!this.#isLastTry()) return
    void this.#jobs.launcher.end('release')
    this.#letGo()
  }

  /** The host is to stop, and no job of it runs any more: there is nothing to wait for. */
  #isLastTry(): boolean {
    return this.#stopping === 'stop' && this.#jobs.slots.size === 0 && !this.#jobs.holdsAhead
  }

  /**
   * The running batch is not ours although the role is, or has jobs that nobody runs (its row was changed by
   * hand, or a verdict was refused): it is treated as if its host had died.
   */
  #isAstray(): boolean {
    if (!this.#jobs.isEmpty || this.#stopping !== null) return false
    const row = runningRow(this.#o.db)
    return row !== undefined && (row.host_id !== this.#o.hostId || row.jobs_running > 0)
  }

  /** The transaction. If the database or disk refuses, every end is kept and it is tried again. */
  #tryStep(settling: Report[]): Step | null | 'blocked' {
    const { clock, events } = this.#o
    try {
      const situation = this.#situation()
      if (settling.length === 0 && !hasWork(this.#o, situation)) return null
      return this.#steps.take(settling, situation)
    } catch (cause) {
      this.#jobs.putBack(settling)
      this.#blockedUntilAwake = clock.awakeMs() + blockedRetryMs
      events.onError(cause)
      return 'blocked'
    }
  }

  #situation(): Situation {
    return {
      ...this.#jobs.situation(),
      diskIsLow: () => this.#disk.isLow(readSetting(this.#o.db, 'min-free-disk-mb')),
      ahead: this.#ahead,
      stopping: this.#stopping !== null,
      delays: this.#delays,
      goal: this.#goal,
    }
  }

  /** After the commit: starts what was claimed, reports what ended. */
  #carryOut(step: Step): void {
    this.#jobs.carryOut(step)
    for (const row of step.finished) this.#o.events.onFinished(row)
  }

  #stopWhatMustStop(step: Step | null): void {
    const { db } = this.#o
    const isStopping = { stopping: this.#stopping !== null, stopsAll: this.#stopping === 'stop' }
    this.#jobs.stopWhatMustStop(step ?? shouldStop(db, runningRow(db)), isStopping)
  }

  #waitForLauncher(cause: unknown): void {
    this.#o.events.onError(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    this.#o.events.onAttention(`A job could not be started: ${message}`, null)
    this.#blockedUntilAwake = this.#o.clock.awakeMs() + blockedRetryMs
    this.#wakeAt(this.#blockedUntilAwake)
  }

  #scheduleNext(): void {
    const soon = this.#o.clock.awakeMs() + (this.#disk.low ? blockedRetryMs : 5)
    const due = this.#delays.next()
    if (due !== null) this.#wakeAt(Math.max(due, soon))
    else if (this.#jobs.holdsAhead) this.#wakeAt(this.#ahead.staleAt())
    else if (this.#disk.low) this.#wakeAt(soon)
  }

  #wakeAt(awakeMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#o.clock.after(awakeMs - this.#o.clock.awakeMs(), () => this.wake())
  }

  #isIdle(): boolean {
    if (!this.#jobs.isEmpty) return false
    const row = runningRow(this.#o.db)
    // A job that counts as running and that nobody runs is for the next host to find.
    return !row || row.host_id !== this.#o.hostId || row.jobs_running > 0
  }

  #letGo(): void {
    this.#state = 'idle'
    this.#steps.sync()
    this.#jobs.clear()
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
