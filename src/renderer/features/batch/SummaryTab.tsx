/**
 * Owns the summary of a batch: how it stands while it is active, what is known of it once it has ended. A summary
 * that is still being prepared is requested again automatically.
 */
import { Loader, Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Batch, Summary } from '../../../contract/entities.ts'
import { moment } from '../../../contract/moments.ts'
import { isActive } from '../../../contract/states.ts'
import { amount, countOf, duration, inFull } from '../../../contract/words.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { Note } from '../../ui/Note.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { CountTiles } from './CountTiles.tsx'
import { Facts } from './Facts.tsx'
import { LiveSummary } from './LiveSummary.tsx'
import { ReadySummary } from './ReadySummary.tsx'

export function SummaryTab({ batch }: { batch: Batch }) {
  const active = isActive(batch.status)
  return (
    <div className="summary">
      {batch.error && (
        <Note kind="bad" title={batch.error}>
          Succeeded jobs are kept. Retry runs the others.
        </Note>
      )}
      {batch.reason && batch.status === 'cancelled' && (
        <Note kind="info" title={`Cancelled: ${batch.reason}`} />
      )}
      {batch.reason && (batch.status === 'failed' || batch.status === 'completed_with_errors') && (
        <Note kind="bad" title={inFull(batch.reason)}>
          Succeeded jobs are kept. Retry runs the others.
        </Note>
      )}
      <CountTiles batch={batch} />
      <Facts batch={batch} />
      {active ? <LiveSummary batch={batch} /> : <Finished batch={batch} />}
    </div>
  )
}

function Finished({ batch }: { batch: Batch }) {
  const [run, setRun] = useState<number | null>(null)
  const answer = useAnswer(
    'summary',
    run === null ? { batch: batch.id } : { batch: batch.id, run },
    batch.completedAt,
  )
  const waitSeconds = answer.value?.state === 'pending' ? answer.value.retryAfterSeconds : null
  const { again } = answer
  useEffect(() => {
    if (waitSeconds === null) return
    const timer = setInterval(again, Math.max(1, waitSeconds) * 1_000)
    return () => clearInterval(timer)
  }, [waitSeconds, again])

  if (answer.error) return <AnswerError error={answer.error} again={again} />
  if (!answer.value) return null
  if (answer.value.state === 'pending')
    return (
      <div className="note">
        <Loader size={16} aria-hidden />
        <span>
          {answer.value.sentence} <span className="dim">Refreshes automatically.</span>
        </span>
      </div>
    )
  const { summary, runs } = answer.value
  return (
    <>
      {runs > 1 && <Runs shown={summary} runs={runs} onRun={setRun} />}
      <ReadySummary batch={batch} summary={summary} />
    </>
  )
}

/** What each run was: a retry makes a new one and leaves those before as they ended. */
function Runs({ shown, runs, onRun }: { shown: Summary; runs: number; onRun: (run: number) => void }) {
  const now = useNow()
  const cycle = useHourCycle()
  const { succeeded, failed, total } = shown.jobs
  return (
    <section aria-label="Runs" className="runs">
      <Select
        size="xs"
        w={120}
        aria-label="Run"
        allowDeselect={false}
        data={Array.from({ length: runs }, (_, index) => ({
          value: String(index + 1),
          label: `run ${index + 1} of ${runs}`,
        }))}
        value={String(shown.run)}
        onChange={(value) => value !== null && onRun(Number(value))}
      />
      <span className="dim tabular">
        {shown.completedAt !== null && `ended ${moment(shown.completedAt, now, cycle)}`}
        {shown.wallMs !== null && ` after ${duration(shown.wallMs)}`}: {amount(succeeded)} of{' '}
        {countOf(total, 'job')} succeeded{failed > 0 && `, ${amount(failed)} failed`}
      </span>
    </section>
  )
}
