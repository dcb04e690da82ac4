/**
 * Owns one row of the queue: place, status, name, what it waits for, progress, done-by and its menu.
 */

import { IconArrowUp, IconFlag, IconGripVertical } from '@tabler/icons-react'
import { memo, useRef } from 'react'
import type { Batch, DoneBy } from '../../../contract/entities.ts'
import { doneByRange, moment } from '../../../contract/moments.ts'
import { batchStatusWords } from '../../../contract/states.ts'
import { inputsSentence, waitSentence } from '../../../contract/waits.ts'
import { amount, batchName, countOf, doneJobs, percentDone } from '../../../contract/words.ts'
import { type BatchRowProps, batchRow, RowMenu } from '../../ui/BatchRow.tsx'
import { BatchTitle } from '../../ui/BatchTitle.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { JobsBar } from '../../ui/JobsBar.tsx'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'
import { dragWordsId, RowDrag, useDragStart } from './RowDrag.tsx'

export type QueueRowProps = BatchRowProps & {
  doneBy: DoneBy | undefined
  sortable: boolean
  /** Whether any row is being dragged. */
  dragging: boolean
}

/** Every event brings fresh estimates; a row is drawn again only when its minutes read differently. */
function sameRow(before: QueueRowProps, now: QueueRowProps): boolean {
  const { doneBy: a, ...rest } = before
  const { doneBy: b, ...more } = now
  const minute = (at: number | undefined) => (at === undefined ? -1 : Math.floor(at / 60_000))
  return (
    minute(a?.earliest) === minute(b?.earliest) &&
    minute(a?.latest) === minute(b?.latest) &&
    (Object.keys(rest) as (keyof typeof rest)[]).every((key) => rest[key] === more[key])
  )
}

export const QueueRow = memo(function QueueRow(props: QueueRowProps) {
  const { batch, current, sortable } = props
  const element = useRef<HTMLDivElement>(null)
  const drag = useDragStart(sortable, props.dragging)
  return (
    <div
      ref={element}
      {...batchRow(props)}
      aria-label={rowLabel(batch)}
      data-status={batch.status}
      className="q-row"
      onPointerDown={drag.onPointerDown}
    >
      {drag.armed && <RowDrag id={batch.id} row={element} listeners={drag.listeners} />}
      <span role="gridcell" className="q-grip">
        {sortable && (
          <button
            type="button"
            className="grip"
            tabIndex={current ? 0 : -1}
            onKeyDown={drag.onKeyDown}
            aria-label={`Drag ${batchName(batch)}`}
            aria-roledescription="sortable"
            aria-describedby={dragWordsId}
          >
            <IconGripVertical size={14} aria-hidden />
          </button>
        )}
      </span>
      <span role="gridcell" className="q-place num">
        {batch.status === 'queued' ? batch.position : <StatusMark status={batch.status} />}
      </span>
      <span role="gridcell" className="q-name">
        <BatchTitle batch={batch} className="q-title" />
        <SubLine batch={batch} />
      </span>
      <span role="gridcell" className="q-progress">
        <Progress batch={batch} />
      </span>
      <span role="gridcell" className="q-done num">
        <DoneByCell batch={batch} doneBy={props.doneBy} />
      </span>
      <RowMenu {...props} />
    </div>
  )
}, sameRow)

function rowLabel(batch: Batch): string {
  const place = batch.status === 'queued' ? `place ${batch.position}` : statusWord(batch.status)
  return `${batchName(batch)}, ${place}`
}

function SubLine({ batch }: { batch: Batch }) {
  const parts: string[] = []
  if (batch.status === 'initiated') parts.push(batchStatusWords.initiated)
  if (batch.status === 'paused') parts.push(batch.reason ? `paused: ${batch.reason}` : 'paused')
  if (batch.pausing) parts.push('pausing after its running jobs')
  const later = inputsSentence(batch)
  if (batch.waitsFor) parts.push(waitSentence(batch.waitsFor))
  else if (later !== null) parts.push(later)
  else if (batch.status !== 'running') parts.push(countOf(batch.jobs.total, 'job'))
  return (
    <span className="q-sub clip dim" title={parts.join(' · ')}>
      {batch.priority !== 0 && (
        <span className="q-priority">
          {batch.priority > 0 ? <IconArrowUp size={12} aria-hidden /> : <IconFlag size={12} aria-hidden />}
          priority {batch.priority}
        </span>
      )}
      {batch.status === 'running'
        ? `${amount(doneJobs(batch.jobs))} of ${countOf(batch.jobs.total, 'job')}`
        : parts.join(' · ')}
      {batch.jobs.failed > 0 && <span className="bad"> · {amount(batch.jobs.failed)} failed</span>}
    </span>
  )
}

function Progress({ batch }: { batch: Batch }) {
  if (batch.status === 'queued' && doneJobs(batch.jobs) === 0) return null
  return (
    <>
      <JobsBar
        jobs={batch.jobs}
        live={batch.status === 'running'}
        label={`Progress of ${batchName(batch)}`}
      />
      <span className="num dim">{percentDone(batch.jobs)} %</span>
    </>
  )
}

function DoneByCell({ batch, doneBy }: { batch: Batch; doneBy: DoneBy | undefined }) {
  const now = useNow()
  const cycle = useHourCycle()
  if (batch.completedAt !== null) return <span className="dim">{moment(batch.completedAt, now, cycle)}</span>
  if (!doneBy) return <span className="dim">–</span>
  return (
    <span title={`Expected to be done ${doneByRange(doneBy, now, cycle)}`}>
      <span className="sr-only">done by </span>
      {doneByRange(doneBy, now, cycle)}
    </span>
  )
}
