/** Owns the doctor's checks of rows: broken rules, and what is stuck. */

import { countOf } from '../../contract/words.ts'
import { isGone } from '../host/lease.ts'
import { removeUnsealed } from '../queue/batch-store.ts'
import {
  clashes,
  driftedCounters,
  queuePositions,
  runningBatches,
  strandedJobs,
  summaryGaps,
} from '../queue/doctor-queries.ts'
import { renumber } from '../queue/order.ts'
import { doneButOpen, unsealedBatches, unsealedInQueue } from '../queue/queries.ts'
import { readMark, readSetting } from '../queue/settings-store.ts'
import type { Scope } from './command.ts'
import { batchList, type Examination } from './doctor-examination.ts'

/** A summary that isn't there after this time counts as missing. */
const summaryDueMs = 40_000

export function checkQueue(scope: Scope, examination: Examination): void {
  checkClashes(scope, examination)
  checkRunning(scope, examination)
  checkPositions(scope, examination)
  checkCounters(scope, examination)
  checkFills(scope, examination)
  checkFinalizer(scope, examination)
}

function checkClashes({ db }: Scope, examination: Examination): void {
  const found = clashes(db)
  for (const { kind, name, numbers } of found) {
    const what = kind === 'identity' ? 'are the same batch' : 'overlap in their ranges'
    examination.note(
      'duplicates',
      'error',
      `${batchList(numbers)} (${name}) are active and ${what}. Choose which to cancel (slipway cancel ${numbers.at(-1)}), then run slipway doctor again; nothing was changed.`,
    )
  }
  if (found.length === 0) examination.fine('duplicates', 'No active batch duplicates or overlaps another.')
}

function checkRunning({ db }: Scope, examination: Examination): void {
  const running = runningBatches(db)
  const numbers = running.map(({ number }) => number)
  if (running.length > 1)
    examination.note(
      'running',
      'error',
      `${batchList(numbers)} count as running, and only one may. Choose which to cancel (slipway cancel ${numbers.at(-1)}), then run slipway doctor again; nothing was changed.`,
    )
  const orphaned = running.filter(({ host_id }) => isGone(db, host_id))
  if (orphaned.length > 0)
    examination.note(
      'running',
      'warning',
      `${batchList(orphaned.map(({ number }) => number))} counts as running, but its host is gone. The next executor takes it over: slipway work.`,
    )
  const stranded = strandedJobs(db)
  for (const { number, status, jobs } of stranded) {
    const whose = number === null ? 'a batch that is not there any more' : `#${number}, which is ${status}`
    examination.note(
      'running',
      'error',
      `${countOf(jobs, 'job')} of ${whose}, ${jobs === 1 ? 'counts' : 'count'} as running. Cancel the batch and add it again with --if-exists remaining.`,
    )
  }
  if (running.length <= 1 && orphaned.length + stranded.length === 0)
    examination.fine('running', running.length === 0 ? 'Nothing runs.' : `${batchList(numbers)} runs alone.`)
}

function checkPositions({ db }: Scope, examination: Examination): void {
  const positions = queuePositions(db)
  if (positions.every((position, index) => position === index + 1))
    return examination.fine(
      'positions',
      `The queue has ${countOf(positions.length, 'batch', 'batches')}, numbered without a gap.`,
    )
  examination.mend(
    'positions',
    'error',
    `The queue is numbered ${positions.slice(0, 10).join(', ')}${positions.length > 10 ? ', …' : ''}.`,
    () => {
      db.write(() => renumber(db))
      return `numbered 1 to ${positions.length}, in the order they had`
    },
  )
}

function checkCounters({ db }: Scope, examination: Examination): void {
  const drifted = driftedCounters(db)
  if (drifted.length === 0) return examination.fine('counters', 'Every counter agrees with its jobs.')
  const numbers = batchList(drifted.map(({ number }) => number))
  examination.note(
    'counters',
    'error',
    `The counters of ${numbers} differ from the jobs. Only triggers keep counters, so nothing was changed: cancel an active batch and add it again with --if-exists remaining, or restore a backup.`,
  )
}

function checkFills({ db, context, hostId }: Scope, examination: Examination): void {
  const fills = unsealedBatches(db).filter((batch) => batch.host_id !== hostId)
  const dead = fills.filter((batch) => isGone(db, batch.host_id))
  for (const { id, number } of dead)
    examination.mend('fills', 'warning', `#${number} was being filled by a host that is gone.`, () =>
      db.write(() => removeUnsealed(db, context, id, 'its host died while it was being filled'))
        ? 'removed: none of its jobs can have run'
        : null,
    )
  if (fills.length > dead.length)
    examination.note(
      'fills',
      'notice',
      `${countOf(fills.length - dead.length, 'batch is', 'batches are')} being filled now.`,
    )
  const unsealed = unsealedInQueue(db)
  for (const number of unsealed)
    examination.note(
      'fills',
      'warning',
      `#${number} is not sealed, so it can't end: whoever adds its jobs has to set sealed = 1. Else end it: slipway cancel ${number}.`,
    )
  if (fills.length + unsealed.length === 0) examination.fine('fills', 'No batch was left half filled.')
}

function checkFinalizer({ db, clock }: Scope, examination: Examination): void {
  const grace = readSetting(db, 'finalizer-grace-ms')
  const open = doneButOpen(db, clock.now() - grace)
  const { missing, failed } = summaryGaps(db, clock.now() - summaryDueMs)
  const rescues = readMark(db, 'finalizer')?.rescues ?? 0
  if (open.length > 0)
    examination.note(
      'finalizer',
      'warning',
      `${batchList(open.map(({ number }) => number))} is done but not closed. Close it: slipway sweep.`,
    )
  if (missing.length > 0)
    examination.note(
      'finalizer',
      'warning',
      `No summary was made yet of ${batchList(missing)}. Make it: slipway sweep.`,
    )
  if (failed > 0)
    examination.note(
      'finalizer',
      'notice',
      `${countOf(failed, 'summary', 'summaries')} could not be made; see slipway events for the reason.`,
    )
  if (rescues > 0)
    examination.note(
      'finalizer',
      'notice',
      `${countOf(rescues, 'batch', 'batches')} had to be closed by a sweep or by a request for the summary, not by the end of the last job.`,
    )
  if (open.length + missing.length + failed + rescues === 0)
    examination.fine('finalizer', 'Every batch was closed by the end of its last job, and has its summary.')
}
