import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import { outputs } from '../../../src/contract/outputs.ts'
import { dispatch } from '../../../src/core/commands/dispatch.ts'
import { claimHead } from '../../../src/core/queue/batch-store.ts'
import { runJobs } from '../../helpers/database.ts'
import { aBatch, aScope } from './a-scope.ts'

/** Two other batches in the queue, and a configuration that is added between them. */
function aPlace() {
  const scope = aScope()
  const { db, home, context } = scope
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await dispatch(scope, name, input)
    if (!result.ok) throw new Error(result.error.message)
    return outputs[name].parse(result.value) as CommandOutput<N>
  }
  const file = join(home, 'x.slipway.yaml')
  return {
    ask,
    file,
    scope,
    write: (over: string) =>
      writeFileSync(file, `batches: [{ type: t, run: [echo, "{generation}"], over: ${over} }]`),
    queue: async () =>
      (await ask('list', {})).batches.map(
        ({ number, status, priority }) => `${number} ${status} ${priority}`,
      ),
    run(jobs: number) {
      const row = db.write(() => claimHead(db, context, 'token'))
      if (row)
        runJobs(
          db,
          row,
          context.at,
          Array.from({ length: jobs }, () => ({ ms: 1 })),
        )
    },
  }
}

const whole = '{ range: 0..9 }'

describe.each(['replace', 'remaining'] as const)('`%s`', (ifExists) => {
  test('keeps the place and priority of the batch it closes, and reports it', async () => {
    const { ask, write, file, scope, queue } = aPlace()
    write(whole)
    aBatch(scope)
    await ask('enqueue', { file })
    aBatch(scope)
    await ask('priority', { batches: [2], priority: 3 })
    await ask('move', { batches: [2], to: 2 })
    const { placed } = await ask('enqueue', { file, ifExists })
    expect(placed).toMatchObject([{ number: 4, of: 2, position: 2, priority: 3 }])
    expect(await queue()).toEqual(['1 queued 0', '4 queued 3', '3 queued 0'])
  })

  test('goes to the end where that is requested, or where the priority is given', async () => {
    const { ask, write, file, scope, queue } = aPlace()
    write(whole)
    await ask('enqueue', { file, priority: 3 })
    aBatch(scope)
    expect((await ask('enqueue', { file, ifExists, place: 'end' })).placed).toEqual([])
    expect(await queue()).toEqual(['2 queued 0', '3 queued 0'])
    expect((await ask('enqueue', { file, ifExists, priority: 1 })).placed).toEqual([])
    expect(await queue()).toEqual(['4 queued 1', '2 queued 0'])
  })

  test('comes first where it closes the running batch', async () => {
    const { ask, write, file, scope, queue, run } = aPlace()
    write(whole)
    await ask('enqueue', { file })
    aBatch(scope)
    run(2)
    expect((await ask('enqueue', { file, ifExists })).placed).toMatchObject([{ of: 1, position: 1 }])
    expect(await queue()).toEqual(['3 queued 0', '2 queued 0'])
  })

  test('takes the mark after which nothing starts with the place', async () => {
    const { ask, write, file, scope } = aPlace()
    write(whole)
    aBatch(scope)
    await ask('enqueue', { file })
    await ask('stop-after', { batch: 2 })
    const { created } = await ask('enqueue', { file, ifExists })
    expect((await ask('snapshot', {})).queue).toMatchObject({ paused: false, stopAfter: created[0]?.id })
  })

  test('of a range that is cut anew keeps the order of the old batches', async () => {
    const { ask, write, file, scope, queue } = aPlace()
    write('{ range: 0..11, size: 6 }')
    await ask('enqueue', { file })
    aBatch(scope)
    await ask('move', { batches: [2], to: 'top' })
    write('{ range: 0..11, size: 3 }')
    await ask('enqueue', { file, ifExists })
    const ranges = (await ask('list', {})).batches.map(({ range }) => range?.start ?? null)
    expect(ranges).toEqual([6, 9, 0, 3, null])
    expect(await queue()).toHaveLength(5)
  })

  test('names what of the closed range lies outside of the new one', async () => {
    const { ask, write, file, run } = aPlace()
    write(whole)
    await ask('enqueue', { file })
    run(1)
    write('{ range: 3..6 }')
    expect((await ask('enqueue', { file, ifExists })).outside).toMatchObject([
      {
        number: 1,
        type: 't',
        ranges: [
          { start: 0, end: 2 },
          { start: 7, end: 9 },
        ],
        jobs: 5,
      },
    ])
    write(whole)
    expect((await ask('enqueue', { file, ifExists })).outside).toEqual([])
  })

  test('answered to a retry keeps the place, and names what lies outside', async () => {
    const { ask, write, file, scope, queue } = aPlace()
    write('{ range: 3..6 }')
    await ask('enqueue', { file })
    await ask('cancel', { batches: [1] })
    write(whole)
    await ask('enqueue', { file, priority: 2 })
    aBatch(scope)
    const { placed, outside } = await ask('retry', { batches: [1], ifExists })
    expect(placed).toMatchObject([{ number: 1, of: 2, position: 1, priority: 2 }])
    expect(outside).toMatchObject([{ number: 2, jobs: 6 }])
    expect(await queue()).toEqual(['1 queued 2', '3 queued 0'])
  })
})
