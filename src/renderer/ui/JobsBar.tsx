/**
 * Owns the bar of a batch's jobs: how many are done, failed and running, as one strip.
 */
import type { JobCounts } from '../../contract/entities.ts'
import { amount, doneJobs, percentDone } from '../../contract/words.ts'

const parts = ['succeeded', 'failed', 'cancelled', 'running'] as const

/** `live` draws the done part in the colour of running. */
export function JobsBar({ jobs, label, live = false }: { jobs: JobCounts; label: string; live?: boolean }) {
  const failed = jobs.failed > 0 ? `, ${amount(jobs.failed)} failed` : ''
  return (
    <div
      className="jobs-bar"
      data-live={live}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percentDone(jobs)}
      aria-valuetext={`${amount(doneJobs(jobs))} of ${amount(jobs.total)}${failed}`}
    >
      {parts.map((part) =>
        jobs[part] > 0 ? (
          <span
            key={part}
            className={`part-${part}`}
            style={{ width: `${Math.max(0.6, (jobs[part] / Math.max(1, jobs.total)) * 100)}%` }}
          />
        ) : null,
      )}
    </div>
  )
}
