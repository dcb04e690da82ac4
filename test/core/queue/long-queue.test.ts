/** What a long queue costs, in rows that are written and sent; never in time. */
import { describe, expect, test } from 'vitest'
import type { ChangeEvent } from '../../../src/contract/events.ts'
import { queueHead } from '../../../src/contract/queue-state.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { Feed } from '../../../src/core/feed.ts'
import { exactPlaces, moveTo } from '../../../src/core/queue/order.ts'
import { Renumbering } from '../../../src/core/run/renumbering.ts'
import { addBatch, claim, end, noon, temporaryDatabase, temporaryFolder } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

function queueOf(length: number): Db {
  const db = temporaryDatabase()
  db.write(() => {
    for (let n = 0; n < length; n += 1) addBatch(db, { type: `type-${n}`, jobs: 0 })
  })
  return db
}

const places = (db: Db) =>
  db
    .sql<{ position: number }>('SELECT position FROM batches WHERE position >= 1 ORDER BY position')
    .all()
    .map(({ position }) => position)
const numbers = (db: Db) =>
  db
    .sql<{ number: number }>('SELECT number FROM batches WHERE position >= 1 ORDER BY position')
    .all()
    .map(({ number }) => number)
const dense = (length: number) => Array.from({ length }, (_, index) => index + 1)

/** Rows that the action wrote, those of triggers too. */
function rowsWritten(db: Db, action: () => unknown): number {
  const total = () => db.sql<{ n: number }>('SELECT total_changes() AS n').get()?.n ?? 0
  const before = total()
  action()
  return total() - before
}

describe('a queue longer than what is renumbered at once', () => {
  test('costs a claim the same rows, however long it is', () => {
    const cost = (length: number) => {
      const db = queueOf(length)
      return rowsWritten(db, () => claim(db, noon))
    }
    expect(cost(3 * exactPlaces)).toBe(cost(2 * exactPlaces))
  })

  test('has its first places exact after every claim, and all of them unique and in order', () => {
    const db = queueOf(2 * exactPlaces)
    const order = numbers(db)
    for (let n = 1; n <= 3; n += 1) {
      end(db, claim(db, noon), noon)
      expect(places(db).slice(0, exactPlaces)).toEqual(dense(exactPlaces))
      expect(numbers(db)).toEqual(order.slice(n))
    }
  })

  test('is dense again in slices, while the executor is idle', () => {
    const db = queueOf(1_300)
    const { host_id: hostId } = claim(db, noon)
    const clock = stubClock(noon)
    const errors: unknown[] = []
    const renumbering = new Renumbering(db, clock, hostId ?? '', (cause) => errors.push(cause))
    expect(places(db)).not.toEqual(dense(1_299))
    renumbering.touch()
    clock.advance(250)
    expect(places(db)).not.toEqual(dense(1_299))
    clock.advance(25)
    expect(places(db)).toEqual(dense(1_299))
    clock.advance(1_000)
    expect(clock.pending()).toBe(0)
    expect(errors).toEqual([])
  })

  test('is dense when its host stops working, and before anybody moves a batch', () => {
    const db = queueOf(2 * exactPlaces)
    const running = claim(db, noon)
    new Renumbering(db, stubClock(noon), running.host_id ?? '', () => {}).settle()
    expect(places(db)).toEqual(dense(2 * exactPlaces - 1))
    end(db, running, noon)
    claim(db, noon)
    const last = db.sql<{ id: string }>('SELECT id FROM batches ORDER BY position DESC LIMIT 1').get()
    db.write(() => moveTo(db, [last?.id ?? ''], 400))
    expect(places(db)).toEqual(dense(2 * exactPlaces - 2))
    expect(numbers(db)[399]).toBe(2 * exactPlaces)
  })

  test('is reported by its head: a claim sends the batch that began and the one that came into sight', () => {
    const db = queueOf(queueHead + 300)
    const clock = stubClock(noon)
    const events: ChangeEvent[] = []
    const feed = new Feed(db, clock, temporaryFolder(), (cause) => {
      throw cause
    })
    feed.subscribe((event) => events.push(event))
    const order = db
      .sql<{ id: string }>('SELECT id FROM batches ORDER BY position')
      .all()
      .map(({ id }) => id)
    claim(db, noon)
    feed.touch()
    clock.advance(40)
    expect(events).toHaveLength(1)
    expect(events[0]?.order).toEqual(order.slice(1, queueHead + 1))
    expect(events[0]?.counts.queued).toBe(queueHead + 299)
    expect(events[0]?.batches.map(({ id }) => id)).toEqual([order[0], order[queueHead]])
    feed.stop()
  })
})
