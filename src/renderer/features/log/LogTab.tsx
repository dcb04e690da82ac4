/**
 * Owns the log of the chosen batch: which job's, and the way from failure to failure.
 */
import { useEffect, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { request } from '../../api/current.ts'
import { usePanel } from '../../store/panel-store.ts'
import { useChosenBatch } from '../../ui/use-batch.ts'
import { LogView } from './LogView.tsx'
import './log.css'

export function LogTab() {
  const { batch } = useChosenBatch()
  if (!batch) return null
  return <LogOfBatch key={batch.id} batch={batch} />
}

function LogOfBatch({ batch }: { batch: Batch }) {
  const chosen = usePanel((s) => s.place.job)
  const runningNow = usePanel((s) =>
    s.server?.running?.batch.id === batch.id ? (s.server.running.jobs[0]?.ordinal ?? null) : null,
  )
  const fallback = useInterestingJob(batch, chosen === null && runningNow === null)
  const job = chosen ?? runningNow ?? fallback
  if (job === null) return null
  return <LogView batch={batch} job={job} chosen={chosen !== null} />
}

/** The job to begin with when nobody chose one: the first that failed, else the last that ran. */
function useInterestingJob(batch: Batch, wanted: boolean): number | null {
  const [job, setJob] = useState<number | null>(null)
  const failed = batch.jobs.failed > 0
  const done = batch.jobs.succeeded + batch.jobs.failed + batch.jobs.cancelled
  const guess = Math.max(1, Math.min(batch.jobs.total, done))
  const { id } = batch
  useEffect(() => {
    if (!wanted) return
    let stale = false
    const find = async () => {
      const found = failed ? await request('jobs', { batch: id, status: ['failed'], limit: 1 }) : undefined
      if (!stale) setJob((found?.ok ? found.value.jobs[0]?.ordinal : undefined) ?? guess)
    }
    void find()
    return () => {
      stale = true
    }
  }, [wanted, failed, guess, id])
  return job
}
