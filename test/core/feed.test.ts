/** When the feed reports what: many changes as one event, soon; jobs that only begin and end a little later. */
import { expect, test } from 'vitest'
import type { ChangeEvent } from '../../src/contract/events.ts'
import { Feed } from '../../src/core/feed.ts'
import { requestPause } from '../../src/core/queue/batch-store.ts'
import { addBatch, by, claim, noon, temporaryDatabase, temporaryFolder } from '../helpers/database.ts'
import { stubClock } from '../helpers/stub-clock.ts'

function listening() {
  const db = temporaryDatabase()
  const clock = stubClock(noon)
  const errors: unknown[] = []
  const feed = new Feed(db, clock, temporaryFolder(), (cause) => errors.push(cause))
  const events: ChangeEvent[] = []
  const leave = feed.subscribe((event) => events.push(event))
  return { db, clock, feed, events, errors, leave }
}

test('many changes are one event after 40 ms, with the batches that differ', () => {
  const { db, clock, feed, events, errors } = listening()
  const first = addBatch(db, { type: 'one' })
  feed.touch()
  clock.advance(39)
  const second = addBatch(db, { type: 'two' })
  feed.touch()
  expect(events).toEqual([])
  clock.advance(1)
  expect(events).toHaveLength(1)
  expect(events[0]?.order).toEqual([first.id, second.id])
  expect(events[0]?.batches.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort())
  clock.advance(1_000)
  expect(events).toHaveLength(1)
  expect(errors).toEqual([])
})

test('jobs that begin and end are reported after 100 ms, and together with anything else that happens before', () => {
  const { db, clock, feed, events } = listening()
  addBatch(db, { jobs: 3 })
  const batch = claim(db, noon)
  feed.touch(true)
  clock.advance(99)
  feed.touch(true)
  expect(events).toEqual([])
  clock.advance(1)
  expect(events).toHaveLength(1)
  feed.touch(true)
  clock.advance(10)
  db.write(() => requestPause(db, by(noon), batch.id, false, null))
  feed.touch()
  feed.touch(true) // later than what waits already
  clock.advance(39)
  expect(events).toHaveLength(1)
  clock.advance(1)
  expect(events).toHaveLength(2)
  expect(events[1]?.running?.batch.id).toBe(batch.id)
  clock.advance(1_000)
  expect(events).toHaveLength(2)
})

test('without listeners nothing is read', () => {
  const { clock, feed, events, leave } = listening()
  leave()
  feed.touch()
  expect(clock.pending()).toBe(0)
  expect(events).toEqual([])
})
