/**
 * Owns what commands on several batches share: one transaction in which all of them change, or none, or with
 * `partial` those that can; and the action that `undo` reverts as one step.
 */
import type { CommandOutput } from '../../contract/commands.ts'
import type { Batch, BatchRef } from '../../contract/entities.ts'
import { fail, ok, type RefusedBatch, type Result, type SlipwayError } from '../../contract/errors.ts'
import type { UndoableCommand } from '../../contract/references.ts'
import { batchById } from '../queue/queries.ts'
import { readMark } from '../queue/settings-store.ts'
import { type BatchState, batchState, difference, type QueueMarks, saveAction } from '../queue/undo-store.ts'
import { Refusal, resolveBatches, type Scope, writeOrRefuse } from './command.ts'

/** Which batches a command names, and what happens when some of them refuse. */
export type Several = {
  batch?: BatchRef | undefined
  batches?: readonly BatchRef[] | undefined
  partial?: boolean | undefined
}

/** Remembers a batch as it is, before it is changed along with another one. */
export type Keep = (id: string) => void

export type Change = {
  /** Changes one batch, or throws a `Refusal`, which rolls back what it did to this batch. */
  each: (batch: Batch, keep: Keep) => void
  /** What is done once for all batches that did not refuse. */
  together?: (batches: readonly Batch[]) => void
}

/** The batches an input names; undefined when it names none. */
export function refsOf({ batch, batches }: Several): readonly BatchRef[] | undefined {
  return batches ?? (batch === undefined ? undefined : [batch])
}

/** Changes the named batches in one transaction. An unknown one is `not-found`, and nothing is changed. */
export function changeBatches(
  scope: Scope,
  command: UndoableCommand,
  input: Several,
  change: Change,
): Result<CommandOutput<'pause'>> {
  const { db } = scope
  const refs = refsOf(input)
  if (refs === undefined) return fail('usage', `Invalid input: ${command} needs at least one batch.`)
  const found = resolveBatches(db, refs)
  if (!found.ok) return found
  const many = found.value.length > 1
  const written = writeOrRefuse(db, () =>
    recordUndo(scope, command, (keep) => {
      const changed: Batch[] = []
      const refused: RefusedBatch[] = []
      let first: SlipwayError | undefined
      for (const { id } of found.value) keep(id) // all before the first changes: it moves those behind it
      for (const { id } of found.value) {
        const batch = batchById(db, id) // as it is inside the transaction
        const error = refusalOf(scope, () => change.each(batch, keep))
        if (error) {
          first ??= error
          const { problems, refused: _, ...reason } = error
          refused.push({ id, number: batch.number, ...reason })
        } else changed.push(batch)
      }
      if (first && !(input.partial && changed.length > 0))
        throw new Refusal({ ok: false, error: many ? allRefused(first, refused) : first })
      change.together?.(changed)
      return { ids: changed.map(({ id }) => id), refused }
    }),
  )
  if (!written.ok) return written
  const { value, undo } = written.value
  return ok({ batches: value.ids.map((id) => batchById(db, id)), refused: value.refused, undo })
}

function refusalOf({ db }: Scope, action: () => void): SlipwayError | undefined {
  try {
    db.savepoint(action)
    return undefined
  } catch (cause) {
    if (cause instanceof Refusal && !cause.result.ok) return cause.result.error
    throw cause
  }
}

/** Nothing was changed: the first reason, and each of them as data. Conflicts of all batches can be answered at once. */
function allRefused(first: SlipwayError, refused: RefusedBatch[]): SlipwayError {
  const conflicts = refused.flatMap((one) => one.conflicts ?? [])
  const hint = [first.hint, 'Nothing was changed.'].filter(Boolean).join(' ')
  return { ...first, hint, refused, ...(conflicts.length > 0 ? { conflicts } : {}) }
}

/** Runs a change inside the caller's transaction and keeps what `undo` needs; `undo` is null when nothing changed. */
export function recordUndo<T>(
  scope: Scope,
  command: UndoableCommand,
  change: (keep: Keep) => T,
): { value: T; undo: number | null } {
  const { db, context } = scope
  const before = new Map<string, BatchState>()
  const keep = (id: string) => {
    const state = before.has(id) ? undefined : batchState(db, id)
    if (state) before.set(id, state)
  }
  const marksBefore = queueMarks(scope)
  const value = change(keep)
  const steps = [...before].flatMap(([batch, was]) => {
    const step = { batch, ...difference(was, batchState(db, batch) ?? was) }
    return Object.keys(step.after).length > 0 ? [step] : []
  })
  const marks = difference(marksBefore, queueMarks(scope))
  if (steps.length === 0 && Object.keys(marks.after).length === 0) return { value, undo: null }
  return { value, undo: saveAction(db, context, surfaceOf(scope), { command, steps, marks }) }
}

/** `undo` in the panel reverts what was done in the panel, and at the command line what was done there. */
export function surfaceOf({ caller }: Scope): string {
  return caller.mustTrust ? 'panel' : 'command line'
}

/** The queue's marks as they are. */
export function queueMarks({ db }: Scope): QueueMarks {
  return {
    'queue-paused': readMark(db, 'queue-paused') ?? null,
    'stop-after': readMark(db, 'stop-after') ?? null,
  }
}
