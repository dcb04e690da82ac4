/**
 * Owns what can be said of a batch before it has ended: what it waits for, what runs, what failed so far.
 */
import type { Batch } from '../../../contract/entities.ts'
import { showNumber, usePanel } from '../../store/panel-store.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { counted } from '../../ui/format-count.ts'
import { doneByWords } from '../../ui/format-time.ts'
import { Note } from '../../ui/Note.tsx'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { JobLine } from './JobLine.tsx'

export function LiveSummary({ batch }: { batch: Batch }) {
  const now = useNow()
  const cycle = useHourCycle()
  const doneBy = usePanel((s) => s.server?.doneBy[batch.id])
  const shown = useAnswer('show', { batch: batch.id }, batch.status)
  const after = shown.value?.after ?? []
  return (
    <>
      {batch.waitsFor && <Note kind="warn" title={batch.waitsFor} />}
      {batch.status === 'initiated' && (
        <Note kind="info" title="On hold: it is not in the queue. Resume puts it at the end." />
      )}
      {doneBy && (
        <p className="done-by tabular">
          Expected to be <b>{doneByWords(doneBy, now, cycle)}</b>
        </p>
      )}
      {after.length > 0 && (
        <section aria-label="Waits for">
          <h3 className="section-title">Runs after</h3>
          <ul className="plain">
            {after.map((each) => (
              <li key={each.type}>
                {each.batch ? <StatusMark status={each.batch.status} /> : null} {each.type}
                {each.batch ? (
                  <button
                    type="button"
                    className="link-button"
                    onClick={() => each.batch && showNumber(each.batch.number)}
                  >
                    #{each.batch.number}
                  </button>
                ) : (
                  <span className="dim"> has never run</span>
                )}
                <span className="dim">{each.satisfied ? ' · done' : ' · not yet'}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <SomeJobs batch={batch} status="running" title="Running now" count={batch.jobs.running} />
      <SomeJobs batch={batch} status="failed" title="Failed so far" count={batch.jobs.failed} />
    </>
  )
}

const shownAtOnce = 8

function SomeJobs({
  batch,
  status,
  title,
  count,
}: {
  batch: Batch
  status: 'running' | 'failed'
  title: string
  count: number
}) {
  const done = batch.jobs.succeeded + batch.jobs.failed
  const answer = useAnswer(
    'jobs',
    count > 0 ? { batch: batch.id, status: [status], limit: shownAtOnce } : null,
    status === 'running' ? done : count,
  )
  if (count === 0 || !answer.value) return null
  return (
    <section aria-label={title}>
      <h3 className="section-title">
        {title} · {counted(count, 'job')}
      </h3>
      <ul className="plain">
        {answer.value.jobs.map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      </ul>
    </section>
  )
}
