/** What programs read while something runs: `--json-lines`, and `wait`, which runs nothing itself. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, summarySchema } from '../../src/contract/entities.ts'
import { jsonLineSchema } from '../../src/contract/json-lines.ts'
import { outputs } from '../../src/contract/outputs.ts'
import { aPlace, type Ended } from './slipway.ts'

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => jsonLineSchema.parse(JSON.parse(line)))
const typesOf = ({ out }: Ended) => linesOf(out).map(({ type }) => type)

const TWO = '{batches: [{type: t, run: [sh, -c, "echo $0; exit $0", "{input}"], over: {list: [0, 1]}}]}'
const SLOW = '{batches: [{type: slow, run: [sleep, "{input}"], over: {list: [600]}}]}'

describe('--json-lines', () => {
  test('run prints what was added, each change of status, and the end', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', TWO)
    const ended = await place.run('run', 'x.slipway.yaml', '--json-lines')
    expect(ended).toMatchObject({ code: 1, err: '' })
    const types = typesOf(ended).filter((type) => type !== 'progress')
    expect(types).toEqual(['added', ...types.slice(1, -1).map(() => 'batch'), 'end'])
    const lines = linesOf(ended.out)
    expect(lines.at(-2)).toMatchObject({ type: 'batch', batch: { status: 'completed_with_errors' } })
    expect(lines.at(-1)).toMatchObject({
      type: 'end',
      exitCode: 1,
      interrupted: false,
      batches: [{ number: 1 }],
      summaries: [{ number: 1 }],
    })
  })

  test('a refused duplicate is listed on stdout, and the error is a line on stderr', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', TWO)
    expect(typesOf(await place.run('add', 'x.slipway.yaml', '--json-lines'))).toEqual(['added', 'end'])
    const { code, out, err } = await place.run('add', 'x.slipway.yaml', '--json-lines')
    expect(code).toBe(3)
    expect(linesOf(out)).toMatchObject([{ type: 'added', created: [], existing: [{ number: 1 }] }])
    expect(linesOf(err)).toMatchObject([{ type: 'error', error: { code: 'duplicate' } }])
  })

  test('events -f and logs -f of a batch follow it to its end', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', TWO)
    await place.run('add', 'x.slipway.yaml')
    const events = place.start('events', '1', '-f', '--json-lines')
    await events.until(/batch_enqueued/)
    await place.run('work', '--until-empty')
    const followed = await events.ended
    expect(followed).toMatchObject({ code: 0, err: '' })
    const lines = linesOf(followed.out)
    expect(lines.at(-1)).toEqual({ v: 1, type: 'end', exitCode: 0 })
    const kinds = lines.flatMap((line) => (line.type === 'event' ? [line.event.kind] : []))
    expect(kinds).toContain('job_failed')
    expect(kinds.indexOf('batch_claimed')).toBeGreaterThan(kinds.indexOf('batch_enqueued'))

    const logs = linesOf((await place.run('logs', '1', '1', '--json-lines')).out)
    expect(logs).toMatchObject([
      { type: 'log', job: 1, attempt: 1, from: 0, bytes: 2, gap: null, text: '0\n' },
      { type: 'end', exitCode: 0 },
    ])
  })
})

describe('work BATCH', () => {
  test('runs the queue in its order until these have ended, and leaves what is behind them', async () => {
    const place = aPlace()
    for (const name of ['x', 'y', 'z']) {
      place.write(`${name}.slipway.yaml`, TWO)
      await place.run('add', `${name}.slipway.yaml`)
    }
    const ended = await place.run('work', '2', '--json-lines')
    expect(ended).toMatchObject({ code: 1, err: '' })
    expect(linesOf(ended.out).at(-1)).toMatchObject({
      type: 'end',
      exitCode: 1,
      batches: [{ number: 2, status: 'completed_with_errors' }],
    })
    const { batches } = await place.json(outputs.list, ['list', '--all'])
    expect(batches.map(({ number, status }) => [number, status])).toEqual([
      [3, 'queued'],
      [2, 'completed_with_errors'],
      [1, 'completed_with_errors'],
    ])
  })

  test('knows no batch that is not there', async () => {
    expect(await aPlace().run('work', '7')).toMatchObject({ code: 4, out: '' })
  })
})

describe('wait', () => {
  const document = z.object({ batches: z.array(batchSchema), summaries: z.array(summarySchema) })

  test('ends when others have run the batches, with the exit code of run', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', TWO)
    place.write('y.slipway.yaml', TWO.replace('[0, 1]', '[0]'))
    await place.run('add', 'x.slipway.yaml')
    await place.run('add', 'y.slipway.yaml')
    const both = place.start('wait', '1', '#2', '--json-lines')
    const second = place.start('wait', '2')
    await both.until(/"type":"notice"/)
    await place.run('work', '--until-empty')
    expect((await both.ended).code).toBe(1)
    expect(linesOf((await both.ended).out).at(-1)).toMatchObject({
      type: 'end',
      batches: [{ status: 'completed_with_errors' }, { status: 'completed' }],
    })
    expect(await second.ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^#2 y \/ t: completed in .*: 1 of 1 job succeeded\n$/),
    })
    expect((await place.json(document, ['wait', '1'], 1)).summaries).toMatchObject([{ number: 1 }])
  })

  test('gives up after --timeout with 5, and leaves the batch as it is', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', SLOW)
    await place.run('add', 'x.slipway.yaml')
    const { code, out, err } = await place.run('wait', '1', '--timeout', '50ms')
    expect({ code, out }).toEqual({ code: 5, out: '' })
    expect(err).toBe('slipway: #1 x / slow not done after 50ms\n')
    const lines = await place.run('wait', '1', '--timeout', '50ms', '--json-lines')
    expect(linesOf(lines.out).at(-1)).toMatchObject({
      type: 'end',
      exitCode: 5,
      batches: [{ status: 'queued' }],
    })
    expect(linesOf(lines.err)).toMatchObject([{ error: { code: 'timed-out' } }])
  })

  test('refuses what is no batch and what is no time', async () => {
    const place = aPlace()
    expect((await place.run('wait', '7')).code).toBe(4)
    expect(await place.run('wait', '7', '--timeout', '5')).toMatchObject({
      code: 2,
      err: 'slipway: --timeout must be a duration such as 500ms, 30s or 1h30m (got 5)\n',
    })
  })
})

test('show gives only the jobs and fields that were requested', async () => {
  const place = aPlace()
  place.write('x.slipway.yaml', TWO)
  await place.run('run', 'x.slipway.yaml')
  const { out } = await place.run(
    'show',
    '1',
    '--json',
    '--status',
    'failed',
    '--fields',
    'ordinal,input,exitCode',
  )
  expect(JSON.parse(out).jobs).toEqual([{ ordinal: 2, input: '1', exitCode: 1 }])
  const text = await place.run(
    'show',
    '1',
    '--status',
    'failed',
    'succeeded',
    '--limit',
    '1',
    '--fields',
    'input',
  )
  expect(text.out.split('\n\n')[1]).toBe('INPUT\n0\n')
  const wrong = await place.run('show', '1', '--fields', 'inptu')
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--fields takes id, ordinal, status') })
})

test('list --filter looks only at what is listed', async () => {
  const place = aPlace()
  place.write('x.slipway.yaml', TWO)
  place.write('y.slipway.yaml', SLOW)
  await place.run('run', 'x.slipway.yaml')
  await place.run('add', 'y.slipway.yaml')
  const numbers = async (...args: string[]) =>
    JSON.parse((await place.run('list', ...args, '--json')).out).batches.map(
      (one: { number: number }) => one.number,
    )
  expect(await numbers('--filter', 'slow')).toEqual([2])
  expect(await numbers('--filter', 'x')).toEqual([])
  expect(await numbers('--filter', 'x', '--all')).toEqual([1])
})
