/**
 * Owns one job in a short list; it leads to the job's log.
 */

import type { Job } from '../../../contract/entities.ts'
import { escaped } from '../../../contract/escapes.ts'
import { duration } from '../../../contract/words.ts'
import { go } from '../../store/panel-store.ts'
import { StatusMark } from '../../ui/StatusMark.tsx'

export function JobLine({ job }: { job: Job }) {
  return (
    <li>
      <button
        type="button"
        className="job-line"
        title="Show log"
        onClick={() => go({ tab: 'log', job: job.ordinal })}
      >
        <StatusMark status={job.status} size={15} />
        <span className="num dim tabular">{job.ordinal}</span>
        <span className="clip mono">{escaped(job.input)}</span>
        <span className="clip bad job-line-error">{job.error && escaped(job.error)}</span>
        <span className="num dim tabular">{job.durationMs === null ? '' : duration(job.durationMs)}</span>
      </button>
    </li>
  )
}
