/**
 * Owns the jobs that a launcher has on the cluster, from the frame that hands one over to the report of its end. Ends come
 * from files; Slurm is queried for all tasks at once, rarely, and its accounting only if it has forgotten one.
 */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SlurmPlace } from '../../../contract/places.ts'
import type { JobExit, PlaceState, StartSpec } from '../protocol.ts'
import type { RefusalStage } from '../refusal.ts'
import { type Judgement, OpenTask } from './open-task.ts'
import { removeIfDone, Slice } from './slice.ts'
import type { RunSlurm } from './slurm-command.ts'
import { askAccounting, lookAtQueue, type QueueEntry, taskIds } from './slurm-queue.ts'
import { Submitter } from './submitter.ts'
import { isActive, unwitnessed } from './task-end.ts'
import { TaskLogs } from './task-logs.ts'

export type ClusterOptions = {
  place: SlurmPlace
  run: RunSlurm
  /** Where this launcher's slices are; those of others lie beside it. */
  folder: string
  launcherId: string
  wrapper: string
  /** Below each job's own environment. */
  environment(): Record<string, string>
  onStarted(attempt: string): void
  onRefused(attempt: string, stage: RefusalStage, errno: string, subject: string): void
  onExited(exit: JobExit): void
  onState(state: PlaceState): void
  /** Nothing is left to watch. */
  onIdle(): void
}

const SLICE = { most: 1_000, waitMs: 1_000, gatherMs: 20 }
const SCAN_MS = { least: 100, most: 1_000 }
const ASK_MS = { urgent: 2_000, least: 5_000, most: 30_000, failing: 300_000 }
/** Beyond its grace a task has so long before Slurm is asked to end it. */
const STOP_SLACK_MS = 10_000

export class Cluster {
  readonly #o: ClusterOptions
  readonly #submitter: Submitter
  readonly #logs = new TaskLogs()
  readonly #open = new Map<string, OpenTask>()
  /** Slices with a task that is open, or a job that Slurm may still begin in vain. */
  readonly #slices = new Map<string, Slice>()
  /** Not yet in a slice. */
  #waiting: { spec: StartSpec; sinceMs: number }[] = []
  readonly #toSignal = new Set<OpenTask>()
  /** Names of slices with revoked tasks that Slurm still has in its queue. */
  readonly #loose = new Set<string>()
  #count = 0
  #scanMs = SCAN_MS.least
  #askedMs = 0
  #askPauseMs = ASK_MS.least
  #trouble: string | null = null
  #busy = { sending: false, asking: false, signalling: false }
  #timer: NodeJS.Timeout | undefined

  constructor(options: ClusterOptions) {
    this.#o = options
    this.#submitter = new Submitter({
      place: options.place,
      run: options.run,
      wrapper: options.wrapper,
      comment: `slipway ${options.folder}`,
      onRefused: (slice, indexes, message) => this.#refuseAll(slice, indexes, message),
    })
  }

  get isIdle(): boolean {
    return this.#open.size + this.#waiting.length + this.#loose.size === 0
  }

  add(spec: StartSpec): void {
    this.#waiting.push({ spec, sinceMs: performance.now() })
    this.#soon(SLICE.gatherMs)
  }

  stop(attempt: string, graceMs: number): void {
    const at = this.#waiting.findIndex(({ spec }) => spec.attempt === attempt)
    if (at !== -1) {
      this.#waiting.splice(at, 1)
      this.#o.onExited(unwitnessed(attempt, 'stopped', null))
    }
    const open = this.#open.get(attempt)
    if (open !== undefined) this.#stop(open, graceMs)
    this.#soon(SLICE.gatherMs)
  }

  /** Everything, each with the grace that it was started with. */
  stopAll(): void {
    for (const { spec } of [...this.#waiting]) this.stop(spec.attempt, spec.graceMs)
    for (const { task } of [...this.#open.values()]) this.stop(task.attempt, task.graceMs)
  }

  /** Continues these attempts, in whichever launcher's slices they are; what else the dead one left is ended. */
  resume(launcherId: string, attempts: ReadonlySet<string>): void {
    const missing = new Set(attempts)
    const root = dirname(this.#o.folder)
    for (const owner of readdirSync(root))
      for (const slice of Slice.readAll(join(root, owner))) this.#take(slice, missing, owner === launcherId)
    for (const attempt of missing) this.#o.onExited(unwitnessed(attempt, 'unbegun', null))
    this.#soon(0)
  }

  #take(slice: Slice, missing: Set<string>, endsStrays: boolean): void {
    const isWanted = slice.tasks.filter(({ attempt }) => missing.delete(attempt))
    if (this.#slices.has(slice.name) || (isWanted.length === 0 && !endsStrays)) return
    this.#slices.set(slice.name, slice)
    this.#submitter.doubt(slice)
    const ended = new Set(slice.ended())
    for (const task of slice.tasks) {
      const isStray = !isWanted.includes(task)
      if (isStray && (!endsStrays || ended.has(task.index))) continue
      const open = new OpenTask(slice, task, this.#o.place.lostAfterMs, isStray)
      this.#open.set(task.attempt, open)
      if (isStray) this.#stop(open, task.graceMs)
      else this.#o.onStarted(task.attempt)
    }
  }

  #soon(ms: number): void {
    this.#scanMs = SCAN_MS.least
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#turn(), ms)
  }

  /** Reads the files; whatever needs Slurm runs in parallel, as its commands may take a minute. */
  #turn(): void {
    const began = performance.now()
    this.#cut(began)
    const ends = this.#readEnds(began)
    void this.#send()
    void this.#signal()
    if (began - this.#askedMs >= this.#askEveryMs()) void this.#ask()
    const took = performance.now() - began
    this.#scanMs = ends > 0 ? SCAN_MS.least : Math.min(SCAN_MS.most, this.#scanMs * 1.5)
    clearTimeout(this.#timer)
    if (this.isIdle) this.#o.onIdle()
    else this.#timer = setTimeout(() => this.#turn(), Math.max(this.#scanMs, took * 30))
  }

  /** Many small slices would cost Slurm more than a short wait costs the jobs. */
  #cut(nowMs: number): void {
    const [first] = this.#waiting
    if (first === undefined) return
    const isMany = this.#waiting.length >= Math.min(SLICE.most, this.#o.place.atOnce / 10)
    if (this.#open.size > 0 && !isMany && nowMs - first.sinceMs < SLICE.waitMs) return
    const { folder, launcherId, place, environment } = this.#o
    const specs = this.#waiting.splice(0, SLICE.most).map(({ spec }) => spec)
    this.#count += 1
    const beatSeconds = Math.max(1, Math.floor(place.lostAfterMs / 6_000))
    const slice = Slice.create(
      folder,
      `slipway-${launcherId}-${this.#count}`,
      specs,
      environment(),
      beatSeconds,
      place.folder !== null,
    )
    this.#slices.set(slice.name, slice)
    for (const task of slice.tasks) {
      this.#open.set(task.attempt, new OpenTask(slice, task, place.lostAfterMs))
      this.#o.onStarted(task.attempt)
    }
    this.#cut(nowMs)
  }

  #readEnds(nowMs: number): number {
    const before = this.#open.size
    for (const slice of this.#slices.values())
      for (const index of slice.ended()) {
        const open = this.#open.get(slice.tasks[index]?.attempt ?? '')
        if (open?.slice === slice) this.#settle(open, open.readEnd(nowMs))
      }
    this.#removeDone()
    return before - this.#open.size
  }

  async #send(): Promise<void> {
    if (this.#busy.sending) return
    this.#busy.sending = true
    await this.#submitter.send([...this.#slices.values()])
    this.#busy.sending = false
  }

  #stop(open: OpenTask, graceMs: number): void {
    const { slice, task } = open
    if (open.stopping !== null) return
    if (slice.revoke(task.index)) {
      this.#loose.add(slice.name)
      return this.#settle(open, { is: 'gone', ending: 'stopped' })
    }
    slice.askToStop(task.index, graceMs)
    open.stopping = { sinceMs: performance.now(), graceMs }
    this.#toSignal.add(open)
  }

  /** The wrapper would find its stop file by itself; a signal spares it the wait. What doesn't help is done by Slurm. */
  async #signal(): Promise<void> {
    if (this.#busy.signalling || this.#toSignal.size === 0) return
    this.#busy.signalling = true
    const ids = idsOf([...this.#toSignal])
    this.#toSignal.clear()
    if (ids.length > 0) await this.#o.run('scancel', ['--batch', '--signal=USR1', ...ids])
    this.#busy.signalling = false
  }

  /** By load: 5 s for few tasks, up to 30 s for many; longer where Slurm is slow or silent. */
  #askEveryMs(): number {
    const byLoad = Math.min(ASK_MS.most, ASK_MS.least + this.#open.size * 10)
    const isUrgent = this.#trouble === null && [...this.#open.values()].some((open) => open.isUrgent)
    return isUrgent ? ASK_MS.urgent : Math.max(byLoad, this.#askPauseMs)
  }

  async #ask(): Promise<void> {
    const slices = [...this.#slices.values()].filter(({ submitted }) =>
      submitted.some(({ jobId }) => jobId !== ''),
    )
    if (this.#busy.asking || slices.length === 0) return
    this.#busy.asking = true
    const began = performance.now()
    this.#askedMs = began
    const tasks = [...this.#open.values()].filter((open) => open.jobId !== undefined)
    const look = await lookAtQueue(
      this.#o.run,
      slices.map(({ name }) => name),
    )
    const took = performance.now() - began
    this.#trouble = look.ok ? null : look.message
    this.#askPauseMs = look.ok
      ? took * 20
      : Math.min(ASK_MS.failing, Math.max(ASK_MS.least, this.#askPauseMs) * 2)
    if (look.ok) await this.#judgeAll(tasks, look.entries)
    this.#reportState(look.ok ? look.entries : [])
    this.#busy.asking = false
    this.#soon(0)
  }

  async #judgeAll(tasks: readonly OpenTask[], entries: readonly QueueEntry[]): Promise<void> {
    const known = new Map<string, QueueEntry>()
    for (const entry of entries) {
      const key = `${entry.name}/${entry.index}`
      // Sent twice, a task has two entries: what may still run counts.
      if (!known.has(key) || isActive(entry.state)) known.set(key, entry)
    }
    const entryOf = ({ slice, task }: OpenTask) => known.get(`${slice.name}/${task.index}`)
    const nowMs = performance.now()
    for (const open of tasks) this.#settle(open, open.readEnd(nowMs))
    const left = tasks.filter(({ task }) => this.#open.has(task.attempt))
    const unclear = left.filter((open) => {
      const state = entryOf(open)?.state
      return state === undefined ? open.missing > 0 : !isActive(state)
    })
    const accounts = unclear.length === 0 ? null : await askAccounting(this.#o.run, submitted(unclear))
    for (const open of left) {
      const entry = entryOf(open)
      const accounted = accounts?.get(`${open.jobId}_${open.task.index}`)
      const state = entry === undefined || accounted === 'OUT_OF_MEMORY' ? accounted : entry.state
      this.#settle(open, open.judge(state, entry?.node ?? '', nowMs))
      this.#logs.look(open.task)
    }
    await this.#cancel(tasks, entries, nowMs)
    this.#removeDone()
  }

  /** What was asked to stop and didn't, and what would only find its task revoked. */
  async #cancel(tasks: readonly OpenTask[], entries: readonly QueueEntry[], nowMs: number): Promise<void> {
    const late = tasks.filter(
      ({ stopping }) => stopping !== null && nowMs - stopping.sinceMs > stopping.graceMs + STOP_SLACK_MS,
    )
    const vain = entries.filter(({ name, index, state }) => {
      const attempt = this.#slices.get(name)?.tasks[index]?.attempt
      return state === 'PENDING' && (attempt === undefined || !this.#open.has(attempt))
    })
    for (const name of this.#loose) if (!vain.some((entry) => entry.name === name)) this.#loose.delete(name)
    const ids = [...idsOf(late), ...taskIds(vain)]
    if (ids.length > 0) await this.#o.run('scancel', ids)
  }

  #settle(open: OpenTask, judgement: Judgement): void {
    const { attempt } = open.task
    if (judgement.is === 'open' || !this.#open.delete(attempt)) return
    if (open.isStray) return
    if (judgement.is === 'unseen') return this.#o.onRefused(attempt, 'place', 'ENOENT', judgement.node)
    if (judgement.is === 'gone') {
      const begun = open.slice.begun(open.task.index)
      return this.#o.onExited({
        ...unwitnessed(attempt, judgement.ending, begun),
        ...this.#logs.finish(open.task),
      })
    }
    const { end, ending } = judgement
    if (ending === 'preempted') this.#loose.add(open.slice.name)
    const log = this.#logs.finish(open.task)
    if (end.refused !== null)
      return this.#o.onRefused(attempt, end.refused.stage, end.refused.errno, open.task.logPath)
    const stopped = ending === 'exited' && open.stopping !== null && end.exit.signal !== null
    this.#o.onExited({ attempt, ...end.exit, ...log, ended: stopped ? 'stopped' : ending })
  }

  #refuseAll(slice: Slice, indexes: readonly number[], message: string): void {
    for (const index of indexes) {
      const open = this.#open.get(slice.tasks[index]?.attempt ?? '')
      if (open === undefined || !slice.revoke(index)) continue
      this.#open.delete(open.task.attempt)
      if (!open.isStray) this.#o.onRefused(open.task.attempt, 'place', 'EINVAL', message)
    }
  }

  #removeDone(): void {
    const needed = new Set([...this.#open.values()].map(({ slice }) => slice.name))
    for (const slice of this.#slices.values()) {
      if (needed.has(slice.name) || this.#loose.has(slice.name)) continue
      this.#slices.delete(slice.name)
      slice.remove()
      const owner = dirname(slice.folder)
      if (owner !== this.#o.folder) removeIfDone(owner)
    }
  }

  #reportState(entries: readonly QueueEntry[]): void {
    const running = entries.filter(({ state }) => state === 'RUNNING')
    const waiting = entries.filter(({ state }) => state === 'PENDING')
    const { trouble } = this.#submitter
    const reasons = Object.entries(Object.groupBy(waiting, ({ reason }) => reason))
    const [common] = reasons.sort(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0))
    this.#o.onState({
      running: running.length,
      waiting: Math.max(0, this.#open.size - running.length),
      reason: trouble?.isLimit ? 'SubmitLimit' : (common?.[0] ?? null),
      nodes: new Set(running.map(({ node }) => node)).size,
      trouble: this.#trouble ?? (trouble?.isLimit === false ? trouble.message : null),
    })
  }
}

const submitted = (tasks: readonly OpenTask[]) =>
  tasks.flatMap(({ jobId, task }) => (jobId ? [{ jobId, index: task.index }] : []))
const idsOf = (tasks: readonly OpenTask[]): string[] => taskIds(submitted(tasks))
