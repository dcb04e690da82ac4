/**
 * Owns one row of the history: how it ended, what it was, how many jobs failed, when and how long.
 */
import { memo } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { fullMoment, moment } from '../../../contract/moments.ts'
import { isFinal } from '../../../contract/states.ts'
import { amount, batchName, countOf, duration } from '../../../contract/words.ts'
import { type BatchRowProps, batchRow, RowMenu } from '../../ui/BatchRow.tsx'
import { BatchTitle } from '../../ui/BatchTitle.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'

export const HistoryRow = memo(function HistoryRow(props: BatchRowProps) {
  const { batch } = props
  const now = useNow()
  const cycle = useHourCycle()
  const unseen = !batch.seen && isFinal(batch.status)
  const tookMs =
    batch.startedAt === null || batch.completedAt === null ? null : batch.completedAt - batch.startedAt
  return (
    <div
      {...batchRow(props)}
      aria-label={`${batchName(batch)}, ${statusWord(batch.status)}${unseen ? ', new' : ''}`}
      data-unseen={unseen}
      className="q-row h-row"
    >
      <span role="gridcell" className="h-mark">
        {unseen && <span className="h-dot" title="New" />}
      </span>
      <span role="gridcell">
        <StatusMark status={batch.status} />
      </span>
      <span role="gridcell" className="q-name">
        <BatchTitle batch={batch} className="q-title" />
        <span className="q-sub clip dim">
          {batch.error ? (
            <span className="bad">{batch.error}</span>
          ) : batch.reason ? (
            reasonWords(batch)
          ) : (
            countOf(batch.jobs.total, 'job')
          )}
        </span>
      </span>
      <span role="gridcell" className="num h-failed">
        {batch.jobs.failed > 0 && <span className="bad">{amount(batch.jobs.failed)} failed</span>}
      </span>
      <span role="gridcell" className="num dim q-done">
        {tookMs === null ? '' : duration(tookMs)}
      </span>
      <span
        role="gridcell"
        className="num q-done"
        title={batch.completedAt === null ? '' : fullMoment(batch.completedAt, cycle)}
      >
        {batch.completedAt === null ? '' : moment(batch.completedAt, now, cycle)}
      </span>
      <RowMenu {...props} />
    </div>
  )
})

/** A batch that its own rule stopped, or of which jobs were left, has a reason too, and was not cancelled. */
function reasonWords({ status, reason }: Batch): string {
  return status === 'cancelled' ? `cancelled: ${reason}` : (reason ?? '')
}
