/**
 * Owns the loop that claims the head of the queue and runs its jobs. One `advance` is one durable transaction:
 * record the ends that came in, close or release the batch if it is time, claim the next batch, claim jobs for
 * the free places. Only after its commit are jobs started. Everything the loop decides is read from the
 * database inside that transaction, so that a command from any host takes effect at the next advance.
 *
 * Must never start a batch while a process of an earlier one is left, and never record a verdict under a claim
 * that is no longer its own.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { claimHead, endBatch, pauseBatch, releaseBatch } from '../queue/batch-store.ts'
import type { Context } from '../queue/context.ts'
import { claimJob, type JobCommand, pendingJobs } from '../queue/job-store.ts'
import { runningRow } from '../queue/queries.ts'
import type { BatchRow, JobRow } from '../queue/rows.ts'
import { type Marks, readMark, readSettings } from '../queue/settings-store.ts'
import { attemptKey, logPath, type RunOptions, runOptions, stopRule } from './batch-options.ts'
import { DiskGuard } from './disk-guard.ts'
import { failpoint } from './failpoint.ts'
import { closeIfDone } from './finalizer.ts'
import { journalPath, readJournal, removeJournal, stopOrphanedLauncher } from './launcher/journal.ts'
import { type Launcher, type LauncherEvent, startLauncher } from './launcher/launcher.ts'
import { isRunning } from './process-identity.ts'
import { finishFrom, interrupted, rescue, tidyJournals } from './rescuer.ts'
import { type Finished, retryDelayMs, settle } from './settle.ts'
import { type Slot, slotFor } from './slots.ts'
import { judge, refusal } from './verdict.ts'

export type ExecutorEvents = {
  /** A batch became final in a transaction of ours. */
  onFinished(row: BatchRow): void
  /** Something was committed. */
  onChanged(): void
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
  env: NodeJS.ProcessEnv
  events: ExecutorEvents
}

export type StopMode = 'finish' | 'stop' | 'leave'

const adoptedPollMs = 100
const blockedRetryMs = 1_000

export class Executor {
  readonly #o: ExecutorOptions
  readonly #disk: DiskGuard
  #state: 'idle' | 'rescuing' | 'working' | 'lost' = 'idle'
  #stopping: StopMode | null = null
  #launcher: Promise<Launcher> | null = null
  #exitsSeen = 0
  readonly #slots = new Map<string, Slot>()
  #inbox: Finished[] = []
  /** Jobs that wait for a retry, with the awake time from which they may run. */
  readonly #held = new Map<number, number>()
  #blockedUntilAwake = 0
  #wakeQueued = false
  #timer: Timer | null = null
  #poll: NodeJS.Timeout | null = null
  #idleWaiters: (() => void)[] = []

  constructor(options: ExecutorOptions) {
    this.#o = options
    this.#disk = new DiskGuard(options.home, options.clock)
  }

  /** The role is ours: look after what others left, then work. */
  async begin(): Promise<void> {
    this.#state = 'rescuing'
    this.#stopping = null
    try {
      const found = await rescue(this.#o)
      if (this.#state !== 'rescuing') return
      for (const slot of found.adopted) this.#slots.set(slot.key, slot)
      this.#inbox.push(...found.finished)
      this.#state = 'working'
      if (found.sentence !== null) this.#o.events.onCrashFound(found.sentence)
      if (found.journals.length > 0) this.#watchAdopted()
      this.#o.events.onChanged()
      this.wake()
    } catch (cause) {
      this.#o.events.onError(cause)
      if (this.#state === 'rescuing') this.#o.clock.after(blockedRetryMs, () => void this.begin())
    }
  }

  /** The role is somebody else's now: nothing of ours is recorded or started any more. */
  lose(): void {
    this.#state = 'lost'
    this.#slots.clear()
    this.#inbox = []
    this.#held.clear()
    this.#stopWatching()
    void this.#dropLauncher('release')
    this.#settleIdle()
  }

  /** Ends working. Resolves when no job of ours runs (or, with 'leave', at once). */
  async end(mode: StopMode): Promise<void> {
    const rank = { finish: 0, stop: 1, leave: 2 }
    if (this.#stopping === null || rank[mode] > rank[this.#stopping]) this.#stopping = mode
    if (this.#state === 'idle' || this.#state === 'lost') return
    if (mode === 'leave') {
      await this.#dropLauncher('release')
      this.#state = 'idle'
      this.#slots.clear()
      this.#stopWatching()
      return this.#settleIdle()
    }
    if (this.#state === 'working' && !this.#isIdle()) {
      this.wake()
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    }
    this.#state = 'idle'
    this.#stopWatching()
    await this.#dropLauncher('close')
    await this.#tidyUp()
  }

  /** Adopted launchers end right after their last job: their journals go too, unless that takes too long. */
  async #tidyUp(): Promise<void> {
    for (let tries = 0; tries < 20; tries += 1) {
      if (tidyJournals(this.#o.home, this.#o.hostId, new Set())) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
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
    let step: Step | null
    try {
      const view = this.#look()
      step = settling.length > 0 || this.#hasWork(view) ? this.#o.db.write(() => this.#step(settling)) : null
    } catch (cause) {
      this.#inbox = [...settling, ...this.#inbox] // the verdicts are kept until they can be written
      this.#block(cause)
      return
    }
    if (settling.length > 0) failpoint('after-verdict-before-claim')
    if (step) this.#carryOut(step)
    this.#stopWhatMustStop()
    if (step?.changed) events.onChanged()
    if (step?.refused) events.onRefused()
    this.#forgetCommitted()
    if (this.#isIdle() && this.#stopping !== null) this.#settleIdle()
    this.#scheduleHeld()
  }

  /** What this advance is about, read without writing. */
  #look(): View {
    const { db } = this.#o
    return { row: runningRow(db), paused: readMark(db, 'queue-paused') }
  }

  /** Whether the queue, its batches and the disk allow that anything starts. */
  #mayStart(view: View): boolean {
    return (
      view.paused === undefined &&
      this.#stopping === null &&
      !this.#disk.isLow(readSettings(this.#o.db)['min-free-disk-mb'])
    )
  }

  /** A cheap look so that an advance with nothing to do writes nothing. */
  #hasWork(view: View): boolean {
    const { row } = view
    if (row && row.host_id !== this.#o.hostId) return false
    if (!row) return this.#slots.size === 0 && this.#mayStart(view) && this.#queueIsNotEmpty()
    if (row.jobs_running === 0) return true
    const free = runOptions(row).parallel - this.#slots.size
    return free > 0 && row.jobs_pending > 0 && row.pause_requested === 0 && this.#mayStart(view)
  }

  #queueIsNotEmpty(): boolean {
    return this.#o.db.sql('SELECT 1 FROM batches WHERE position = 1').get() !== undefined
  }

  /** The transaction of an advance. */
  #step(settling: readonly Finished[]): Step {
    const { db } = this.#o
    const context = this.#context()
    const step: Step = { start: [], finished: [], changed: false, refused: false }
    let row = runningRow(db)
    for (const end of settling) {
      const options = row && row.id === end.job.batch_id ? runOptions(row) : null
      if (options !== null && settle(db, context, end, options)) step.changed = true
      else if (row?.id === end.job.batch_id) step.refused = true
      this.#hold(end, options)
    }
    row = this.#closeOrRelease(runningRow(db), context, step)
    const view: View = { row, paused: readMark(db, 'queue-paused') }
    if (!this.#mayStart(view)) return step
    const busy = this.#slots.size > 0
    if (!row && !busy) {
      row = claimHead(db, context, randomUUID())
      if (row) {
        this.#held.clear()
        step.changed = true
      }
    }
    if (row && row.host_id === this.#o.hostId) this.#claimJobs(row, context, step)
    return step
  }

  /** Ends, pauses or releases the running batch when none of its jobs runs and it is time. */
  #closeOrRelease(row: BatchRow | undefined, context: Context, step: Step): BatchRow | undefined {
    const { db, hostId } = this.#o
    if (!row || row.host_id !== hostId || row.jobs_running > 0 || this.#slots.size > 0) return row
    const rule = stopRule(runOptions(row), row)
    let ended: BatchRow | undefined
    if (row.jobs_pending === 0) ended = closeIfDone(db, context, row.id, 'event')
    else if (rule !== null)
      ended = endBatch(db, context, row.id, 'failed', {
        reason: rule,
        kind: 'batch_failed',
        closedBy: 'event',
      })
    if (ended) {
      step.finished.push(ended)
      step.changed = true
      return undefined
    }
    const paused = readMark(db, 'queue-paused')
    if (row.pause_requested > 0) pauseBatch(db, context, row.id, null)
    else if (paused) releaseBatch(db, context, row.id, 'the queue is paused')
    else if (this.#stopping !== null) releaseBatch(db, context, row.id, 'its host stopped working')
    else return row
    step.changed = true
    return undefined
  }

  /** pending → running for the free places, in order; a lone job that waits for its retry keeps its turn. */
  #claimJobs(row: BatchRow, context: Context, step: Step): void {
    const { db, clock } = this.#o
    const options = runOptions(row)
    if (row.pause_requested > 0 || stopRule(options, row) !== null) return
    let free = options.parallel - this.#slots.size
    if (free <= 0 || row.claim_token === null) return
    for (const job of pendingJobs(db, row.id, free + this.#held.size)) {
      if (free === 0) break
      if (this.#mustWait(job, options)) {
        if (options.parallel === 1) break
        continue
      }
      const claimed = claimJob(db, { ...context, at: clock.now() }, job.id, row.claim_token)
      if (!claimed) continue
      this.#held.delete(job.id)
      free -= 1
      step.changed = true
      step.start.push({ job: claimed, batch: row, options, token: row.claim_token })
    }
  }

  /** Delays are counted in awake time; after a restart, what is left of them by the wall clock, at most once. */
  #mustWait(job: JobRow, options: RunOptions): boolean {
    const { clock } = this.#o
    let due = this.#held.get(job.id)
    if (due === undefined) {
      if (job.not_before === null) return false
      const left = Math.min(job.not_before - clock.now(), retryDelayMs(options, Math.max(1, job.failures)))
      if (left <= 0) return false
      due = clock.awakeMs() + left
      this.#held.set(job.id, due)
    }
    return clock.awakeMs() < due
  }

  #hold(end: Finished, options: RunOptions | null): void {
    const { kind, retryable } = end.verdict
    if (options === null || kind !== 'failed' || !retryable || end.job.failures >= options.retries.times)
      return
    this.#held.set(end.job.id, this.#o.clock.awakeMs() + retryDelayMs(options, end.job.failures + 1))
  }

  /** After the commit: starts what was claimed, tells what ended. */
  #carryOut(step: Step): void {
    for (const { job, batch, token } of step.start) {
      const slot = slotFor(job, token, logPath(this.#o.home, batch.number, job.ordinal, job.attempts), null)
      this.#slots.set(slot.key, slot)
    }
    if (step.start.length > 0) failpoint('after-claim-before-spawn')
    if (step.start.length > 0) void this.#startJobs(step.start)
    for (const row of step.finished) this.#o.events.onFinished(row)
  }

  async #startJobs(jobs: Step['start']): Promise<void> {
    const { home, events } = this.#o
    try {
      const launcher = await this.#getLauncher()
      const graceMs = readSettings(this.#o.db)['kill-grace-ms']
      for (const { job, batch, options } of jobs) {
        const slot = this.#slots.get(attemptKey(job))
        if (!slot) continue // lost meanwhile
        const command = slot.command
        launcher.start({
          attempt: slot.key,
          argv: command.argv,
          cwd: command.cwd ?? options.cwd,
          env: environmentOf(options, command, batch, job),
          logPath: logPath(home, batch.number, job.ordinal, job.attempts),
          logLimitBytes: options.logLimitBytes,
          timeoutMs: options.timeoutMs,
          graceMs,
        })
      }
    } catch (cause) {
      events.onError(cause)
      for (const { job } of jobs)
        this.#refuse(attemptKey(job), 'process', cause instanceof Error ? cause.message : String(cause))
    }
  }

  #getLauncher(): Promise<Launcher> {
    this.#launcher ??= startLauncher({
      launcherDir: this.#o.launcherDir,
      runDir: path.join(this.#o.home, 'run'),
      hostId: this.#o.hostId,
      env: this.#o.env,
      onEvent: (event) => this.#hear(event),
    })
    this.#launcher.catch(() => {
      this.#launcher = null
    })
    return this.#launcher
  }

  #hear(event: LauncherEvent): void {
    switch (event.kind) {
      case 'started':
        failpoint('after-spawn-before-pid')
        return
      case 'exited': {
        failpoint('after-exit-before-verdict')
        this.#exitsSeen += 1
        const slot = this.#slots.get(event.exit.attempt)
        if (!slot) return
        this.#slots.delete(slot.key)
        const verdict = judge(event.exit, slot.command, slot.logFile, slot.intent)
        const { leftovers } = event.exit
        this.#inbox.push({ job: slot.job, token: slot.token, verdict, hostDied: false, leftovers })
        return this.wake()
      }
      case 'refused':
        return this.#refuse(event.attempt, event.stage, event.message)
      case 'gone':
        return void this.#launcherDied(event.reason)
    }
  }

  /** The job could not be started: its own fault fails it; the machine's fault sends it back and waits a little. */
  #refuse(key: string, stage: string, message: string): void {
    const slot = this.#slots.get(key)
    if (!slot) return
    this.#slots.delete(key)
    const own = stage === 'program' || stage === 'cwd'
    const ended = refusal(message, this.#o.clock.now())
    const verdict = { kind: own ? ('failed' as const) : ('interrupted' as const), ended, retryable: false }
    this.#inbox.push({ job: slot.job, token: slot.token, verdict, hostDied: false, leftovers: 0 })
    if (!own) {
      this.#o.events.onAttention(`A job could not be started: ${message}`, slot.job.batch_id)
      this.#held.set(slot.job.id, this.#o.clock.awakeMs() + blockedRetryMs)
    }
    if (stage === 'fenced') this.#o.events.onRefused()
    this.wake()
  }

  /** Our launcher died: what it wrote down counts; of the rest, processes are ended before anything runs again. */
  async #launcherDied(reason: string): Promise<void> {
    const dead = this.#launcher
    this.#launcher = null
    this.#exitsSeen = 0
    const launcher = await dead?.catch(() => null)
    if (!launcher || this.#state !== 'working') return
    this.#o.events.onAttention(`The launcher died (${reason}); its jobs are looked after.`, null)
    const file = journalPath(path.join(this.#o.home, 'run'), launcher.id)
    const journal = readJournal(file)
    for (const slot of [...this.#slots.values()].filter((one) => one.adoptedFrom === null)) {
      const seen = journal && finishFrom(journal, slot, this.#o.clock.now())
      const end = seen ?? { ...(await interrupted(this.#o, slot, this.#o.clock.now())), hostDied: true }
      this.#slots.delete(slot.key)
      this.#inbox.push(end)
    }
    this.#removeWhenSettled.add(file)
    this.wake()
  }

  readonly #removeWhenSettled = new Set<string>()

  /** Exits whose verdicts are committed need not stay in the journal. */
  #forgetCommitted(): void {
    if (this.#inbox.length > 0) return
    for (const file of this.#removeWhenSettled) {
      const journal = readJournal(file)
      if (journal) removeJournal(journal)
    }
    this.#removeWhenSettled.clear()
    if (this.#exitsSeen % 256 !== 0 || this.#exitsSeen === 0 || !this.#launcher) return
    const committed = this.#exitsSeen
    void this.#launcher.then(
      (launcher) => launcher.forget(committed),
      () => {},
    )
  }

  /** Stops jobs whose batch is no longer ours or that must not go on; each is asked once. */
  #stopWhatMustStop(): void {
    if (this.#slots.size === 0) return
    const { db } = this.#o
    const view = this.#look()
    const { row } = view
    const now = view.paused?.now === true || this.#stopping === 'stop' || (row?.pause_requested ?? 0) >= 2
    const rule = row !== undefined && stopRule(runOptions(row), row) !== null
    const graceMs = readSettings(db)['kill-grace-ms']
    for (const slot of this.#slots.values()) {
      const ours = row !== undefined && row.claim_token === slot.token
      if (slot.intent !== null || (ours && !now && !rule)) continue
      slot.intent = ours ? 'interrupt' : 'cancel'
      if (slot.adoptedFrom) stopOrphanedLauncher(slot.adoptedFrom)
      else
        void this.#launcher?.then(
          (launcher) => launcher.stop(slot.key, graceMs),
          () => {},
        )
    }
  }

  /** Follows launchers of dead hosts until their last job has ended and their journals are gone. */
  #watchAdopted(): void {
    this.#poll ??= setInterval(() => void this.#lookAtAdopted().catch(this.#o.events.onError), adoptedPollMs)
  }

  #stopWatching(): void {
    if (this.#poll) clearInterval(this.#poll)
    this.#poll = null
    this.#timer?.cancel()
    this.#timer = null
  }

  readonly #ending = new Set<string>()

  async #lookAtAdopted(): Promise<void> {
    for (const slot of this.#slots.values()) {
      if (slot.adoptedFrom === null || this.#ending.has(slot.key)) continue
      const alive = isRunning(slot.adoptedFrom.launcher) // looked at first: what it wrote before it died is there
      const journal = readJournal(slot.adoptedFrom.path)
      let end = journal && finishFrom(journal, slot, this.#o.clock.now())
      if (!end && alive) continue
      this.#ending.add(slot.key)
      end ??= await interrupted(this.#o, slot, this.#o.clock.now())
      this.#ending.delete(slot.key)
      if (!this.#slots.delete(slot.key)) continue // the role was lost meanwhile
      this.#inbox.push(end)
      this.wake()
    }
    const open = new Set([...this.#slots.keys(), ...this.#inbox.map((end) => attemptKey(end.job))])
    if (tidyJournals(this.#o.home, this.#o.hostId, open) && this.#poll) {
      clearInterval(this.#poll)
      this.#poll = null
    }
  }

  /** The database or disk refuses: say so, keep everything, try again. */
  #block(cause: unknown): void {
    this.#blockedUntilAwake = this.#o.clock.awakeMs() + blockedRetryMs
    this.#o.events.onError(cause)
    this.#wakeAt(this.#blockedUntilAwake)
  }

  #scheduleHeld(): void {
    const due = [...this.#held.values()]
    if (this.#disk.low) due.push(this.#o.clock.awakeMs() + blockedRetryMs)
    if (due.length > 0) this.#wakeAt(Math.max(Math.min(...due), this.#o.clock.awakeMs() + 5))
  }

  #wakeAt(awakeMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#o.clock.after(awakeMs - this.#o.clock.awakeMs(), () => this.wake())
  }

  #isIdle(): boolean {
    if (this.#slots.size > 0 || this.#inbox.length > 0) return false
    const row = runningRow(this.#o.db)
    return !row || row.host_id !== this.#o.hostId
  }

  #settleIdle(): void {
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  async #dropLauncher(how: 'close' | 'release'): Promise<void> {
    const launcher = await this.#launcher?.catch(() => null)
    this.#launcher = null
    this.#exitsSeen = 0
    if (!launcher) return
    if (how === 'release') return launcher.release()
    await launcher.close()
    const journal = readJournal(journalPath(path.join(this.#o.home, 'run'), launcher.id))
    if (journal) removeJournal(journal)
  }

  #context(): Context {
    return { actor: 'executor', hostId: this.#o.hostId, origin: null, at: this.#o.clock.now() }
  }
}

type View = { row: BatchRow | undefined; paused: Marks['queue-paused'] | undefined }

type Step = {
  start: { job: JobRow; batch: BatchRow; options: RunOptions; token: string }[]
  finished: BatchRow[]
  changed: boolean
  refused: boolean
}

function environmentOf(
  options: RunOptions,
  command: JobCommand,
  batch: BatchRow,
  job: JobRow,
): Record<string, string> {
  return {
    ...(options.searchPath === null ? {} : { PATH: options.searchPath }),
    ...options.env,
    ...command.env,
    SLIPWAY_BATCH: String(batch.number),
    SLIPWAY_JOB: String(job.ordinal),
  }
}
