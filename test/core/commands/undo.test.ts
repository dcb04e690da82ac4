import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import type { SlipwayError } from '../../../src/contract/errors.ts'
import { outputs } from '../../../src/contract/outputs.ts'
import type { Scope } from '../../../src/core/commands/command.ts'
import { dispatch } from '../../../src/core/commands/dispatch.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { claimHead } from '../../../src/core/queue/batch-store.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { claimJob, pendingJobs } from '../../../src/core/queue/job-store.ts'
import { activeBatches } from '../../../src/core/queue/queries.ts'
import { runs, seeded } from '../../helpers/seeded.ts'
import { aBatch, aScope } from './a-scope.ts'

const caller = (scope: Scope) => ({
  async ask<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    const result = await dispatch(scope, name, input)
    if (!result.ok) throw new Error(result.error.message)
    return outputs[name].parse(result.value) as CommandOutput<N>
  },
  async refused<N extends CommandName>(name: N, input: CommandInput<N>): Promise<SlipwayError> {
    const result = await dispatch(scope, name, input)
    if (result.ok) throw new Error(`${name} was not refused`)
    return result.error
  },
})

/** A queue of so many batches, #1 in front, and what a person at the command line does to it. */
function aQueue(length: number) {
  const scope = aScope()
  for (let number = 1; number <= length; number += 1) aBatch(scope, 2, `type-${number}`)
  const { db, context } = scope
  return {
    scope,
    ...caller(scope),
    ben: caller({ ...scope, context: { ...context, actor: 'ben' } }),
    panel: caller({ ...scope, caller: { ...scope.caller, mustTrust: true } }),
    /** Number and status of all active batches: running first, the queue in order, then the others. */
    active: () => activeBatches(db).map(({ number, status }) => `${number} ${status}`),
    queue: () =>
      activeBatches(db)
        .filter(({ status }) => status === 'queued')
        .map(({ number }) => number),
    batch: (number: number) => caller(scope).ask('show', { batch: number }),
    start() {
      return db.write(() => {
        const row = claimHead(db, context, 'token')
        const [job] = row ? pendingJobs(db, row.id, 1) : []
        if (job) claimJob(db, context, job.id, 'token')
      })
    },
    kinds: (after: number) => eventsPage(db, { limit: 1_000, after }).map(({ kind }) => kind),
    lastEvent: () => eventsPage(db, { limit: 1 })[0]?.id ?? 0,
  }
}

describe('a command on several batches', () => {
  test('changes all of them in one transaction, with one event for each', async () => {
    const { ask, kinds, lastEvent, active } = aQueue(3)
    const begin = lastEvent()
    const { batches, refused } = await ask('pause', { batches: [1, 2, 3] })
    expect(batches.map(({ status }) => status)).toEqual(['paused', 'paused', 'paused'])
    expect(refused).toEqual([])
    expect(kinds(begin)).toEqual(['batch_paused', 'batch_paused', 'batch_paused'])
    await ask('resume', { batches: [3, 1] })
    expect(active()).toEqual(['1 queued', '3 queued', '2 paused'])
    await ask('cancel', { batches: [1, 2, 3] })
    await ask('retry', { batches: [2, 3] })
    expect(active()).toEqual(['2 queued', '3 queued'])
  })

  test('changes none where one refuses, and names each that did', async () => {
    const { refused, ask, active } = aQueue(3)
    await ask('cancel', { batches: [1, 2] })
    const before = active()
    const error = await refused('cancel', { batches: [3, 2, 1] })
    expect(error).toMatchObject({
      code: 'not-possible',
      hint: 'Only a batch that has not ended can be cancelled. Nothing was changed.',
      refused: [
        { number: 2, code: 'not-possible', message: "#2 is cancelled, so it can't be cancelled." },
        { number: 1, code: 'not-possible' },
      ],
    })
    expect(active()).toEqual(before)
  })

  test.each([
    ['pause', { now: true }],
    ['resume', {}],
    ['cancel', {}],
    ['retry', {}],
    ['move', { to: 'bottom' as const }],
    ['priority', { priority: 3 }],
  ] as const)('with `partial`, %s changes those it can, and lists the rest', async (command, more) => {
    const { ask } = aQueue(4)
    await ask('pause', { batches: [2, 4] })
    await ask('cancel', { batches: [3, 4] })
    const changes = { pause: [1], resume: [2], cancel: [1, 2], retry: [3, 4], move: [1], priority: [1, 2] }
    const input = { batches: [1, 2, 3, 4], partial: true, ...more } as CommandInput<typeof command>
    const { batches, refused } = await ask(command, input)
    const changed = batches.map(({ number }) => number)
    expect(changed).toEqual(changes[command])
    expect(refused.map(({ number, code }) => [number, code])).toEqual(
      [1, 2, 3, 4].filter((number) => !changed.includes(number)).map((number) => [number, 'not-possible']),
    )
  })

  test('is refused also with `partial` where none can be changed', async () => {
    const { refused, ask } = aQueue(2)
    await ask('cancel', { batches: [1, 2] })
    expect(await refused('move', { batches: [1, 2], to: 'top', partial: true })).toMatchObject({
      code: 'not-possible',
      refused: [{ number: 1 }, { number: 2 }],
    })
  })

  test('needs a batch, if it is not one that can mean the queue', async () => {
    const { refused } = aQueue(0)
    expect(await refused('cancel', {})).toMatchObject({ code: 'usage' })
    expect(await refused('retry', {})).toMatchObject({ code: 'usage' })
  })
})

describe('undo', () => {
  test('puts moved batches back, one action after the other', async () => {
    const { ask, queue, refused } = aQueue(5)
    await ask('move', { batches: [4, 2], to: 'top' })
    await ask('move', { batches: [1], to: 'bottom' })
    expect(queue()).toEqual([2, 4, 3, 5, 1])
    const first = await ask('undo', {})
    expect(first).toMatchObject({ command: 'move', batches: [{ number: 1 }], next: { command: 'move' } })
    expect(queue()).toEqual([2, 4, 1, 3, 5])
    expect((await ask('undo', {})).next).toBeNull()
    expect(queue()).toEqual([1, 2, 3, 4, 5])
    expect(await refused('undo', {})).toMatchObject({
      code: 'not-possible',
      message: 'There is nothing to undo.',
    })
  })

  test('puts a batch back behind the one that was in front of it, wherever that is now', async () => {
    const { ask, queue, start } = aQueue(5)
    await ask('move', { batches: [4], to: 'bottom' })
    start()
    await ask('undo', {})
    expect(queue()).toEqual([2, 3, 4, 5])
  })

  test('refuses a move of a batch that has started since, and takes the action before it next time', async () => {
    const { ask, refused, start, queue } = aQueue(3)
    await ask('move', { batches: [2], to: 'bottom' })
    await ask('move', { batches: [3], to: 'top' })
    start()
    expect(await refused('undo', {})).toMatchObject({
      code: 'not-possible',
      message: "This move can't be undone: #3 is running, so it can't be put back.",
      refused: [{ number: 3 }],
    })
    await ask('undo', {})
    expect(queue()).toEqual([1, 2])
  })

  test('refuses what somebody else has changed since', async () => {
    const { ask, ben, refused, queue } = aQueue(3)
    await ask('move', { batches: [3], to: 'top' })
    await ben.ask('move', { batches: [3], to: 2 })
    expect((await refused('undo', {})).message).toContain('#3')
    expect(queue()).toEqual([1, 3, 2])
    await ben.ask('undo', {})
    expect(queue()).toEqual([3, 1, 2])
  })

  test('takes back what was done by the same person in the same place, or what is named', async () => {
    const { ask, ben, panel, queue, refused } = aQueue(3)
    const { undo } = await ask('move', { batches: [3], to: 'top' })
    expect(await ben.refused('undo', {})).toMatchObject({ message: 'There is nothing to undo.' })
    expect(await panel.refused('undo', {})).toMatchObject({ message: 'There is nothing to undo.' })
    await panel.ask('undo', { action: undo ?? 0 })
    expect(queue()).toEqual([1, 2, 3])
    expect(await refused('undo', { action: undo ?? 0 })).toMatchObject({
      message: `Action ${undo} has been undone already.`,
    })
  })

  test('brings a priority back, and the place with it', async () => {
    const { ask, queue, batch } = aQueue(3)
    await ask('move', { batches: [2], to: 'top' })
    await ask('priority', { batches: [3, 1], priority: 5 })
    expect(queue()).toEqual([1, 3, 2])
    await ask('undo', {})
    expect(queue()).toEqual([2, 1, 3])
    expect((await batch(3)).batch.priority).toBe(0)
  })

  test('resumes what was paused at its place, and pauses what was resumed', async () => {
    const { ask, active } = aQueue(4)
    await ask('move', { batches: [4], to: 'top' })
    await ask('pause', { batches: [1, 2], reason: 'not yet' })
    await ask('resume', { batches: [2] })
    await ask('undo', {})
    expect(active()).toEqual(['4 queued', '3 queued', '1 paused', '2 paused'])
    await ask('undo', {})
    expect(active()).toEqual(['4 queued', '1 queued', '2 queued', '3 queued'])
  })

  test('lets a running batch run on that was to pause, also once it has paused', async () => {
    const { ask, start, scope, batch, active } = aQueue(2)
    start()
    await ask('pause', { batches: [1] })
    expect((await batch(1)).batch.pausing).toBe(true)
    await ask('undo', {})
    expect((await batch(1)).batch.pausing).toBe(false)
    await ask('pause', { batches: [1] })
    scope.db.exec(
      `UPDATE jobs SET status = 'pending' WHERE status = 'running';
       UPDATE batches SET status = 'paused', position = NULL, pause_requested = 0 WHERE number = 1`,
    )
    await ask('undo', {})
    expect(active()).toEqual(['1 queued', '2 queued'])
  })

  test('makes a batch wait again for what it had been freed from', async () => {
    const { ask, batch, scope } = aQueue(2)
    const { id } = (await batch(2)).batch
    scope.db
      .sql(`INSERT INTO batch_after (batch_id, after_type, predecessor_id) VALUES (?, 'never-added', '')`)
      .run(id)
    const { waitsFor } = (await batch(2)).batch
    expect(waitsFor).not.toBeNull()
    await ask('resume', { batches: [2], ignoreAfter: true })
    expect((await batch(2)).batch.waitsFor).toBeNull()
    await ask('undo', {})
    expect((await batch(2)).batch.waitsFor).toEqual(waitsFor)
  })

  test('brings cancelled batches back as they were: queued, paused, or running', async () => {
    const { ask, active, start, batch } = aQueue(4)
    start()
    await ask('pause', { batches: [3], reason: 'not yet' })
    const before = active()
    expect(before).toEqual(['1 running', '2 queued', '4 queued', '3 paused'])
    await ask('cancel', { batches: [1, 2, 3] })
    await ask('undo', {})
    expect(active()).toEqual(['1 queued', '2 queued', '4 queued', '3 paused'])
    expect((await batch(1)).batch.jobs).toMatchObject({ total: 2, pending: 2 })
    expect((await batch(3)).batch.reason).toBe('not yet')
  })

  test('leaves a cancelled batch alone whose identity has been taken since, and brings the others back', async () => {
    const { ask, queue, scope } = aQueue(3)
    await ask('cancel', { batches: [1, 2] })
    aBatch(scope, 1, 'type-2')
    const { batches, refused } = await ask('undo', {})
    expect(batches.map(({ number }) => number)).toEqual([1])
    expect(refused).toMatchObject([{ number: 2, hint: '#4 is active and has the same identity.' }])
    expect(queue()).toEqual([1, 3, 4])
  })

  test('cancels what was retried and brings back what was closed for it', async () => {
    const { ask, active, scope, refused, start } = aQueue(2)
    await ask('cancel', { batches: [1] })
    aBatch(scope, 2, 'type-1')
    await ask('retry', { batches: [1], ifExists: 'replace' })
    expect(active()).toEqual(['2 queued', '1 queued'])
    await ask('undo', {})
    expect(active()).toEqual(['2 queued', '3 queued'])
    await ask('cancel', { batches: [2, 3] })
    await ask('retry', { batches: [2] })
    start()
    expect(await refused('undo', {})).toMatchObject({ refused: [{ number: 2, code: 'not-possible' }] })
  })

  test('resumes a queue that was paused, and moves the mark after which nothing starts', async () => {
    const { ask, ben, refused } = aQueue(3)
    const queue = async () => (await ask('snapshot', {})).queue
    await ask('pause', { reason: 'lunch' })
    await ask('undo', {})
    expect((await queue()).paused).toBe(false)
    await ask('stop-after', { batch: 2 })
    const { stopAfter } = await queue()
    await ask('stop-after', { batch: 3 })
    await ask('undo', {})
    expect((await queue()).stopAfter).toBe(stopAfter)
    await ask('pause', {})
    await ben.ask('resume', {})
    expect(await refused('undo', {})).toMatchObject({
      message: "This pause can't be undone: The queue has been changed since.",
    })
  })

  test('starts the queue again that cancelling the batch with the stop mark has stopped', async () => {
    const { ask } = aQueue(2)
    await ask('stop-after', { batch: 1 })
    await ask('cancel', { batches: [1] })
    expect((await ask('snapshot', {})).queue).toMatchObject({ paused: true, stopAfter: null })
    const { batches } = await ask('undo', {})
    expect((await ask('snapshot', {})).queue).toMatchObject({ paused: false, stopAfter: batches[0]?.id })
  })

  test('shows cleared batches again', async () => {
    const { ask } = aQueue(2)
    await ask('cancel', { batches: [1, 2] })
    await ask('clear', {})
    expect((await ask('list', { all: true })).batches).toEqual([])
    await ask('undo', {})
    expect((await ask('list', { all: true })).batches).toHaveLength(2)
  })

  test('is an event itself, and can be done after a restart', async () => {
    const { ask, kinds, lastEvent, scope } = aQueue(2)
    await ask('cancel', { batches: [1, 2] })
    const begin = lastEvent()
    const fresh = caller({ ...scope, hostId: 'another', context: { ...scope.context, hostId: 'another' } })
    await fresh.ask('undo', {})
    expect(kinds(begin)).toEqual(['batch_retried', 'batch_retried', 'action_undone'])
  })

  test('keeps nothing to undo of a command that changed nothing', async () => {
    const { ask, refused } = aQueue(1)
    await ask('pause', {})
    expect((await ask('pause', {})).undo).toBeNull()
    await ask('undo', {})
    expect((await ask('move', { batches: [1], to: 'top' })).undo).toBeNull()
    expect(await refused('undo', {})).toMatchObject({ message: 'There is nothing to undo.' })
  })

  test.each(['{', '[1]', 'null', '[{"batch":1}]'])(
    'names an action whose row is damaged: %s',
    async (steps) => {
      const { ask, refused, scope } = aQueue(2)
      await ask('move', { batches: [1], to: 'bottom' })
      await ask('move', { batches: [1], to: 'top' })
      scope.db.sql('UPDATE undo_actions SET steps = ? WHERE id = 2').run(steps)
      expect(await refused('undo', {})).toMatchObject({ message: 'Action 2 is not known.' })
      expect((await ask('undo', {})).next).toBeNull()
    },
  )

  test(
    'takes any history of queue edits back to where it began',
    async () => {
      const some = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 1 })
      const edit = fc.oneof(
        fc.record({ name: fc.constant('move' as const), batches: some, to: fc.integer({ min: 1, max: 7 }) }),
        fc.record({
          name: fc.constant('priority' as const),
          batches: some,
          priority: fc.integer({ min: 0, max: 2 }),
        }),
        fc.record({
          name: fc.constantFrom('pause' as const, 'resume' as const, 'cancel' as const),
          batches: some,
        }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
          const { ask, active, scope } = aQueue(6)
          const before = active()
          let done = 0
          for (const { name, ...input } of edits) {
            const result = await dispatch(scope, name, { ...input, partial: true })
            if (result.ok && (result.value as CommandOutput<'move'>).undo !== null) done += 1
          }
          for (let left = done; left > 0; left -= 1) expect((await ask('undo', {})).refused).toEqual([])
          expect(active()).toEqual(before)
        }),
        seeded(15),
      )
    },
    runs(15) * 8_000,
  )

  test('puts a batch back with the one that it stood behind before and after', async () => {
    const { ask, active } = aQueue(6)
    const before = active()
    await ask('move', { batches: [3, 6, 5], to: 3 })
    await ask('priority', { batches: [5, 6, 4, 2, 1], priority: 1 })
    await ask('pause', { batches: [3] })
    for (let left = 3; left > 0; left -= 1) await ask('undo', {})
    expect(active()).toEqual(before)
  })

  test('refuses a batch that was cancelled by hand in the database, and nothing breaks', async () => {
    const { ask, refused, scope, batch } = aQueue(2)
    await ask('move', { batches: [1], to: 'bottom' })
    const { id } = (await batch(1)).batch
    scope.db.write(() => cancelBatch(scope.db, scope.context, id, null))
    expect((await refused('undo', {})).message).toContain('#1 is cancelled')
  })
})
