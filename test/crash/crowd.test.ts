import { mkdtempSync, rmSync } from 'node:fs'
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
