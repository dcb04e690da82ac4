/**
 * Owns the summary of a batch: how it stands while it is active, what is known of it once it has ended. A summary
 * that is still being prepared is requested again automatically.
 */
import { Loader } from '@mantine/core'
import { useEffect } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { isActive } from '../../../contract/states.ts'
import { inFull } from '../../../contract/words.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
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
  const answer = useAnswer('summary', { batch: batch.id }, batch.completedAt)
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
  return <ReadySummary batch={batch} summary={answer.value.summary} runs={answer.value.runs} />
}
