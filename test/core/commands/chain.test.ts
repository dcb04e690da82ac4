/**
 * "What any batch of a chain has done stays done": random histories of commands and of an executor, beside a model
 * that knows nothing but which commands of a chain have succeeded.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import type { Batch } from '../../../src/contract/entities.ts'
import type { Result } from '../../../src/contract/errors.ts'
import { isActive } from '../../../src/contract/states.ts'
import { dispatch } from '../../../src/core/commands/dispatch.ts'
import { claimHead, getRow } from '../../../src/core/queue/batch-store.ts'
import { runningRow } from '../../../src/core/queue/queries.ts'
import { end, runJobs } from '../../helpers/database.ts'
import { seeded } from '../../helpers/seeded.ts'
import { aScope } from './a-scope.ts'

const inputs = 12
/** Some hundred milliseconds each. */
const runs = 15

/** A configuration of twelve inputs in ranges of this size (12: one batch without a range). */
function configuration(size: number): string {
  const over =
    size === inputs
      ? `{ list: [${[...Array(inputs).keys()].join(', ')}] }`
      : `{ range: 0..11, size: ${size} }`
  const word = size === inputs ? 'value' : 'generation'
  return `batches: [{ type: t, run: [echo, "{${word}}"], over: ${over} }]`
}

/** A data folder, and an executor that runs jobs by hand. Time passes with each step. */
function aPlace() {
  const base = aScope()
  const { db, home } = base
  const file = join(home, 'x.slipway.yaml')
  let at = base.context.at
  const invoke = <N extends CommandName>(
    name: N,
    input: CommandInput<N>,
  ): Promise<Result<CommandOutput<N>>> => {
    at += 100
    return dispatch({ ...base, context: { ...base.context, at } }, name, input)
  }
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await invoke(name, input)
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`)
    return result.value
  }
  return {
    db,
    invoke,
    ask,
    write: (size: number) => writeFileSync(file, configuration(size)),
    add: (ifExists?: 'remaining' | 'replace' | 'allow', skipDone = false) =>
      invoke('enqueue', { file, ...(ifExists ? { ifExists } : {}), skipDone: skipDone && 'command' }),
    list: async () => (await ask('list', { all: true })).batches,
    jobs: async (batch: string | number) => (await ask('jobs', { batch, limit: 1_000 })).jobs,
    /** The running batch, or else the head of the queue, runs its next jobs; answers the batch and their inputs. */
    async work(
      outcomes: readonly boolean[],
    ): Promise<{ id: string; ran: { input: string; good: boolean }[] } | null> {
      at += 100
      const running = runningRow(db)
      const queued = (await ask('list', {})).batches.some(({ status }) => status === 'queued')
      if (!running && !queued) return null
      const batch = running
        ? getRow(db, running.id)
        : db.write(() => claimHead(db, { ...base.context, at }, `token-${at}`))
      if (!batch) return null
      const pending = (await ask('jobs', { batch: batch.id, status: ['pending'] })).jobs.slice(
        0,
        outcomes.length,
      )
      const ran = pending.map(({ input }, index) => ({ input, good: outcomes[index] === true }))
      at = runJobs(
        db,
        batch,
        at,
        ran.map(({ good }) => ({ ms: 1, ...(good ? {} : { error: 'boom' }) })),
      )
      const left = (await ask('show', { batch: batch.id })).batch.jobs
      if (left.pending === 0) end(db, batch, at, left.failed > 0 ? 'completed_with_errors' : 'completed')
      return { id: batch.id, ran }
    },
  }
}

type Chain = { done: Set<string> }

/** Which commands each chain has done. Two chains that are continued by one batch become one. */
function aModel() {
  const chains = new Map<string, Chain>()
  const ever = new Set<string>()
  const chainOf = (id: string): Chain => {
    const chain = chains.get(id) ?? { done: new Set() }
    chains.set(id, chain)
    return chain
  }
  const start = (id: string, done: Iterable<string> = []) => chains.set(id, { done: new Set(done) })
  const join = (id: string, others: readonly string[]) => {
    const joined = new Set([chainOf(id), ...others.map(chainOf)])
    const whole = { done: new Set([...joined].flatMap(({ done }) => [...done])) }
    for (const [one, chain] of chains) if (joined.has(chain)) chains.set(one, whole)
  }
  return { ever, chainOf, start, join }
}

const numbers = [...Array(inputs).keys()].map(String)
const insideOf = ({ range }: Batch) =>
  range === null ? numbers : numbers.filter((n) => Number(n) >= range.start && Number(n) <= range.end)
const overlaps = (a: Batch, b: Batch) => insideOf(a).some((input) => insideOf(b).includes(input))
const without = (all: readonly string[], gone: ReadonlySet<string>) => all.filter((one) => !gone.has(one))

type Step =
  | { do: 'work'; outcomes: boolean[] }
  | { do: 'add' | 'remaining' | 'replace' | 'allow' | 'skip-done' }
  | { do: 'retry' | 'retry-all' | 'retry-remaining' | 'cancel'; which: number }
  | { do: 'size'; size: number }

const which = fc.nat(5)
const commonSteps: fc.Arbitrary<Step>[] = [
  fc.record({
    do: fc.constant('work' as const),
    outcomes: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
  }),
  fc.record({
    do: fc.constantFrom(
      'remaining' as const,
      'remaining' as const,
      'add' as const,
      'skip-done' as const,
      'replace' as const,
      'allow' as const,
    ),
  }),
  fc.record({
    do: fc.constantFrom(
      'retry' as const,
      'retry-all' as const,
      'retry-remaining' as const,
      'cancel' as const,
      'cancel' as const,
    ),
    which,
  }),
]

async function play(sizes: readonly number[], steps: readonly Step[]): Promise<void> {
  const place = aPlace()
  const model = aModel()
  place.write(sizes[0] ?? inputs)
  const pick = async (wanted: (batch: Batch) => boolean, index: number) => {
    const found = (await place.list()).filter(wanted).sort((a, b) => b.number - a.number)
    return found[index % Math.max(1, found.length)]
  }
  const allInputs = async (id: string) => (await place.jobs(id)).map(({ input }) => input)

  const enqueue = async (answer: 'add' | 'remaining' | 'replace' | 'allow' | 'skip-done') => {
    const all = (await place.list()).sort((a, b) => b.number - a.number)
    const active = all.filter(({ status }) => isActive(status))
    const ended = all.filter(({ status }) => !isActive(status))
    const ifExists = answer === 'add' || answer === 'skip-done' ? undefined : answer
    const result = await place.add(ifExists, answer === 'skip-done')
    if (!result.ok) return expect(result.error.code).toBe('duplicate')
    for (const batch of result.value.created) {
      const members = await allInputs(batch.id)
      const leftOut = new Set(without(insideOf(batch), new Set(members)))
      const continued = active.filter((other) => overlaps(other, batch)).map(({ id }) => id)
      // The part of the range that no active batch has continues in the latest batch that had it.
      const uncovered = without(insideOf(batch), new Set(active.flatMap(insideOf)))
      const latest = (input: string) => ended.find((one) => insideOf(one).includes(input))?.id
      if (active.length > 0) continued.push(...uncovered.flatMap((input) => latest(input) ?? []))
      if (answer === 'remaining' && active.length > 0) {
        model.start(batch.id)
        model.join(batch.id, continued)
        // Nothing that was done, and everything else.
        expect(members, `#${batch.number}`).toEqual(without(insideOf(batch), model.chainOf(batch.id).done))
      } else {
        expect(without([...leftOut], model.ever), `left out of #${batch.number} and never done`).toEqual([])
        model.start(batch.id, leftOut)
      }
    }
  }

  const retry = async (kind: 'retry' | 'retry-all' | 'retry-remaining', index: number) => {
    const batch = await pick(({ status }) => !isActive(status), index)
    if (!batch) return
    const active = (await place.list()).filter((one) => isActive(one.status) && overlaps(one, batch))
    const all = kind === 'retry-all'
    const ifExists = kind === 'retry-remaining' ? 'remaining' : 'fail'
    const result = await place.invoke('retry', { batch: batch.id, all, ifExists })
    if (!result.ok) return expect(['duplicate', 'not-possible']).toContain(result.error.code)
    if (active.length > 0)
      model.join(
        batch.id,
        active.map(({ id }) => id),
      )
    const { done } = model.chainOf(batch.id)
    if (all) for (const input of await allInputs(batch.id)) done.delete(input)
    const open = (await place.jobs(batch.id)).filter(({ status }) => status === 'pending')
    expect(
      open.map(({ input }) => input).filter((input) => done.has(input)),
      `retry of #${batch.number}`,
    ).toEqual([])
  }

  for (const step of steps) {
    if (step.do === 'size') place.write(step.size)
    else if (step.do === 'cancel') {
      const batch = await pick(({ status }) => isActive(status), step.which)
      if (batch) await place.ask('cancel', { batches: [batch.id] })
    } else if (step.do === 'work') {
      const worked = await place.work(step.outcomes)
      for (const { input, good } of worked?.ran ?? []) {
        const { done } = model.chainOf(worked?.id ?? '')
        expect(done.has(input), `${input} runs again`).toBe(false)
        if (good) {
          done.add(input)
          model.ever.add(input)
        }
      }
    } else if (step.do === 'retry' || step.do === 'retry-all' || step.do === 'retry-remaining')
      await retry(step.do, step.which)
    else await enqueue(step.do)
  }
}

describe('what a batch of a chain has done stays done', () => {
  const good = (n: number) => Array.from({ length: n }, () => true)

  test('`remaining` after `remaining` leaves out what the first batch did', async () => {
    const place = aPlace()
    place.write(inputs)
    await place.add()
    await place.work(good(4))
    const second = await place.add('remaining')
    expect(second.ok && second.value.created[0]?.jobs.total).toBe(8)
    await place.work(good(2))
    await place.add('remaining')
    expect((await place.jobs(3)).map(({ input }) => input)).toEqual(numbers.slice(6))
  })

  test('`remaining` of a batch that was added with --skip-done leaves out what that one left out', async () => {
    const place = aPlace()
    place.write(inputs)
    await place.add()
    await place.work(good(4))
    await place.ask('cancel', { batches: [1] })
    await place.add(undefined, true)
    await place.work(good(3))
    await place.add('remaining')
    expect((await place.jobs(3)).map(({ input }) => input)).toEqual(numbers.slice(7))
  })

  test('the retry of an earlier batch leaves out what later ones did, and reports which', async () => {
    const place = aPlace()
    place.write(inputs)
    await place.add()
    await place.work(good(4))
    await place.add('remaining')
    await place.work(good(6))
    await place.ask('cancel', { batches: [2] })
    const { batches } = await place.ask('retry', { batches: [1] })
    expect(batches[0]?.jobs).toMatchObject({ succeeded: 4, cancelled: 6, pending: 2 })
    await place.work(good(2))
    const ended = (await place.ask('show', { batch: 1 })).batch
    expect(ended).toMatchObject({ status: 'completed', jobs: { succeeded: 6, cancelled: 6 } })
  })

  test('a batch that continues several others leaves out what any of them did, and so does the next', async () => {
    const place = aPlace()
    place.write(6)
    await place.add()
    await place.work(good(6)) // 0-5
    await place.ask('retry', { batches: [1], all: true })
    await place.work(good(2))
    await place.ask('pause', { batches: [1] })
    await place.work(good(3))
    place.write(4)
    await place.add('remaining')
    const open = async () => {
      const active = (await place.list()).filter(({ status }) => isActive(status))
      return (await Promise.all(active.map(({ id }) => place.jobs(id))))
        .flat()
        .map(({ input }) => Number(input))
    }
    const left = (await open()).sort((a, b) => a - b)
    place.write(3)
    await place.add('remaining')
    expect((await open()).sort((a, b) => a - b)).toEqual(left)
  })

  test('whatever is done with one list of inputs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...commonSteps), { minLength: 4, maxLength: 14 }), (steps) =>
        play([inputs], [{ do: 'add' }, ...steps]),
      ),
      seeded(runs),
    )
  }, 600_000)

  test('whatever is done with ranges that are cut anew', async () => {
    const size: fc.Arbitrary<Step> = fc.record({
      do: fc.constant('size' as const),
      size: fc.constantFrom(3, 4, 6),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...commonSteps, size), { minLength: 4, maxLength: 14 }), (steps) =>
        play([4], [{ do: 'add' }, ...steps]),
      ),
      seeded(runs),
    )
  }, 600_000)
})
