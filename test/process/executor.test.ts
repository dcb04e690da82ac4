import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { aPlace, type Place } from './slipway.ts'

const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })
const show = (place: Place, batch = '1') => place.json(showDocument, ['show', batch])

/** One configuration with one batch. */
const batch = (place: Place, lines: string) =>
  place.write('x.slipway.yaml', `batches:\n  - type: t\n${lines}`)

/** Appends `begin N` and `end N` to a file in the project: what really ran, in which order. */
const traced = (body: string) =>
  `    run: [sh, -c, 'echo "begin $1" >> trace; ${body}; s=$?; echo "end $1" >> trace; exit $s', sh, "{value}"]\n`
const trace = (place: Place) => readFileSync(join(place.project, 'trace'), 'utf8').trim().split('\n')

describe('jobs', () => {
  test('run one after the other in their order', async () => {
    const place = aPlace()
    const { code } = await place.run('run', batch(place, `${traced('true')}    over: { range: 1..5 }`))
    expect(code).toBe(0)
    expect(trace(place)).toEqual([1, 2, 3, 4, 5].flatMap((n) => [`begin ${n}`, `end ${n}`]))
  })

  test('run `parallel` of them at once and never more', async () => {
    const place = aPlace()
    // Each waits until another one has begun too, so the batch can only end if two run at the same time.
    const body =
      'touch "r$1"; if [ "$1" -lt 5 ]; then while [ $(ls r* | wc -l) -lt $(( $1 + 1 )) ]; do sleep 0.01; done; fi'
    const { code } = await place.run(
      'run',
      batch(place, `${traced(body)}    over: { range: 1..5 }\n    parallel: 2`),
    )
    expect(code).toBe(0)
    let open = 0
    for (const line of trace(place)) {
      open += line.startsWith('begin') ? 1 : -1
      expect(open).toBeLessThanOrEqual(2)
    }
  })

  test('get every argument exactly, whatever a file is called', async () => {
    const place = aPlace()
    mkdirSync(join(place.project, 'in'))
    const names = [
      `a b'"$(touch x);\n-rf.csv`,
      '-n.csv',
      '*.csv',
      'zoë – 東京 🚢.csv',
      '{braces}.csv',
      ' leading and trailing .csv',
      '\t\\n%s$HOME`id`.csv',
    ]
    for (const name of names) writeFileSync(join(place.project, 'in', name), 'x')
    const script = `require('fs').appendFileSync('got.jsonl', JSON.stringify(process.argv.slice(1)) + '\\n')`
    const file = place.write(
      'x.slipway.json',
      JSON.stringify({
        batches: [
          {
            type: 't',
            run: [
              process.execPath,
              '-e',
              script.replaceAll('{', '{{').replaceAll('}', '}}'),
              '--',
              '{input}',
              '',
              '{name}',
            ],
            over: { files: 'in/*' },
          },
        ],
      }),
    )
    const { code, err } = await place.run('run', file)
    expect(code, err).toBe(0)
    const got = readFileSync(join(place.project, 'got.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[])
    expect(got.map((args) => args.at(-1)).sort()).toEqual([...names].sort())
    for (const args of got) {
      expect(args[1]).toBe('')
      expect(existsSync(join(place.project, args[0] ?? ''))).toBe(true)
    }
    expect(existsSync(join(place.project, 'x'))).toBe(false)
  })

  test('that lose their program or folder after they were added fail with a sentence, and the rest continues', async () => {
    const place = aPlace()
    const tool = place.write('tool', '#!/bin/sh\nexit 0\n')
    chmodSync(tool, 0o755)
    mkdirSync(join(place.project, 'w1'))
    mkdirSync(join(place.project, 'w2'))
    const file = batch(
      place,
      '    run: [./../tool, "{value}"]\n    cwd: "{value}"\n    over: { list: [w1, w2] }',
    )
    expect((await place.run('add', file)).code).toBe(0)
    rmSync(join(place.project, 'w1'), { recursive: true })
    chmodSync(tool, 0o644)
    const { code } = await place.run('work', '--until-empty')
    expect(code).toBe(1)
    const { jobs, batch: ended } = await show(place)
    expect(ended.status).toBe('completed_with_errors')
    expect(jobs[0]?.error).toMatch(/w1.*(not there|does not exist|missing|no longer|gone)/i)
    expect(jobs[1]?.error).toMatch(/not executable/)
  })

  test('succeed only if the output that they declare is there and not empty', async () => {
    const place = aPlace()
    const file = batch(
      place,
      `    run: [sh, -c, 'case $1 in 1) echo x > o1;; 2) : > o2;; esac', sh, "{value}"]
    over: { range: 1..3 }
    expect: { file: "o{value}", non-empty: true }`,
    )
    expect((await place.run('run', file)).code).toBe(1)
    const { jobs } = await show(place)
    expect(jobs.map((job) => [job.status, job.exitCode])).toEqual([
      ['succeeded', 0],
      ['failed', 0],
      ['failed', 0],
    ])
    expect(jobs[1]?.error).toMatch(/o2 is empty/)
    expect(jobs[2]?.error).toMatch(/o3 is not there/)
  })

  test('fail with an output of an earlier day, unless the configuration accepts it', async () => {
    const place = aPlace()
    writeFileSync(join(place.project, 'old'), 'x')
    utimesSync(join(place.project, 'old'), new Date(2020, 0, 1), new Date(2020, 0, 1))
    const lines = (expected: string) => `    run: ['true']\n    expect: ${expected}`
    expect((await place.run('run', batch(place, lines('old')))).code).toBe(1)
    expect((await show(place)).jobs[0]?.error).toMatch(/old is older than this attempt/)
    expect((await place.run('run', batch(place, lines('{ file: old, fresh: false }')))).code).toBe(0)
  })

  test('are stopped at their timeout, with everything they started', async () => {
    const place = aPlace()
    const file = batch(
      place,
      `    run: [sh, -c, 'trap "" TERM; setsid sleep 987.25 & sleep 987.25']
    timeout: 300ms`,
    )
    await place.run('settings', 'kill-grace-ms', '200')
    expect((await place.run('run', file)).code).toBe(1)
    const { jobs } = await show(place)
    expect(jobs[0]).toMatchObject({ status: 'failed', attempts: 1 })
    expect(jobs[0]?.error).toMatch(/timed out after \d+ms of awake time/)
    const processes = readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        } catch {
          return ''
        }
      })
    expect(processes.filter((line) => line.includes('987.25'))).toEqual([])
  })

  test('are tried again as often as asked, with the delay, in their turn', async () => {
    const place = aPlace()
    const body = 'if [ "$1" = 2 ]; then echo x >> tries; [ $(wc -l < tries) -ge 3 ]; fi'
    const file = batch(
      place,
      `${traced(body)}    over: { range: 1..3 }\n    retries: { times: 2, delay: 200ms, backoff: 2 }`,
    )
    expect((await place.run('run', file)).code).toBe(0)
    expect(trace(place).filter((line) => line.startsWith('begin'))).toEqual([
      'begin 1',
      'begin 2',
      'begin 2',
      'begin 2',
      'begin 3',
    ])
    const document = await place.json(z.looseObject({ jobs: z.array(jobSchema) }), ['show', '1'])
    expect(document.jobs.map((job) => job.attempts)).toEqual([1, 3, 1])
    const { events } = await place.json(
      z.looseObject({
        events: z.array(z.looseObject({ kind: z.string(), at: z.number(), details: z.looseObject({}) })),
      }),
      ['events', '1'],
    )
    const retries = events.filter((event) => event.kind === 'job_retried')
    expect(retries.map((event) => Number(event.details.notBefore) - event.at)).toEqual([
      expect.closeTo(200, -2),
      expect.closeTo(400, -2),
    ])
    expect((retries[1]?.at ?? 0) - (retries[0]?.at ?? 0)).toBeGreaterThanOrEqual(200)
  })
})

describe('stop-on-failure', () => {
  const failing = (rule: string) =>
    `    run: [sh, -c, 'exit 7']\n    over: { range: 1..10 }\n    repeat: true\n    stop-on-failure: ${rule}`
  test.each([
    ['never', 'completed_with_errors', 10, 0],
    ['first', 'failed', 1, 9],
    ['20%', 'failed', 2, 8],
  ])('%s', async (rule, status, failed, cancelled) => {
    const place = aPlace()
    expect((await place.run('run', batch(place, failing(rule)))).code).toBe(1)
    const { batch: ended } = await show(place)
    expect(ended).toMatchObject({ status, jobs: { failed, cancelled, pending: 0, running: 0 } })
    if (status === 'failed') expect(ended.reason).toMatch(/stop-on-failure/)
  })

  test('stops the jobs that still run beside the one that failed', async () => {
    const place = aPlace()
    const file = batch(
      place,
      `    run: [sh, -c, 'if [ $1 = 1 ]; then while [ ! -e up ]; do sleep 0.01; done; exit 1; else touch up; exec sleep 986.5; fi', sh, "{value}"]
    over: { range: 1..3 }
    parallel: 2
    stop-on-failure: first`,
    )
    expect((await place.run('run', file)).code).toBe(1)
    const { batch: ended, jobs } = await show(place)
    expect(ended.status).toBe('failed')
    expect(jobs.map((job) => job.status)).toEqual(['failed', 'cancelled', 'cancelled'])
  })
})

describe('after', () => {
  test('waits for the predecessor, shows what for, and continues by itself after the retry', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      `batches:
  - { type: second, after: first, run: [sh, -c, 'test -e made'] }
  - { type: first, run: [sh, -c, 'test -e ok && touch made'] }`,
    )
    expect((await place.run('add', file)).code).toBe(0)
    expect((await place.run('work', '--until-empty')).code).toBe(7)
    const { batch: second } = await show(place, '1')
    expect(second).toMatchObject({
      status: 'queued',
      waitsFor: { batches: [{ number: 2, status: 'completed_with_errors' }] },
    })
    place.write('ok', '')
    expect((await place.run('retry', '2')).code).toBe(0)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect((await show(place, '1')).batch.status).toBe('completed')
  })
})

test('a log keeps its end when it is cut at the limit', async () => {
  const place = aPlace()
  const file = batch(
    place,
    `    run: [sh, -c, 'yes 0123456789 | head -c 6000000; echo the very end']\n    log-limit: 1MB`,
  )
  expect((await place.run('run', file)).code).toBe(0)
  const { out } = await place.run('logs', '1', '1')
  expect(out.endsWith('the very end\n')).toBe(true)
  const log = join(place.home, 'logs', '1', '0', '1.1.log')
  expect(readFileSync(log).length).toBeLessThan(1_300_000)
})

test('fifty processes that add the same at the same moment make one batch and get 49 conflicts', async () => {
  const place = aPlace()
  const file = batch(place, '    run: [sleep, "1"]\n    over: { range: 1..3 }\n    repeat: true')
  await place.run('list') // the database exists: the race is about the batch
  const ended = await Promise.all(Array.from({ length: 50 }, () => place.run('add', file, '--json')))
  const codes = ended.map((one) => one.code).sort()
  expect(codes).toEqual([0, ...Array.from({ length: 49 }, () => 3)])
  for (const one of ended.filter(({ code }) => code === 3)) {
    const { error } = z
      .object({ error: z.looseObject({ code: z.string(), conflicts: z.array(z.unknown()) }) })
      .parse(JSON.parse(one.err))
    expect(error.code).toBe('duplicate')
    expect(error.conflicts).toHaveLength(1)
  }
  const { batches } = await place.json(z.looseObject({ batches: z.array(batchSchema) }), ['list', '--all'])
  expect(batches).toHaveLength(1)
})
