/**
 * Owns the tools above a log: which job and attempt, search, failures, follow.
 */

import { ActionIcon, Button, Select, Switch, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconChevronUp,
} from '@tabler/icons-react'
import type { Batch } from '../../../contract/entities.ts'
import { escaped, shellWords } from '../../../contract/escapes.ts'
import { amount } from '../../../contract/words.ts'
import { SearchField } from '../../ui/SearchField.tsx'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { JobDetails } from './JobDetails.tsx'
import { nextFailure, showJob } from './other-jobs.ts'
import type { OpenLog } from './use-log.ts'
import type { LogSearch } from './use-log-search.ts'

export function LogTools({
  batch,
  job,
  chosen,
  log,
  attempt,
  onAttempt,
  follow,
  onFollow,
  search,
  onFailure,
}: {
  batch: Batch
  job: number
  chosen: boolean
  log: OpenLog
  attempt: number | null
  onAttempt: (attempt: number) => void
  follow: boolean
  onFollow: (follow: boolean) => void
  search: LogSearch
  onFailure: () => boolean
}) {
  const shown = useAnswer('job', { batch: batch.id, job }, `${batch.jobs.succeeded} ${batch.jobs.failed}`)
  const info = shown.value?.job
  const [details, setDetails] = useLocalStorage({
    key: 'slipway-job-details',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const attempts = Math.max(info?.attempts ?? 0, attempt ?? 0)
  return (
    <div className="log-tools">
      <div className="log-bar">
        <ActionIcon aria-label="Log of the previous job" disabled={job <= 1} onClick={() => showJob(job - 1)}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <span className="tabular log-job">
          job <b>{amount(job)}</b> <span className="dim">of {amount(batch.jobs.total)}</span>
        </span>
        <ActionIcon
          aria-label="Log of the next job"
          disabled={job >= batch.jobs.total}
          onClick={() => showJob(job + 1)}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
        {info && <StatusMark status={info.status} size={15} />}
        <span
          className="clip mono"
          title={shown.value ? shellWords(shown.value.argv, shown.value.cwd) : ''}
          style={{ flex: 1 }}
        >
          {info && escaped(info.input)}
          {!chosen && batch.status === 'running' && <span className="dim"> · running job</span>}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={details}
          disabled={!shown.value}
          onClick={() => setDetails(!details)}
        >
          Job details
        </Button>
        {attempts > 1 && (
          <Select
            size="xs"
            aria-label="Attempt"
            w={110}
            allowDeselect={false}
            data={Array.from({ length: attempts }, (_, i) => ({
              value: String(i + 1),
              label: `attempt ${i + 1}`,
            }))}
            value={attempt === null ? null : String(attempt)}
            onChange={(value) => value !== null && onAttempt(Number(value))}
          />
        )}
      </div>
      {details && shown.value && <JobDetails answer={shown.value} />}
      {info?.error && !details && <p className="bad log-error">{escaped(info.error)}</p>}
      <div className="log-bar">
        <SearchField
          style={{ flex: 1, minWidth: 120 }}
          label="Search the log"
          placeholder="Search the log"
          typed={search.typed}
          onTyped={search.type}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            search.step(event.shiftKey ? -1 : 1)
          }}
        />
        {search.shownQuery !== '' && (
          <>
            <span className="tabular dim" role="status">
              {search.found === 0
                ? search.failed
                  ? 'search failed'
                  : 'not found'
                : `${amount(search.current)} of ${amount(search.found)}${search.more ? '+' : ''}`}
            </span>
            <ActionIcon aria-label="Previous match" onClick={() => search.step(-1)}>
              <IconChevronUp size={16} />
            </ActionIcon>
            <ActionIcon aria-label="Next match" onClick={() => search.step(1)}>
              <IconChevronDown size={16} />
            </ActionIcon>
          </>
        )}
        <Failures batch={batch} job={job} onFailure={onFailure} failed={info?.status === 'failed'} />
        {(log.open || log.loading) && (
          <Switch
            size="xs"
            label="Follow"
            checked={follow}
            onChange={(event) => onFollow(event.currentTarget.checked)}
          />
        )}
      </div>
    </div>
  )
}

function Failures({
  batch,
  job,
  failed,
  onFailure,
}: {
  batch: Batch
  job: number
  failed: boolean
  onFailure: () => boolean
}) {
  const next = async () => {
    const found = await nextFailure(batch, job)
    if (found === null)
      notifications.show({ message: 'No failed jobs in this batch.', autoClose: 3_000, withBorder: true })
    else if (found !== undefined) showJob(found)
  }
  return (
    <>
      <Tooltip label="Jump to the likely error">
        <ActionIcon
          aria-label="Jump to the likely error"
          onClick={() => {
            if (!onFailure())
              notifications.show({
                message: failed ? 'No error found in this log. See its end.' : 'No error found in this log.',
                autoClose: 3_000,
                withBorder: true,
              })
          }}
        >
          <IconAlertTriangle size={16} />
        </ActionIcon>
      </Tooltip>
      {batch.jobs.failed > 0 && (
        <Button size="compact-xs" variant="default" onClick={() => void next()}>
          Next failed job
        </Button>
      )}
    </>
  )
}
