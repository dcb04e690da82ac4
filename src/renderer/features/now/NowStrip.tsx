/**
 * Owns the strip at the top: one sentence about what happens, how far it is, and the queue's own actions.
 */

import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { IconChevronDown, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { memo } from 'react'
import type { QueueState } from '../../../contract/entities.ts'
import { escaped } from '../../../contract/escapes.ts'
import { doneByWords } from '../../../contract/moments.ts'
import { amount, batchName, doneJobs, duration, percentDone, rate } from '../../../contract/words.ts'
import { pauseBatches, pauseQueue } from '../../store/batch-commands.ts'
import { showBatch, usePanel } from '../../store/panel-store.ts'
import { useKeyWords, withKeyWords } from '../../store/use-keys.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { headlineWords } from '../../ui/format-time.ts'
import { JobsBar } from '../../ui/JobsBar.tsx'
import './now.css'

export function NowStrip() {
  const queue = usePanel((s) => s.server?.queue)
  const running = usePanel((s) => s.server?.running ?? null)
  const isLost = usePanel((s) => s.link.state === 'lost')
  const now = useNow()
  const cycle = useHourCycle()
  if (!queue)
    return (
      <section className="now" aria-label="Now" data-state="idle">
        <div className="now-words">
          <p className="now-sentence">{isLost ? 'Nothing is known yet.' : 'Connecting…'}</p>
        </div>
      </section>
    )
  const sentence = headlineWords(queue.headline, now, cycle)
  const state = running ? 'running' : queue.paused ? 'paused' : 'idle'
  return (
    <section className="now" aria-label="Now" data-state={state} data-lost={isLost}>
      <div className="now-words">
        <p className="now-sentence clip" title={sentence}>
          {running ? (
            <button type="button" className="now-link clip" onClick={() => showBatch(running.batch)}>
              {sentence}
            </button>
          ) : (
            sentence
          )}
        </p>
        {running ? <Progress running={running} headline={queue.headline} /> : null}
      </div>
      <QueueActions paused={queue.paused} />
    </section>
  )
}

type Running = NonNullable<ReturnType<typeof usePanel.getState>['server']>['running']

/** Leaves out what the sentence contains already. */
function Progress({
  running,
  headline,
}: {
  running: NonNullable<Running>
  headline: QueueState['headline']
}) {
  const { batch, jobsPerMinute, doneBy, jobs } = running
  const now = useNow()
  const cycle = useHourCycle()
  const current = jobs[0]
  // A batch whose host is gone makes no progress: its rate until then is meaningless now.
  const isWorking = usePanel((s) => (s.server?.queue.executor?.state ?? 'gone') !== 'gone')
  return (
    <>
      <JobsBar jobs={batch.jobs} live label={`Progress of ${batchName(batch)}`} />
      <dl className="now-figures tabular">
        {headline.countsJobs ? null : (
          <Figure name="Done" value={`${amount(doneJobs(batch.jobs))} of ${amount(batch.jobs.total)}`} />
        )}
        <Figure name="Share" value={`${percentDone(batch.jobs)} %`} strong />
        {batch.jobs.failed > 0 && <Figure name="Failed" value={`${amount(batch.jobs.failed)} failed`} bad />}
        {isWorking && jobsPerMinute !== null && <Figure name="Rate" value={rate(jobsPerMinute)} />}
        {doneBy && headline.doneBy === null && (
          <Figure name="Done by" value={doneByWords(doneBy, now, cycle)} />
        )}
        {batch.startedAt !== null && now - batch.startedAt >= 1_000 && (
          <Figure name="Running for" value={`for ${duration(now - batch.startedAt)}`} />
        )}
        {current && (
          <Figure
            name="Current job"
            value={`${jobs.length > 1 ? `${jobs.length} jobs at once, ` : ''}job ${current.ordinal}: ${escaped(current.input)}`}
          />
        )}
      </dl>
    </>
  )
}

function Figure({
  name,
  value,
  strong = false,
  bad = false,
}: {
  name: string
  value: string
  strong?: boolean
  bad?: boolean
}) {
  return (
    <div className={name === 'Current job' ? 'clip' : ''}>
      <dt className="sr-only">{name}</dt>
      <dd className={bad ? 'bad' : ''} style={strong ? { fontWeight: 600 } : {}}>
        {value}
      </dd>
    </div>
  )
}

const QueueActions = memo(function QueueActions({ paused }: { paused: boolean }) {
  const wordsOf = useKeyWords()
  const runs = usePanel((s) => s.server?.running != null)
  const pauseRunning = () => {
    const running = usePanel.getState().server?.running
    if (running) void pauseBatches([running.batch])
  }
  if (paused)
    return (
      <div className="now-actions">
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => void pauseQueue(false)}>
          Resume queue
        </Button>
      </div>
    )
  return (
    <div className="now-actions">
      <Tooltip label={withKeyWords('Running jobs finish first', wordsOf('shift+P', 'Everywhere'))}>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          onClick={() => void pauseQueue(true)}
        >
          Pause queue
        </Button>
      </Tooltip>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={34} aria-label="More pause options">
            <IconChevronDown size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlayerPause size={16} />} disabled={!runs} onClick={pauseRunning}>
            Pause this batch and continue with the next
          </Menu.Item>
          <Menu.Item leftSection={<IconPlayerStop size={16} />} onClick={() => void pauseQueue(true, true)}>
            Pause the queue and stop running jobs now
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
})
