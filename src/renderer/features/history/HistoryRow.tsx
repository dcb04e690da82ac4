/**
 * Owns one row of the history: how it ended, what it was, how many jobs failed, when and how long.
 */
import { type MouseEvent, memo } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { fullMoment, moment } from '../../../contract/moments.ts'
import { isFinal } from '../../../contract/states.ts'
import { amount, batchName, countOf, duration } from '../../../contract/words.ts'
import { BatchMenu } from '../../ui/BatchMenu.tsx'
import { BatchTitle } from '../../ui/BatchTitle.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'

export const HistoryRow = memo(function HistoryRow(props: {
  batch: Batch
  rowIndex: number
  startPx: number
  selected: boolean
  current: boolean
  menuOpen: boolean
  onMenu: (id: string, opened: boolean) => void
  onChoose: (batch: Batch, event: MouseEvent) => void
  chosen: (id: string) => readonly Batch[]
}) {
  const { batch, current } = props
  const now = useNow()
  const cycle = useHourCycle()
  const unseen = !batch.seen && isFinal(batch.status)
  const tookMs =
    batch.startedAt === null || batch.completedAt === null ? null : batch.completedAt - batch.startedAt
  return (
    <div
      role="row"
      tabIndex={current ? 0 : -1}
      aria-selected={props.selected}
      aria-rowindex={props.rowIndex}
      aria-label={`${batchName(batch)}, ${statusWord(batch.status)}${unseen ? ', new' : ''}`}
      data-id={batch.id}
      data-unseen={unseen}
      className="q-row h-row"
      style={{ top: props.startPx }}
      onClick={(event) => props.onChoose(batch, event)}
      onContextMenu={(event) => {
        event.preventDefault()
        props.onChoose(batch, event)
        props.onMenu(batch.id, true)
      }}
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
      <span role="gridcell" className="q-menu">
        <BatchMenu
          batches={() => props.chosen(batch.id)}
          label={`Actions for ${batchName(batch)}`}
          opened={props.menuOpen}
          onChange={(opened) => props.onMenu(batch.id, opened)}
          tabIndex={current ? 0 : -1}
        />
      </span>
    </div>
  )
})

/** A batch that its own rule stopped, or of which jobs were left, has a reason too, and was not cancelled. */
function reasonWords({ status, reason }: Batch): string {
  return status === 'cancelled' ? `cancelled: ${reason}` : (reason ?? '')
}
