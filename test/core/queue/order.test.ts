/**
 * The queue against a plain array: random histories of everything that moves a batch, through the stores. Each
 * history is one transaction on a real file that is rolled back at its end, so that the next one finds the
 * database as it was and no run waits for the disk. A failure prints its seed; SLIPWAY_TEST_SEED repeats it.
 */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BatchStatus, isActive, isFinal } from '../../../src/contract/states.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { cancelBatch, endBatch } from '../../../src/core/queue/batch-ending.ts'
import {
  claimHead,
  createBatch,
  enqueueBatch,
  pauseBatch,
  releaseBatch,
  reopenBatch,
  resumeBatch,
  sealBatch,
  setPriority,
} from '../../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../../src/core/queue/configuration-store.ts'
import { arrangeAll, moveTo } from '../../../src/core/queue/order.ts'
import { queuedIds } from '../../../src/core/queue/queries.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { addBatch, by, noon, temporaryDatabase } from '../../helpers/database.ts'
import { runs, seeded } from '../../helpers/seeded.ts'

type Step =
  | { do: 'add'; priority: number; hold: boolean }
  | { do: 'claim' | 'release' }
  | { do: 'enqueue' | 'pause' | 'resume' | 'cancel' | 'retry'; which: number }
  | { do: 'end'; status: 'completed' | 'completed_with_errors' | 'failed' }
  | { do: 'priority'; which: number; priority: number }
  | { do: 'move'; which: number[]; to: number }
  | { do: 'tick'; ms: number }

const which = fc.nat({ max: 30 })
const priority = fc.integer({ min: -2, max: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), priority, hold: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('claim' as const, 'release' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['enqueue', 'pause', 'resume', 'cancel', 'retry'] as const)),
      which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      status: fc.constantFrom('completed' as const, 'completed_with_errors' as const, 'failed' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('priority' as const), which, priority }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      which: fc.uniqueArray(which, { minLength: 1, maxLength: 4 }),
      to: fc.oneof(fc.constant(1), fc.constant(Number.MAX_SAFE_INTEGER), fc.integer({ min: -2, max: 14 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('tick' as const), ms: fc.integer({ min: -500, max: 500 }) }),
  },
)

type Item = { id: string; number: number; priority: number; queuedAt: number | null; status: BatchStatus }

/** The queue as anybody would explain it: a list, and what runs. */
class Model {
  readonly all: Item[] = []
  line: Item[] = []
  running: Item | undefined
  now = noon

  pick(index: number): Item | undefined {
    return this.all.length === 0 ? undefined : this.all[index % this.all.length]
  }

  #leave(item: Item): void {
    this.line = this.line.filter((one) => one !== item)
    if (this.running === item) this.running = undefined
  }

  #enter(item: Item, place: 'rule' | 'top'): void {
    const outranks = (one: Item) =>
      one.priority > item.priority ||
      (one.priority === item.priority &&
        ((one.queuedAt ?? 0) < (item.queuedAt ?? 0) ||
          ((one.queuedAt ?? 0) === (item.queuedAt ?? 0) && one.number < item.number)))
    const at = place === 'top' ? 0 : this.line.findLastIndex(outranks) + 1
    item.status = 'queued'
    this.line.splice(at, 0, item)
  }

  /** First come counts from now, but never before somebody who came earlier: the clock may be set back. */
  #stamp(item: Item): void {
    const here = [...this.line, ...(this.running ? [this.running] : [])]
    item.queuedAt = Math.max(this.now, ...here.map((one) => one.queuedAt ?? 0))
  }

  queue(item: Item, from: readonly BatchStatus[], place: 'rule' | 'top' = 'rule'): boolean {
    if (!from.includes(item.status)) return false
    if (isFinal(item.status) || item.queuedAt === null) this.#stamp(item)
    this.#leave(item)
    this.#enter(item, place)
    return true
  }

  claim(): boolean {
    const head = this.line[0]
    if (this.running || !head) return false
    this.#leave(head)
    head.status = 'running'
    this.running = head
    return true
  }

  stop(item: Item, status: BatchStatus, from: readonly BatchStatus[]): boolean {
    if (!from.includes(item.status)) return false
    this.#leave(item)
    item.status = status
    return true
  }

  reprioritize(item: Item, value: number): boolean {
    if (isFinal(item.status)) return false
    item.priority = value
    if (item.status !== 'queued') return true
    this.#leave(item)
    this.#enter(item, 'rule')
    return true
  }

  move(items: readonly Item[], to: number): void {
    const rest = this.line.filter((one) => !items.includes(one))
    rest.splice(Math.max(0, Math.min(to - 1, rest.length)), 0, ...items)
    this.line = rest
  }
}

const active: readonly BatchStatus[] = ['initiated', 'queued', 'running', 'paused']
const final: readonly BatchStatus[] = ['completed', 'completed_with_errors', 'failed', 'cancelled']

/** Does the step on both, which must agree on whether it was possible. */
function take(db: Db, model: Model, next: Step, configurationId: number): void {
  const context = by(model.now)
  const agree = (row: BatchRow | undefined, possible: boolean) => expect(row !== undefined).toBe(possible)
  switch (next.do) {
    case 'add': {
      const type = `type-${model.all.length}`
      const range = null
      const { id, number } = createBatch(db, context, {
        configurationId,
        type,
        range,
        priority: next.priority,
        duplicateOf: null,
        continues: null,
        options: {},
        details: {},
      })
      const item: Item = { id, number, priority: next.priority, queuedAt: null, status: 'initiated' }
      model.all.push(item)
      expect(enqueueBatch(db, context, id)).toBeUndefined() // not before the seal
      sealBatch(db, context, id)
      if (!next.hold) agree(enqueueBatch(db, context, id), model.queue(item, ['initiated']))
      return
    }
    case 'claim': {
      const row = claimHead(db, context, randomUUID())
      agree(row, model.claim())
      expect(row?.id).toBe(row && model.running?.id)
      return
    }
    case 'release': {
      const { running } = model
      if (running)
        agree(releaseBatch(db, context, running.id, 'asked'), model.queue(running, ['running'], 'top'))
      return
    }
    case 'end': {
      const { running } = model
      if (!running) return
      const ending = { reason: null, kind: 'batch_ended', closedBy: 'event' as const }
      agree(
        endBatch(db, context, running.id, next.status, ending),
        model.stop(running, next.status, ['running']),
      )
      return
    }
    case 'tick':
      model.now += next.ms
      return
    case 'move': {
      const items = [...new Set(next.which.map((index) => model.pick(index)))].filter(
        (item) => item?.status === 'queued',
      ) as Item[]
      moveTo(
        db,
        items.map((item) => item.id),
        next.to,
      )
      model.move(items, next.to)
      return
    }
    default:
      takeOne(db, model, next)
  }
}

type OneStep = Extract<Step, { which: number }>

function takeOne(db: Db, model: Model, next: OneStep): void {
  const context = by(model.now)
  const item = model.pick(next.which)
  if (!item) return
  const { id } = item
  const agree = (row: BatchRow | undefined, possible: boolean) => expect(row !== undefined).toBe(possible)
  switch (next.do) {
    case 'enqueue':
      return agree(enqueueBatch(db, context, id), model.queue(item, ['initiated']))
    case 'resume':
      return agree(resumeBatch(db, context, id), model.queue(item, ['paused']))
    case 'retry':
      return agree(reopenBatch(db, context, id, []), model.queue(item, final))
    case 'pause':
      return agree(pauseBatch(db, context, id, null), model.stop(item, 'paused', ['queued', 'running']))
    case 'cancel':
      return agree(cancelBatch(db, context, id, 'asked'), model.stop(item, 'cancelled', active))
    case 'priority':
      return agree(setPriority(db, context, id, next.priority), model.reprioritize(item, next.priority))
  }
}

function compare(db: Db, model: Model): void {
  const rows = db.sql<BatchRow>('SELECT * FROM batches ORDER BY coalesce(position, 1e15), number').all()
  const placed = rows.filter((row) => row.position !== null && row.position > 0)
  expect(placed.map((row) => row.position)).toEqual(placed.map((_, index) => index + 1))
  expect(placed.map((row) => row.id)).toEqual(model.line.map((item) => item.id))
  expect(rows.filter((row) => row.status === 'running').map((row) => [row.id, row.position])).toEqual(
    model.running ? [[model.running.id, 0]] : [],
  )
  for (const row of rows) {
    const item = model.all.find((one) => one.id === row.id)
    expect([row.status, row.priority, row.queued_at]).toEqual([item?.status, item?.priority, item?.queuedAt])
    expect(row.completed_at !== null).toBe(isFinal(row.status))
    expect(isActive(row.status)).toBe(!isFinal(row.status))
  }
}

test(
  'keeps the order of a plain list through every history, with places 1…n and one at place 0',
  () => {
    const db = temporaryDatabase()
    const rolledBack = new Error('rolled back')
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), (steps) => {
        const run = () =>
          db.write(() => {
            const specPath = '/work/flood.slipway.yaml'
            const configuration = saveConfiguration(
              db,
              { name: 'flood', specPath, projectPath: '/work' },
              noon,
            )
            const model = new Model()
            for (const next of steps) {
              take(db, model, next, configuration.id)
              compare(db, model)
            }
            throw rolledBack
          })
        expect(run).toThrow(rolledBack)
      }),
      seeded(1_000),
    )
  },
  runs(1_000) * 240,
)

test('closes a gap that somebody left in the queue, and returns whether there was one', () => {
  const db = temporaryDatabase()
  const ids = ['one', 'two', 'three'].map((type) => addBatch(db, { type }).id)
  expect(db.write(() => arrangeAll(db))).toBe(false)
  db.write(() => db.sql('UPDATE batches SET position = position * 10 WHERE position > 1').run())
  expect(db.write(() => arrangeAll(db))).toBe(true)
  expect(queuedIds(db)).toEqual(ids)
  expect(db.sql('SELECT group_concat(position) AS places FROM batches').get()).toEqual({ places: '1,2,3' })
})
