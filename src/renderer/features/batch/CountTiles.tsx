/**
 * Owns the five counts of a batch's jobs; each leads to exactly these jobs.
 */
import type { Batch } from '../../../contract/entities.ts'
import { type JobStatus, jobStatuses } from '../../../contract/states.ts'
import { amount, batchName } from '../../../contract/words.ts'
import { goToTab, setJobFilter } from '../../store/panel-store.ts'
import { JobsBar } from '../../ui/JobsBar.tsx'
import { StatusMark } from '../../ui/StatusMark.tsx'

const order: readonly JobStatus[] = ['succeeded', 'failed', 'running', 'pending', 'cancelled']

export function CountTiles({ batch }: { batch: Batch }) {
  const show = (status: JobStatus) => {
    setJobFilter([status])
    goToTab('jobs')
  }
  return (
    <div>
      <div className="tiles" data-total={jobStatuses.length}>
        {order.map((status) => (
          <button
            type="button"
            key={status}
            className="tile"
            data-zero={batch.jobs[status] === 0}
            onClick={() => show(status)}
            title={`Show these jobs`}
          >
            <b className="tabular">{amount(batch.jobs[status])}</b>
            <span className="dim">
              <StatusMark status={status} silent size={13} /> {status}
            </span>
          </button>
        ))}
      </div>
      <JobsBar jobs={batch.jobs} live={batch.status === 'running'} label={`Jobs of ${batchName(batch)}`} />
    </div>
  )
}
