/**
 * `summary` and `report`: what is known of a finished batch. A request is the finalizer's third layer: a batch
 * that is done but was never closed is closed now, or, within its grace period, the answer is when to try again.
 */

import type { CommandOutput } from '../../contract/commands.ts'
import type { BatchRef, Summary } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { batchStatusWords, isFinal } from '../../contract/states.ts'
import { countOf } from '../../contract/words.ts'
import { makeReport } from '../insight/report.ts'
import { getRow } from '../queue/batch-store.ts'
import { readSetting } from '../queue/settings-store.ts'
import { readSummary } from '../queue/summary-store.ts'
import { closeIfDone } from '../run/closing.ts'
import { type Handler, resolveBatch, type Scope } from './command.ts'

export const summary: Handler<'summary'> = (scope, input) => summaryOf(scope, input.batch, input.run)

export const report: Handler<'report'> = (scope, input) => {
  const found = summaryOf(scope, input.batch, input.run)
  if (!found.ok) return found
  if (found.value.state === 'pending') return fail('not-possible', found.value.sentence)
  return ok(makeReport(found.value.summary, input.format))
}

function summaryOf(scope: Scope, ref: BatchRef, run?: number): Result<CommandOutput<'summary'>> {
  const { db, clock, finalizer } = scope
  const found = resolveBatch(db, ref)
  if (!found.ok) return found
  let batch = found.value
  if (batch.status === 'running' && batch.sealed && batch.jobs.pending + batch.jobs.running === 0) {
    const graceMs = readSetting(db, 'finalizer-grace-ms')
    const leftMs = (batch.lastJobFinishedAt ?? batch.createdAt) + graceMs - clock.now()
    // A clock that was set back must not make anybody wait longer than the grace period.
    if (leftMs > 0 && leftMs <= graceMs)
      return ok(pending(Math.ceil(leftMs / 1_000), `The summary of #${batch.number} is being prepared.`, 0))
    closeIfDone(db, { ...scope.context, actor: 'finalizer' }, batch.id, 'demand')
    const closed = resolveBatch(db, batch.id)
    if (!closed.ok) return closed
    batch = closed.value
  }
  const row = getRow(db, batch.id)
  const wanted = run ?? row?.run ?? 1
  const stored = readSummary(db, batch.id, wanted)
  if (stored?.summary) return ok(ready(stored.summary, row?.run ?? 1))
  if (run !== undefined && run !== row?.run)
    return fail('not-found', `#${batch.number} has no summary of run ${run}.`)
  if (!isFinal(batch.status)) {
    const left = batch.jobs.pending + batch.jobs.running
    return ok(
      pending(
        5,
        `#${batch.number} is ${batchStatusWords[batch.status]}: ${left} of ${countOf(batch.jobs.total, 'job')} ${left === 1 ? 'is' : 'are'} left.`,
        left,
      ),
    )
  }
  finalizer.summarize(batch.id, wanted)
  const made = readSummary(db, batch.id, wanted)
  if (made?.summary) return ok(ready(made.summary, wanted))
  return fail('internal', `The summary of #${batch.number} can't be made: ${made?.error ?? 'unknown'}.`, {
    hint: 'The batch itself is closed and complete: `slipway show` has its jobs.',
  })
}

function ready(made: Summary, runs: number) {
  return { state: 'ready' as const, summary: made, runs }
}

function pending(retryAfterSeconds: number, sentence: string, jobsLeft: number) {
  return { state: 'pending' as const, retryAfterSeconds: Math.max(1, retryAfterSeconds), sentence, jobsLeft }
}
