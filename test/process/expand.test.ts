/** Batches whose inputs are looked up when it is their turn, through the built command line. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { aPlace, type Place } from './slipway.ts'

const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })
const show = (place: Place, batch: number) => place.json(showDocument, ['show', String(batch), '--jobs'])
const listed = async (place: Place) =>
  (await place.json(z.looseObject({ batches: z.array(batchSchema) }), ['list', '--all'])).batches

const stages = (more = '') => `
batches:
  - type: one
    run: [sh, -c, 'cp "$1" "res/$2.json"', sh, "{input}", "{stem}"]
    over: { files: "data/*.csv" }
    expect: "res/{stem}.json"
    make-folders: true
  - type: two
    after: one
    run: [sh, -c, 'echo "$1" >> seen', sh, "{input}"]
    over: { files: "res/*.json" }
${more}`

/** So many files for stage one, numbered from `from`. */
function addData(place: Place, from: number, to: number): void {
  mkdirSync(join(place.project, 'data'), { recursive: true })
  for (let n = from; n <= to; n += 1) writeFileSync(join(place.project, 'data', `d${n}.csv`), `${n}\n`)
}

const seen = (place: Place) => readFileSync(join(place.project, 'seen'), 'utf8').trim().split('\n')

test('stage two works on what stage one makes, on the first run and on later ones', async () => {
  const place = aPlace()
  addData(place, 1, 119)
  const file = place.write('x.slipway.yaml', stages())
  expect(await place.run('run', file)).toMatchObject({ code: 0 })
  expect(new Set(seen(place)).size).toBe(119)
  rmSync(join(place.project, 'seen'))
  addData(place, 120, 125)
  expect(await place.run('run', file)).toMatchObject({ code: 0 })
  expect(new Set(seen(place)).size).toBe(125)
  const { batch } = await show(place, 4)
  expect(batch).toMatchObject({ status: 'completed', sealed: true, jobs: { total: 125, succeeded: 125 } })
})

test('until then it shows what its inputs wait for, and can be held, moved, refused and cancelled', async () => {
  const place = aPlace()
  addData(place, 1, 2)
  const file = place.write('x.slipway.yaml', stages())
  expect((await place.run('add', file)).code).toBe(0)
  const [, two] = await listed(place)
  expect(two).toMatchObject({ number: 2, status: 'queued', sealed: false, jobs: { total: 0 } })
  expect((await place.run('show', '2')).out).toMatch(/inputs are looked up when #1 has completed/)
  expect(await place.run('add', file)).toMatchObject({ code: 3 })
  expect(await place.run('doctor')).toMatchObject({ code: 0 })
  expect(await place.run('move', '2', '--top')).toMatchObject({ code: 0 })
  expect(await place.run('pause', '2')).toMatchObject({ code: 0 })
  expect(await place.run('resume', '2')).toMatchObject({ code: 0 })
  expect(await place.run('cancel', '2')).toMatchObject({ code: 0 })
  expect(await place.run('retry', '2')).toMatchObject({ code: 5 })
  expect((await place.run('add', file, 'two')).code).toBe(0)
  expect(await place.run('work', '--until-empty')).toMatchObject({ code: 0 })
  expect((await listed(place)).map(({ number, status }) => [number, status])).toEqual([
    [3, 'completed'],
    [1, 'completed'],
    [2, 'cancelled'],
  ])
})

test('nothing there when it is its turn is a failure with the reason, and the queue continues', async () => {
  const place = aPlace()
  addData(place, 1, 1)
  const file = place.write(
    'x.slipway.yaml',
    `${stages().replace('res/*.json', 'res/*.jsn')}
  - { type: three, run: ['true'] }`,
  )
  expect((await place.run('add', file)).code).toBe(0)
  expect(await place.run('work', '--until-empty')).toMatchObject({ code: 1 })
  const { batch } = await show(place, 2)
  expect(batch).toMatchObject({ status: 'failed', jobs: { total: 0 } })
  expect(batch.reason).toMatch(/x\.slipway\.yaml:\d+:\d+: no file matches "res\/\*\.jsn".*d1\.json/)
  expect((await show(place, 3)).batch.status).toBe('completed')
  const retried = await place.run('retry', '2')
  expect([retried.code, retried.err]).toEqual([5, expect.stringMatching(/add it again/i)])
})

test('expand: when-added looks them up at once, and shows it', async () => {
  const place = aPlace()
  addData(place, 1, 1)
  const file = place.write('x.slipway.yaml', stages('    expand: when-added'))
  const added = await place.run('add', file)
  expect([added.code, added.err]).toEqual([2, expect.stringMatching(/no file matches "res\/\*\.json"/)])
  expect(readdirSync(place.project).sort()).toEqual(['data', 'x.slipway.yaml'])
})

test('the configuration is that of the moment in which it was added', async () => {
  const place = aPlace()
  addData(place, 1, 3)
  const file = place.write(
    'x.slipway.yaml',
    stages().replace('batches:', 'variables: { what: seen }\nbatches:'),
  )
  expect((await place.run('add', file)).code).toBe(0)
  place.write('x.slipway.yaml', 'batches: [{ type: two, run: [echo, "{value}"], over: { list: [x] } }]')
  expect(await place.run('work', '--until-empty')).toMatchObject({ code: 0 })
  expect(seen(place)).toEqual(['res/d1.json', 'res/d2.json', 'res/d3.json'])
})

test('a preview shows what is there now, and that it is an estimate', async () => {
  const place = aPlace()
  addData(place, 1, 3)
  const file = place.write('x.slipway.yaml', stages())
  const first = await place.run('preview', file)
  expect(first.out).toMatch(/two: 0 jobs as of now, after one\n.*looked up when it is its turn/)
  expect(await place.run('run', file)).toMatchObject({ code: 0 })
  expect((await place.run('add', file, '--dry-run')).out).toMatch(/two: 3 jobs as of now, after one/)
})

test('a program that is found by its name is missed before anything exists', async () => {
  const place = aPlace()
  addData(place, 1, 1)
  const file = place.write('x.slipway.yaml', stages().replace(/run: \[sh, -c, 'echo/, "run: [shh, -c, 'echo"))
  const added = await place.run('add', file)
  expect([added.code, added.err]).toEqual([2, expect.stringMatching(/program "shh" is not found/)])
})

test('what the rest and what is new leave out, is left out when it is its turn', async () => {
  const place = aPlace()
  addData(place, 1, 2)
  const file = place.write('x.slipway.yaml', stages())
  expect(await place.run('run', file)).toMatchObject({ code: 0 })
  addData(place, 3, 3)
  expect(await place.run('run', file, '--skip-done')).toMatchObject({ code: 0 })
  expect(seen(place)).toEqual(['res/d1.json', 'res/d2.json', 'res/d3.json'])
  expect(await place.run('run', file, '--skip-done')).toMatchObject({ code: 0 })
  expect(seen(place)).toHaveLength(3)
})

/** Stage two over 5,000 lines, of which the host that looks them up dies after 2,000. */
async function killedHalfWay(place: Place) {
  const lines = (from: number) => Array.from({ length: 5_000 }, (_, i) => `v${i + from}`).join('\n')
  const write = (from: number) => writeFileSync(join(place.project, 'names.txt'), lines(from))
  write(1)
  const file = place.write(
    'many.slipway.yaml',
    `batches:
  - { type: one, run: ['true'] }
  - { type: two, after: one, run: ['false', "{value}"], over: { lines: names.txt }, stop-on-failure: first }`,
  )
  expect((await place.run('add', file)).code).toBe(0)
  place.env.SLIPWAY_FAILPOINT = 'mid-expansion:2'
  const working = place.start('work', '--until-empty')
  delete place.env.SLIPWAY_FAILPOINT
  expect((await working.ended).signal).not.toBeNull()
  expect((await show(place, 2)).batch).toMatchObject({
    status: 'queued',
    sealed: false,
    jobs: { total: 2_000 },
  })
  return { write }
}

test('a host that dies while it looks up inputs leaves a beginning, and the next one does the rest', async () => {
  const place = aPlace()
  await killedHalfWay(place)
  expect((await place.run('work', '--until-empty')).code).toBe(1)
  const { batch } = await show(place, 2)
  expect(batch).toMatchObject({ status: 'failed', sealed: true, jobs: { total: 5_000, failed: 1 } })
  expect(batch.reason).toMatch(/first failure/)
})

test('where the inputs have changed meanwhile, nothing of it runs, and the reason contains what to do', async () => {
  const place = aPlace()
  const { write } = await killedHalfWay(place)
  write(2)
  expect((await place.run('work', '--until-empty')).code).toBe(1)
  const { batch } = await show(place, 2)
  expect(batch).toMatchObject({ status: 'failed', jobs: { total: 2_000, succeeded: 0, failed: 0 } })
  expect(batch.reason).toMatch(/inputs changed .* add it again/)
  expect((await place.run('retry', '2', '--all')).code).toBe(5)
})
