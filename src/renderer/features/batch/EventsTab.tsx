/**
 * Owns the story of a batch: its events, newest first, with who caused each and from where.
 */
import { Button } from '@mantine/core'
import { memo, useEffect, useState } from 'react'
import type { Batch, Event } from '../../../contract/entities.ts'
import { fullMoment, moment } from '../../../contract/moments.ts'
import { originWords } from '../../../contract/origin.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { useAnswer } from '../../ui/use-answer.ts'

const pageSize = 200

export function EventsTab({ batch }: { batch: Batch }) {
  // A batch with many jobs has many events: the latest page is shown, older ones on demand.
  const [limit, setLimit] = useState(pageSize)
  const { status, position, priority } = batch
  const answer = useAnswer(
    'events',
    { batch: batch.id, before: Number.MAX_SAFE_INTEGER, limit },
    `${status} ${position} ${priority}`,
  )
  const { again } = answer
  useEffect(() => {
    if (status !== 'running') return
    const timer = setInterval(again, 3_000)
    return () => clearInterval(timer)
  }, [status, again])
  if (answer.error) return <AnswerError error={answer.error} again={again} />
  const events = [...(answer.value?.events ?? [])].sort((a, b) => b.id - a.id)
  return (
    <section className="events scroll" aria-label="Events" tabIndex={0}>
      <ol className="plain">
        {events.map((event) => (
          <EventLine key={event.id} event={event} />
        ))}
      </ol>
      {events.length >= limit && (
        <Button size="compact-sm" variant="default" onClick={() => setLimit(limit * 5)}>
          Show older
        </Button>
      )}
      {answer.value && events.length === 0 && <p className="dim">No events yet.</p>}
    </section>
  )
}

const EventLine = memo(function EventLine({ event }: { event: Event }) {
  const now = useNow()
  const cycle = useHourCycle()
  return (
    <li className="event">
      <time className="dim tabular" title={fullMoment(event.at, cycle)}>
        {moment(event.at, now, cycle, true)}
      </time>
      <div style={{ minWidth: 0 }}>
        <div>{event.sentence}</div>
        <div className="dim event-origin">
          {event.actor}
          {event.origin ? ` · ${originWords(event.origin)}` : ''}
        </div>
      </div>
    </li>
  )
})
