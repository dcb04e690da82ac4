/** What a long queue costs, in rows that are written and sent; never in time. */
import { describe, expect, test } from 'vitest'
import type { ChangeEvent } from '../../../src/contract/events.ts'
import { queueHead } from '../../../src/contract/queue-state.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { Feed } from '../../../src/core/feed.ts'
import { pauseBatch } from '../../../src/core/queue/batch-store.ts'
import { exactPlaces, isInOrder, moveTo } from '../../../src/core/queue/order.ts'
import { queuedIds } from '../../../src/core/queue/queries.ts'
import { Renumbering } from '../../../src/core/run/renumbering.ts'
import { addBatch, by, claim, end, noon, temporaryDatabase, temporaryFolder } from '../../helpers/database.ts'
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
/** Ids by their positions. */
const inPlaces = (db: Db) =>
  db
    .sql<{ id: string }>('SELECT id FROM batches WHERE position >= 1 ORDER BY position')
    .all()
    .map(({ id }) => id)
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

  test('costs a move to the top the same rows, however long it is', () => {
    const cost = (length: number) => {
      const db = queueOf(length)
      claim(db, noon)
      const last = queuedIds(db).at(-1) ?? ''
      return rowsWritten(db, () => db.write(() => moveTo(db, [last], 1)))
    }
    expect(cost(3 * exactPlaces)).toBe(cost(2 * exactPlaces))
  })

  test('has positions 1…n after every change, and the first ones in the order of the queue', () => {
    const db = queueOf(512)
    const order = queuedIds(db)
    const expectRight = () => {
      expect(places(db)).toEqual(dense(order.length))
      expect(queuedIds(db)).toEqual(order)
      expect(inPlaces(db).slice(0, exactPlaces)).toEqual(order.slice(0, exactPlaces))
    }
    for (let n = 1; n <= 3; n += 1) {
      end(db, claim(db, noon), noon)
      order.shift()
      expectRight()
      for (const from of [order.length - n, 400, 20]) {
        const [id = ''] = order.splice(from - 1, 1)
        const to = from === 20 ? 300 : n
        db.write(() => moveTo(db, [id], to))
        order.splice(to - 1, 0, id)
        expectRight()
        expect(inPlaces(db)[to - 1]).toBe(id)
      }
      const [left = ''] = order.splice(350, 1)
      db.write(() => pauseBatch(db, by(noon), left, null))
      expectRight()
      const urgent = addBatch(db, { type: `urgent-${n}`, jobs: 0, priority: n })
      order.unshift(urgent.id)
      expectRight()
    }
  })

  test('is in order again in slices, while the executor is idle', () => {
    const db = queueOf(1_300)
    const { host_id: hostId } = claim(db, noon)
    const clock = stubClock(noon)
    const errors: unknown[] = []
    const renumbering = new Renumbering(db, clock, hostId ?? '', (cause) => errors.push(cause))
    expect(isInOrder(db)).toBe(false)
    renumbering.touch()
    clock.advance(250)
    expect(isInOrder(db)).toBe(false)
    clock.advance(100)
    expect(isInOrder(db)).toBe(true)
    expect(places(db)).toEqual(dense(1_299))
    clock.advance(1_000)
    expect(clock.pending()).toBe(0)
    expect(errors).toEqual([])
  })

  test('takes another pass for what changes during one', () => {
    const db = queueOf(1_300)
    const { host_id: hostId } = claim(db, noon)
    const clock = stubClock(noon)
    const renumbering = new Renumbering(db, clock, hostId ?? '', () => {})
    renumbering.touch()
    clock.advance(250)
    db.write(() => moveTo(db, [queuedIds(db).at(-1) ?? ''], 1))
    renumbering.touch()
    clock.advance(100)
    expect(isInOrder(db)).toBe(false)
    clock.advance(350)
    expect(isInOrder(db)).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  test('is in order when its host stops working', () => {
    const db = queueOf(2 * exactPlaces)
    const running = claim(db, noon)
    expect(isInOrder(db)).toBe(false)
    new Renumbering(db, stubClock(noon), running.host_id ?? '', () => {}).settle()
    expect(isInOrder(db)).toBe(true)
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
