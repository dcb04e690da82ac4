/** A host of the built command line under which rows were changed by hand: the rest runs, and one SIGTERM ends it. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, findingSchema } from '../../src/contract/entities.ts'
import { aPlace } from './slipway.ts'

const listDocument = z.looseObject({ batches: z.array(batchSchema) })
const doctorDocument = z.looseObject({ healthy: z.boolean(), findings: z.array(findingSchema) })

/** SIGTERM to the end of the process: jobs are done, so there is nothing to wait for. */
const graceMs = 10_000

type Poison = { sql: string; becomes: string; doctor: string[] }

const poisons: Record<string, Poison> = {
  "a command that is '{'": {
    sql: `UPDATE jobs SET command = '{' WHERE ordinal = 2`,
    becomes: 'completed_with_errors',
    doctor: [],
  },
  "options that are '{'": {
    sql: `UPDATE batches SET options = '{' WHERE number = 1`,
    becomes: 'paused',
    doctor: ['quarantine'],
  },
  'an attempt that has its verdict while its job runs': {
    sql: `DROP TRIGGER attempt_is_new;
          INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms)
          SELECT id, attempts, 'failed', 1, 2, 1 FROM jobs WHERE status = 'running'`,
    becomes: 'completed_with_errors',
    doctor: ['schema'],
  },
  'no host in its table': { sql: 'DELETE FROM hosts', becomes: 'completed', doctor: [] },
  'no id left for events': {
    sql: `UPDATE sqlite_sequence SET seq = 9223372036854775807`,
    becomes: 'completed',
    doctor: [],
  },
}

test.each(Object.keys(poisons))(
  '%s: the queue continues, the doctor names it, and the host ends',
  async (name) => {
    const { sql, becomes, doctor } = poisons[name] as Poison
    const place = aPlace()
    const file = place.write(
      'two.slipway.yaml',
      `batches:
  - type: first
    run: [sh, -c, 'while ! [ -e go ]; do sleep 0.02; done', sh, "{value}"]
    over: { range: 1..3 }
  - type: second
    run: ['touch', 'done']`,
    )
    await place.run('settings', 'min-free-disk-mb', '0')
    expect((await place.run('add', file)).code).toBe(0)
    const host = place.start('work')
    const db = new Database(join(place.home, 'slipway.db'))
    const running = db.prepare(`SELECT 1 FROM jobs WHERE status = 'running'`)
    await expect.poll(() => running.get()).toBeDefined()
    db.exec(sql)
    place.write('go', '')
    const status = db.prepare<[number], string>('SELECT status FROM batches WHERE number = ?').pluck()
    await expect.poll(() => status.get(2)).toBe('completed')
    await expect.poll(() => status.get(1)).toBe(becomes)
    db.close()
    const { batches } = await place.json(listDocument, ['list', '--all'])
    expect(batches.find((batch) => batch.number === 1)?.status).toBe(becomes)
    const asked = performance.now()
    host.child.kill('SIGTERM')
    const ended = await host.ended
    expect(performance.now() - asked).toBeLessThan(graceMs)
    expect(ended.err).not.toMatch(/at .*\.js|tried again/)
    const found = await place.run('doctor', '--no-repair', '--json')
    const { findings } = doctorDocument.parse(JSON.parse(found.out))
    expect(findings.filter(({ level }) => level === 'error').map(({ check }) => check)).toEqual(doctor)
  },
)
