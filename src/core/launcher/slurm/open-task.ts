/**
 * Owns one task that has no reported end, and the judgement of it: what its files and Slurm's state say together. Must never
 * call a task lost that may still write, nor one unbegun that may still begin.
 */
import type { Ending } from '../protocol.ts'
import type { Slice, Task } from './slice.ts'
import { endingBy, endingOf, isActive, needsReason, type TaskEnd } from './task-end.ts'

/** What is to be done about a task: nothing yet, or its end. */
export type Judgement =
  | { is: 'open' }
  | { is: 'ended'; end: TaskEnd; ending: Ending }
  /** Nobody wrote its end. */
  | { is: 'gone'; ending: Ending }
  /** It ended on its node without having seen the slice's folder. */
  | { is: 'unseen'; node: string }

const OPEN: Judgement = { is: 'open' }
/** Slurm has seen the processes end: only the file system may be late with what they wrote. */
const CONFIRMED_SHARE = 1 / 3

export class OpenTask {
  readonly slice: Slice
  readonly task: Task
  readonly #lostAfterMs: number
  /** A dead launcher's task that nobody waits for: it is ended, and not reported. */
  readonly isStray: boolean
  /** When it was asked to stop, and how long it may take. */
  stopping: { sinceMs: number; graceMs: number } | null = null
  /** Looks at the queue in a row in which Slurm did not know it. */
  missing = 0
  #end: Extract<TaskEnd, { refused: null }> | null = null
  #doubtSinceMs: number | null = null
  #beat = { text: '', atMs: 0 }

  constructor(slice: Slice, task: Task, lostAfterMs: number, isStray = false) {
    this.slice = slice
    this.task = task
    this.#lostAfterMs = lostAfterMs
    this.isStray = isStray
  }

  /** The number under which Slurm knows it; undefined while it has none. */
  get jobId(): string | undefined {
    const { index } = this.task
    return this.slice.submitted.find(({ from, to }) => from <= index && index <= to)?.jobId
  }

  /** Slurm should be asked soon. */
  get isUrgent(): boolean {
    return this.#end !== null || this.stopping !== null
  }

  /** Its end file is there. */
  readEnd(nowMs: number): Judgement {
    const end = this.#end ?? this.slice.end(this.task.index)
    if (end === null) return OPEN
    if (end.refused !== null || !needsReason(end)) return this.#ended(end, null)
    this.#end = end
    this.#doubtSinceMs ??= nowMs
    return OPEN
  }

  /** `state`: Slurm's own, undefined where Slurm does not know it. */
  judge(state: string | undefined, node: string, nowMs: number): Judgement {
    this.missing = state === undefined ? this.missing + 1 : 0
    const written = this.readEnd(nowMs)
    if (written.is !== 'open') return written
    if (this.#end !== null) return this.#explained(this.#end, state, nowMs)
    if (state !== undefined && isActive(state)) {
      this.#doubtSinceMs = null
      return OPEN
    }
    // One look may have come too early or too late.
    if (state === undefined && this.missing < 2) return OPEN
    return this.#unknown(state, node, nowMs)
  }

  #explained(end: Extract<TaskEnd, { refused: null }>, state: string | undefined, nowMs: number): Judgement {
    // Back in the queue: an administrator, or a partition that preempts.
    if (state === 'PENDING' || state === 'REQUEUED') return this.#ended(end, 'REQUEUED')
    const isFinal = state !== undefined && !isActive(state)
    const waited = nowMs - (this.#doubtSinceMs ?? nowMs) >= this.#lostAfterMs
    if (!isFinal && !waited && this.missing < 2) return OPEN
    return this.#ended(end, isFinal ? state : null)
  }

  /** Neither an end nor a job that could bring one. */
  #unknown(state: string | undefined, node: string, nowMs: number): Judgement {
    const { slice, task } = this
    if (slice.revoke(task.index)) {
      if (state === 'CANCELLED') return { is: 'gone', ending: 'cancelled' }
      const ran = state === 'COMPLETED' || state === 'FAILED'
      return ran ? { is: 'unseen', node } : { is: 'gone', ending: 'unbegun' }
    }
    this.#doubtSinceMs ??= nowMs
    const text = slice.beat(task.index)
    if (text !== this.#beat.text) this.#beat = { text, atMs: nowMs }
    const ending = state === undefined ? null : endingBy(state)
    const quietMs = nowMs - Math.max(this.#beat.atMs, this.#doubtSinceMs)
    if (quietMs < this.#lostAfterMs * (ending === null ? 1 : CONFIRMED_SHARE)) return OPEN
    // Should it come back with its node after all, it ends itself.
    slice.askToStop(task.index, 0)
    return { is: 'gone', ending: ending ?? 'lost' }
  }

  #ended(end: TaskEnd, state: string | null): Judgement {
    return { is: 'ended', end, ending: end.refused === null ? endingOf(end, state) : 'exited' }
  }
}
