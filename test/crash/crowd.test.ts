import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { addBatch, temporaryDatabase } from '../helpers/database.ts'
import { startProcess } from '../process/slipway.ts'
import { checkAll, openReadOnly } from '../torture/checks.ts'
import { buildStamp, configurations, Ground, types } from '../torture/ground.ts'
import { seeded } from '../torture/random.ts'

test('eight processes that compete for thousands of claims get each exactly once, and no error', {
  timeout: 300_000,
}, async () => {
  const runs = Number(process.env.SLIPWAY_CLAIMS ?? 1_000) / 20
  const db = temporaryDatabase({ executor: false })
  const expected: string[] = []
  for (let n = 0; n < 20; n += 1) {
    const { id } = addBatch(db, { type: `type-${n}`, jobs: 1 })
    for (let run = 1; run <= runs; run += 1) expected.push(`${id} ${run}`)
  }
  const program = fileURLToPath(new URL('claimer.ts', import.meta.url))
  const fighters = Array.from({ length: 8 }, (_, n) =>
    startProcess(process.execPath, [program, db.path, `fighter-${n}`, String(runs)], {
      cwd: tmpdir(),
      env: process.env,
    }),
  )
  const ended = await Promise.all(fighters.map((one) => one.ended))
  expect(ended.map(({ code, err }) => ({ code, err }))).toEqual(ended.map(() => ({ code: 0, err: '' })))
  const claimed = ended.flatMap(({ out }) => JSON.parse(out) as string[])
  expect(claimed.sort()).toEqual(expected.sort())
})

test('eight hosts, of which one after the other is killed, run a long line of batches: each once, one at a time', {
  timeout: 3_000_000,
}, async () => {
  const many = Number(process.env.SLIPWAY_CROWD ?? 400)
  const tools = mkdtempSync(join(tmpdir(), 'slipway-crowd-'))
  const stamp = buildStamp(tools)
  const ground = new Ground(stamp)
  onTestFinished(async () => {
    await ground.close()
    for (const folder of [ground.folder, tools])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  for (const [key, value] of [
    ['heartbeat-interval-ms', '100'],
    ['finalizer-interval-ms', '1000'],
    ['finalizer-grace-ms', '500'],
    ['kill-grace-ms', '100'],
  ])
    await ground.deed(['settings', key ?? '', value ?? ''])
  const file = join(ground.project, 'line.slipway.yaml')
  const run = JSON.stringify([...stamp, ground.trace, '0', 'ok'])
  writeFileSync(
    file,
    `batches: [{ type: line, run: ${run}, over: { range: 1..${many}, size: 1 }, repeat: true }]`,
  )
  expect((await ground.deed(['add', file])).code).toBe(0)
  const everyone = Array.from({ length: 8 }, () => ground.host(null))
  const db = openReadOnly(ground)
  const open = db
    .prepare<[], number>(
      `SELECT count(*) FROM batches b WHERE completed_at IS NULL OR NOT EXISTS
         (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)`,
    )
    .pluck()
  const executor = db.prepare<[], number>('SELECT pid FROM hosts WHERE executor = 1').pluck()
  // Eight times on the way the one that works is killed, and a new one joins those that wait.
  for (let kill = 1; kill <= 8; kill += 1) {
    while ((open.get() ?? 0) > many - (many / 9) * kill) await pause(20)
    const victim = [...ground.hosts].find((host) => host.pid === executor.get())
    if (!victim) continue
    victim.child.kill('SIGKILL')
    await victim.ended
    everyone.push(ground.host(null))
  }
  while ((open.get() ?? 0) > 0) await pause(50)
  const claims = db
    .prepare<[], { batch: string; n: number }>(
      `SELECT batch_id AS batch, count(*) AS n FROM events WHERE kind = 'batch_claimed' GROUP BY batch_id`,
    )
    .all()
  const workers = db
    .prepare<[], number>(`SELECT count(DISTINCT host_id) FROM events WHERE kind = 'batch_claimed'`)
    .pluck()
    .get()
  const statuses = db.prepare<[], string>('SELECT DISTINCT status FROM batches').pluck().all()
  db.close()
  expect(claims.length).toBe(many)
  expect(claims.filter(({ n }) => n !== 1)).toEqual([])
  expect(statuses).toEqual(['completed'])
  expect(workers).toBeGreaterThan(6)
  expect(checkAll(ground, new Map()).wrong).toEqual([])
  expect(everyone.map((host) => host.err()).join('')).not.toMatch(
    /SQLITE|constraint|would have broken|disk I/i,
  )
})

test('eight hosts and a crowd that cancels, retries and moves: one order, typed answers, nothing raw', {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.SLIPWAY_TORTURE_SEED ?? Date.now() % 1_000_000)
  const random = seeded(seed)
  const tools = mkdtempSync(join(tmpdir(), 'slipway-crowd-'))
  const ground = new Ground(buildStamp(tools))
  onTestFinished(async () => {
    await ground.close()
    for (const folder of [ground.folder, tools])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  for (const [key, value] of [
    ['heartbeat-interval-ms', '100'],
    ['finalizer-interval-ms', '150'],
    ['finalizer-grace-ms', '50'],
    ['kill-grace-ms', '100'],
  ])
    await ground.deed(['settings', key ?? '', value ?? ''])
  for (let n = 0; n < 8; n += 1) ground.host(null)
  const answers: Record<string, number> = {}
  const one = async (): Promise<void> => {
    const batch = String(random.between(1, 20))
    const args = random.pick([
      [
        'add',
        ground.file(random.pick(configurations)),
        random.pick(types),
        '--if-exists',
        random.pick(['fail', 'allow', 'replace', 'remaining']),
      ],
      ['add', ground.file(random.pick(configurations)), random.pick(types)],
      ['cancel', batch],
      ['retry', batch, '--all', '--if-exists', random.pick(['fail', 'allow'])],
      ['move', batch, random.pick(['--top', '--bottom'])],
      ['priority', batch, String(random.between(0, 3))],
    ])
    const { code, err } = await ground.deed(args)
    answers[`${args[0]} ${code}`] = (answers[`${args[0]} ${code}`] ?? 0) + 1
    expect([0, 3, 4, 5], `seed ${seed}: ${args.join(' ')}: ${err}`).toContain(code)
    expect(err).not.toMatch(/SQLITE|constraint|would have broken/i)
  }
  for (let n = 0; n < 8; n += 1) await Promise.all(Array.from({ length: 6 }, one))
  const db = openReadOnly(ground)
  const open = db.prepare<[], { n: number }>(
    `SELECT count(*) AS n FROM batches b WHERE completed_at IS NULL OR NOT EXISTS
       (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)`,
  )
  while ((open.get()?.n ?? 0) > 0) await pause(50)
  db.close()
  expect(checkAll(ground, new Map()).wrong, `seed ${seed}`).toEqual([])
  expect(Object.keys(answers).length, JSON.stringify(answers)).toBeGreaterThan(5)
})
