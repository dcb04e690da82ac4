/**
 * Owns the shape of a command's handler: validated input in, a result out, with everything it may use.
 */
import type { Caller } from '../../contract/api.ts'
import type { CommandName, CommandOutput, ParsedInput } from '../../contract/commands.ts'
import type { Batch, BatchRef } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { statusWords } from '../../contract/words.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Context } from '../queue/context.ts'
import { wasAbandoned } from '../queue/job-queries.ts'
import { findBatch } from '../queue/queries.ts'
import type { Finalizer } from '../run/finalizer.ts'

/** What a handler may use. */
export type Scope = {
  db: Db
  clock: Clock
  home: string
  /** Folder of the built launchers. */
  launcherDir: string
  hostId: string
  finalizer: Finalizer
  /** Epoch and seq of the change feed, for snapshots. */
  feed: () => { epoch: string; seq: number }
  version: string
  caller: Caller
  /** Who, from where and when, for events. */
  context: Context
}

export type Handler<N extends CommandName> = (
  scope: Scope,
  input: ParsedInput<N>,
) => Result<CommandOutput<N>> | Promise<Result<CommandOutput<N>>>

/** What to do about a batch that is not whole. */
export const addAgain = 'Add it again instead.'

/** The batch that a person named, or `not-found`. */
export function resolveBatch(db: Db, ref: BatchRef): Result<Batch> {
  const batch = findBatch(db, ref)
  if (batch) return ok(batch)
  if (wasAbandoned(db, Number(String(ref).replace(/^#/, ''))))
    return fail('not-found', `${name(ref)} was removed, as it never received all its jobs.`, {
      hint: addAgain,
    })
  return fail('not-found', `There is no batch ${name(ref)}.`, {
    hint: '`slipway list --all` shows every batch.',
  })
}

/** All of them, or the first `not-found`; a batch named twice counts once. */
export function resolveBatches(db: Db, refs: readonly BatchRef[]): Result<Batch[]> {
  const found = new Map<string, Batch>()
  for (const ref of refs) {
    const batch = resolveBatch(db, ref)
    if (!batch.ok) return batch
    found.set(batch.value.id, batch.value)
  }
  return ok([...found.values()])
}

function name(ref: BatchRef): string {
  return /^\d+$/.test(String(ref)) ? `#${ref}` : String(ref)
}

/** "#12 is paused", and what is possible instead. */
export function notPossible(batch: Batch, what: string, hint?: string): Result<never> {
  const words = statusWords(batch)
  return fail(
    'not-possible',
    `#${batch.number} is ${words}, so it can't be ${what}.`,
    hint === undefined ? {} : { hint },
  )
}

/** Rolls a transaction back with an expected result. */
export class Refusal extends Error {
  readonly result: Result<never>

  constructor(result: Result<never>) {
    super('refused')
    this.result = result
  }
}

/** A durable transaction in which a `Refusal` rolls everything back and becomes the result. */
export function writeOrRefuse<T>(db: Db, action: () => T): Result<T> {
  try {
    return ok(db.write(action))
  } catch (cause) {
    if (cause instanceof Refusal) return cause.result
    throw cause
  }
}
