/**
 * Owns what is known of a batch before it has ended: what it waits for, what runs, what failed so far.
 */
import type { Batch, Job } from '../../../contract/entities.ts'
import { doneByWords } from '../../../contract/moments.ts'
import { predecessorWords } from '../../../contract/states.ts'
import { inputsSentence, waitSentence } from '../../../contract/waits.ts'
import { countOf, inFull } from '../../../contract/words.ts'
import { showNumber, usePanel } from '../../store/panel-store.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { Note } from '../../ui/Note.tsx'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { JobLine } from './JobLine.tsx'

export function LiveSummary({ batch }: { batch: Batch }) {
  const now = useNow()
  const cycle = useHourCycle()
  const doneBy = usePanel((s) => s.server?.doneBy[batch.id])
  const shown = useAnswer('show', { batch: batch.id }, `${batch.status} ${JSON.stringify(batch.waitsFor)}`)
  const after = shown.value?.after ?? []
  const later = inputsSentence(batch)
  return (
    <>
      {batch.waitsFor && <Note kind="warn" title={inFull(waitSentence(batch.waitsFor))} />}
      {!batch.waitsFor && later !== null && <Note kind="info" title={inFull(later)} />}
      {batch.status === 'initiated' && (
        <Note kind="info" title="On hold: not in the queue. Resume adds it at the end." />
      )}
      {doneBy && (
        <p className="done-by tabular">
          Expected <b>{doneByWords(doneBy, now, cycle)}</b>
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
                {each.batch && <span className="dim"> · {predecessorWords(each.batch, each.satisfied)}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <RunningJobs batch={batch} />
      <FailedJobs batch={batch} />
    </>
  )
}

const shownAtOnce = 8
const nothing: readonly Job[] = []

/** Every event carries the running jobs: no request is needed. */
function RunningJobs({ batch }: { batch: Batch }) {
  const jobs = usePanel((s) => (s.server?.running?.batch.id === batch.id ? s.server.running.jobs : nothing))
  return <SomeJobs title="Running now" count={jobs.length} jobs={jobs.slice(0, shownAtOnce)} />
}

function FailedJobs({ batch }: { batch: Batch }) {
  const count = batch.jobs.failed
  const answer = useAnswer(
    'jobs',
    count > 0 ? { batch: batch.id, status: ['failed'], limit: shownAtOnce } : null,
    count,
  )
  return <SomeJobs title="Failed so far" count={count} jobs={answer.value?.jobs ?? nothing} />
}

function SomeJobs({ title, count, jobs }: { title: string; count: number; jobs: readonly Job[] }) {
  if (jobs.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className="section-title">
        {title} · {countOf(count, 'job')}
      </h3>
      <ul className="plain">
        {jobs.map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      </ul>
    </section>
  )
}
