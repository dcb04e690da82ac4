/**
 * Owns what broke off lately: hosts that died and jobs that were interrupted, each as its event, whatever came of it.
 */
import { moment } from '../../../contract/moments.ts'
import { countOf } from '../../../contract/words.ts'
import { usePanel } from '../../store/panel-store.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { useAnswer } from '../../ui/use-answer.ts'

const kinds = new Set(['host_took_over', 'host_lost_claim', 'job_interrupted', 'finalizer_rescued'])
const shownAtOnce = 6
const readAtOnce = 1_000
const weekMs = 7 * 86_400_000

export function CrashesCard() {
  const hosts = usePanel((s) => s.server?.hosts)
  const now = useNow()
  const cycle = useHourCycle()
  const answer = useAnswer('events', { before: Number.MAX_SAFE_INTEGER, limit: readAtOnce }, hosts)
  const found = (answer.value?.events ?? [])
    .filter(({ kind, at }) => kinds.has(kind) && at > now - weekMs)
    .sort((a, b) => b.id - a.id)
  return (
    <article className="card">
      <header>
        <h2>Crashes and interruptions</h2>
        {answer.value && <span className="dim">{found.length}</span>}
      </header>
      {answer.error && <AnswerError error={answer.error} again={answer.again} />}
      {answer.value && found.length === 0 && <p className="dim">None in the last 7 days.</p>}
      <ul className="plain crashes tabular">
        {found.slice(0, shownAtOnce).map((event) => (
          <li key={event.id}>
            <time className="dim">{moment(event.at, now, cycle)}</time> {event.sentence}
          </li>
        ))}
      </ul>
      {found.length > shownAtOnce && (
        <p className="dim card-foot">and {countOf(found.length - shownAtOnce, 'more', 'more')}</p>
      )}
    </article>
  )
}
