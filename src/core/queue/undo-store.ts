/**
 * Owns what `undo` needs: actions of people and scripts, with the fields of each batch that they changed, before and
 * after. Must not know how a change is undone.
 */
import { type UndoableCommand, undoableCommands } from '../../contract/references.ts'
import type { BatchStatus } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import type { Context } from './context.ts'
import type { Marks } from './settings-store.ts'

/** The fields of a batch that commands change. */
export type BatchState = {
  status: BatchStatus
  run: number
  priority: number
  sealed: number
  pauseRequested: number
  reason: string | null
  clearedAt: number | null
  duplicateOf: string | null
  after: readonly { type: string; id: string }[]
  /** Its position and the batch in front of it; null when it isn't in the queue. */
  place: { position: number; behind: string | null } | null
}
export type Step = { batch: string; before: Partial<BatchState>; after: Partial<BatchState> }

/** The marks that commands change; null where there is none. */
export type QueueMarks = { [K in 'queue-paused' | 'stop-after']: Marks[K] | null }
type MarkChange = { before: Partial<QueueMarks>; after: Partial<QueueMarks> }

export type Action = {
  id: number
  at: number
  actor: string
  command: UndoableCommand
  undone_at: number | null
  refused_at: number | null
  steps: Step[]
  marks: MarkChange
}
export type ActionName = Pick<Action, 'id' | 'at' | 'command'>
type ActionRow = Omit<Action, 'steps' | 'marks'> & { steps: string; marks: string }

/** Older actions are forgotten. */
const keptActions = 500

/** The batch as it is, or undefined when there is none. */
export function batchState(db: Db, id: string): BatchState | undefined {
  const row = db
    .sql<
      Omit<BatchState, 'after' | 'place'> & { after: string; position: number | null; behind: string | null }
    >(
      `SELECT status, run, priority, sealed, pause_requested AS pauseRequested, reason, cleared_at AS clearedAt,
              duplicate_of AS duplicateOf, position,
              coalesce((SELECT p.id FROM batches p WHERE p.rank < b.rank ORDER BY p.rank DESC, p.number DESC LIMIT 1),
                       (SELECT p.id FROM batches p WHERE p.position = 0 AND b.rank IS NOT NULL)) AS behind,
              (SELECT json_group_array(json_object('type', after_type, 'id', predecessor_id))
               FROM batch_after WHERE batch_id = b.id) AS after
       FROM batches b WHERE id = ?`,
    )
    .get(id)
  if (!row) return undefined
  const { position, behind, after, ...fields } = row
  return { ...fields, after: JSON.parse(after), place: position === null ? null : { position, behind } }
}

/** The fields that differ between two states, as they are in each. */
export function difference<T extends object>(before: T, after: T): { before: Partial<T>; after: Partial<T> } {
  const changed = (Object.keys(before) as (keyof T)[]).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  )
  const pick = (from: T) => Object.fromEntries(changed.map((field) => [field, from[field]])) as Partial<T>
  return { before: pick(before), after: pick(after) }
}

/** Keeps an action inside the transaction that did it; returns its number. */
export function saveAction(
  db: Db,
  context: Context,
  surface: string,
  action: Pick<Action, 'command' | 'steps' | 'marks'>,
): number {
  const id = db
    .sql<{ id: number }>(
      `INSERT INTO undo_actions (at, actor, surface, command, steps, marks) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    )
    .get(
      context.at,
      context.actor,
      surface,
      action.command,
      JSON.stringify(action.steps),
      JSON.stringify(action.marks),
    )?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  db.sql('DELETE FROM undo_actions WHERE id <= ?').run(id - keptActions)
  return id
}

/** The latest action of this person on this surface that was neither undone nor refused. */
export function latestAction(db: Db, actor: string, surface: string): ActionName | undefined {
  return db
    .sql<ActionName>(
      `SELECT id, at, command FROM undo_actions WHERE undone_at IS NULL AND refused_at IS NULL AND actor = ? AND surface = ?
       ORDER BY id DESC LIMIT 1`,
    )
    .get(actor, surface)
}

/** An action by its number; undefined when there is none or its row can't be parsed. */
export function findAction(db: Db, id: number): Action | undefined {
  const row = db
    .sql<ActionRow>(
      'SELECT id, at, actor, command, undone_at, refused_at, steps, marks FROM undo_actions WHERE id = ?',
    )
    .get(id)
  if (!row || !undoableCommands.includes(row.command)) return undefined
  try {
    const steps: unknown = JSON.parse(row.steps)
    const marks: unknown = JSON.parse(row.marks)
    return isSteps(steps) && isChange(marks) ? { ...row, steps, marks } : undefined
  } catch {
    return undefined
  }
}

/** Only this module writes these rows; who changes them by hand gets no undo, and no crash. */
function isSteps(value: unknown): value is Step[] {
  return Array.isArray(value) && value.every((step) => isChange(step) && 'batch' in step)
}

function isChange<T>(value: unknown): value is { before: Partial<T>; after: Partial<T> } {
  if (typeof value !== 'object' || value === null || !('before' in value && 'after' in value)) return false
  return [value.before, value.after].every((side) => typeof side === 'object' && side !== null)
}

/** The action has been undone, or can't be any more. */
export function closeAction(db: Db, id: number, at: number, outcome: 'undone' | 'refused'): void {
  const sql =
    outcome === 'undone'
      ? 'UPDATE undo_actions SET undone_at = ? WHERE id = ?'
      : 'UPDATE undo_actions SET refused_at = ? WHERE id = ?'
  db.sql(sql).run(at, id)
}

/** Which fields of which batches later actions have changed that still stand. */
export function changedAfter(db: Db, id: number): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>()
  const later = db.sql<{ id: number }>('SELECT id FROM undo_actions WHERE id > ? AND undone_at IS NULL')
  for (const other of later.all(id))
    for (const { batch, after } of findAction(db, other.id)?.steps ?? [])
      fields.set(batch, new Set([...(fields.get(batch) ?? []), ...Object.keys(after)]))
  return fields
}
