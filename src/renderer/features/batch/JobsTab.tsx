/**
 * Owns the table of a batch's jobs: counts that are filters, search, and up to a million rows of which only those
 * on the screen exist.
 */

import { Menu } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconFileText, IconRefresh } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, useCallback, useEffect, useRef, useState } from 'react'
import type { Batch, Job } from '../../../contract/entities.ts'
import { escaped } from '../../../contract/escapes.ts'
import { clock } from '../../../contract/moments.ts'
import { isFinal, type JobStatus, jobStatuses } from '../../../contract/states.ts'
import { inputsSentence } from '../../../contract/waits.ts'
import { amount, duration } from '../../../contract/words.ts'
import { retryBatches } from '../../store/batch-commands.ts'
import { go, setJobFilter, usePanel } from '../../store/panel-store.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useHourCycle } from '../../ui/clock-hooks.ts'
import { DotsButton } from '../../ui/DotsButton.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { useJobPages } from './job-pages.ts'
import './jobs.css'

const rowPx = 28

export function JobsTab({ batch }: { batch: Batch }) {
  const filter = usePanel((s) => s.jobFilter)
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, 200)
  const jobs = useJobPages(batch, filter, search.trim())
  const narrowed = filter.length > 0 || search !== ''
  return (
    <div className="jobs">
      <div className="jobs-tools">
        <StatusChips batch={batch} filter={filter} />
        <SearchField
          label="Search inputs and errors"
          placeholder="Search inputs and errors"
          typed={typed}
          onTyped={setTyped}
        />
      </div>
      {jobs.error !== null && <AnswerError error={jobs.error} again={jobs.again} />}
      {!jobs.waiting && jobs.error === null && jobs.total === 0 && (
        <p className="dim jobs-note">{narrowed ? 'No matching jobs.' : noJobs(batch)}</p>
      )}
      <JobsGrid batch={batch} jobs={jobs} />
      <p className="jobs-foot dim tabular" role="status">
        {narrowed
          ? `${amount(jobs.total)} of ${amount(batch.jobs.total)} jobs`
          : `${amount(jobs.total)} jobs`}
      </p>
    </div>
  )
}

function noJobs(batch: Batch): string {
  const later = inputsSentence(batch)
  return later === null ? 'This batch has no jobs.' : `No jobs yet: ${later}.`
}

function StatusChips({ batch, filter }: { batch: Batch; filter: readonly JobStatus[] }) {
  const toggle = (status: JobStatus) =>
    setJobFilter(filter.includes(status) ? filter.filter((s) => s !== status) : [...filter, status])
  return (
    <fieldset className="chips" aria-label="Filter by status">
      {jobStatuses.map((status) => (
        <button
          type="button"
          key={status}
          className="chip"
          aria-pressed={filter.includes(status)}
          data-empty={batch.jobs[status] === 0}
          onClick={() => toggle(status)}
        >
          <StatusMark status={status} silent size={13} />
          {status} <b>{amount(batch.jobs[status])}</b>
        </button>
      ))}
    </fieldset>
  )
}

function JobsGrid({ batch, jobs }: { batch: Batch; jobs: ReturnType<typeof useJobPages> }) {
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState(0)
  const [menuFor, setMenuFor] = useState<number | null>(null)
  const virtual = useVirtualizer({
    count: jobs.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
  })
  const rows = virtual.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const last = rows.at(-1)?.index ?? 0
  const { want } = jobs
  useEffect(() => {
    // A fast scroll passes many pages: only where it rests is loaded.
    const timer = setTimeout(() => want(first, last), 60)
    return () => clearTimeout(timer)
  }, [want, first, last])

  const openMenu = useCallback((index: number, opened: boolean) => setMenuFor(opened ? index : null), [])
  const latestBatch = useRef(batch)
  latestBatch.current = batch
  const retry = useCallback((job: Job) => void retryBatches([latestBatch.current], { jobs: [job.id] }), [])

  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(jobs.total - 1, index))
    setCurrent(to)
    virtual.scrollToIndex(to)
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-row="${to}"]`)?.focus({ preventScroll: true }),
    )
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest('button')) return
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 15,
      PageUp: -15,
      Home: -jobs.total,
      End: jobs.total,
    }
    const step = steps[event.key]
    if (step !== undefined) focusRow(current + step)
    else if (event.key === 'Enter') {
      const job = jobs.at(current)
      if (job) go({ tab: 'log', job: job.ordinal })
    } else return
    event.preventDefault()
  }
  return (
    <div
      className="jobs-grid"
      role="grid"
      aria-label="Jobs"
      aria-rowcount={jobs.total + 1}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="jobs-headings">
        <div role="row" className="job-row job-heading" aria-rowindex={1}>
          <span role="columnheader" className="num">
            #
          </span>
          <span role="columnheader">
            <span className="sr-only">Status</span>
          </span>
          <span role="columnheader">Input</span>
          <span role="columnheader" className="num">
            Took
          </span>
          <span role="columnheader" className="num">
            Ended
          </span>
          <span role="columnheader">
            <span className="sr-only">Actions</span>
          </span>
        </div>
      </div>
      <div ref={scroller} className="jobs-rows" role="presentation">
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {rows.map((row) => (
            <JobRow
              key={row.index}
              index={row.index}
              startPx={row.start}
              job={jobs.at(row.index)}
              ended={isFinal(batch.status)}
              current={row.index === Math.min(current, Math.max(0, jobs.total - 1))}
              onFocus={setCurrent}
              menuOpen={menuFor === row.index}
              onMenu={openMenu}
              onRetry={retry}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

const JobRow = memo(function JobRow(props: {
  index: number
  startPx: number
  job: Job | undefined
  /** The batch has ended, so that its jobs may run again. */
  ended: boolean
  current: boolean
  onFocus: (index: number) => void
  menuOpen: boolean
  onMenu: (index: number, opened: boolean) => void
  onRetry: (job: Job) => void
}) {
  const { job } = props
  const cycle = useHourCycle()
  // Not a transform: each of those would be a layer to put together in every frame.
  const placement = { top: props.startPx }
  if (!job)
    return (
      <div role="row" className="job-row job-missing" aria-rowindex={props.index + 2} style={placement}>
        <span role="gridcell" className="num dim">
          {props.index + 1}
        </span>
        <span role="gridcell" className="sr-only">
          loading
        </span>
      </div>
    )
  return (
    <div
      role="row"
      className="job-row"
      aria-rowindex={props.index + 2}
      data-row={props.index}
      data-ordinal={job.ordinal}
      tabIndex={props.current ? 0 : -1}
      style={placement}
      onFocus={() => props.onFocus(props.index)}
      onDoubleClick={() => go({ tab: 'log', job: job.ordinal })}
      onClick={(event) => event.currentTarget.focus()}
    >
      <span role="gridcell" className="num dim">
        {job.ordinal}
      </span>
      <span role="gridcell">
        <StatusMark status={job.status} size={15} />
      </span>
      <span role="gridcell" className="clip mono" title={escaped(job.error ?? job.input)}>
        {escaped(job.input)}
        {job.node !== undefined && (
          <span className="dim" title={`waited ${duration(job.queuedMs ?? 0)} for it`}>
            {' '}
            {escaped(job.node)}
          </span>
        )}
        {job.error !== null && <span className="bad job-error"> {escaped(job.error)}</span>}
      </span>
      <span role="gridcell" className="num">
        {job.durationMs === null ? '' : duration(job.durationMs)}
        {job.attempts > 1 && (
          <span className="dim" title={`${job.attempts} attempts`}>
            {' '}
            ×{job.attempts}
          </span>
        )}
      </span>
      <span role="gridcell" className="num dim">
        {job.completedAt === null ? '' : clock(job.completedAt, cycle, true)}
      </span>
      <span role="gridcell">
        <JobMenu {...props} job={job} onMenu={(opened) => props.onMenu(props.index, opened)} />
      </span>
    </div>
  )
})

function JobMenu({
  job,
  ended,
  current,
  menuOpen,
  onMenu,
  onRetry,
}: {
  job: Job
  ended: boolean
  current: boolean
  menuOpen: boolean
  onMenu: (opened: boolean) => void
  onRetry: (job: Job) => void
}) {
  const button = (
    <DotsButton
      small
      label={`Actions for job ${job.ordinal}`}
      opened={menuOpen}
      tabIndex={current ? 0 : -1}
      onClick={() => onMenu(!menuOpen)}
    />
  )
  if (!menuOpen) return button
  return (
    <Menu opened onChange={onMenu} position="bottom-end" withinPortal>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconFileText size={16} />}
          onClick={() => go({ tab: 'log', job: job.ordinal })}
        >
          Show log
        </Menu.Item>
        <Menu.Item leftSection={<IconRefresh size={16} />} disabled={!ended} onClick={() => onRetry(job)}>
          Run again
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
