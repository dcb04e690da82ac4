import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { outputs } from '../../../src/contract/outputs.ts'
import type { Scope } from '../../../src/core/commands/command.ts'
import { doctor } from '../../../src/core/commands/doctor.ts'
import { compareSchema } from '../../../src/core/db/schema-check.ts'
import { ATTEMPT_MARKER, RUN_DIR_MARKER } from '../../../src/core/process/process-table.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { createBatch } from '../../../src/core/queue/batch-store.ts'
import { registerHost } from '../../../src/core/queue/host-store.ts'
import { writeMark } from '../../../src/core/queue/settings-store.ts'
import { plainBatch } from '../../helpers/database.ts'
import { aBatch, aRunningBatch, aScope, clock, endJob } from './a-scope.ts'

async function examine(scope: Scope, repair = true) {
  const result = await doctor(scope, { repair })
  if (!result.ok) throw new Error(result.error.message)
  const { findings, healthy, versions } = outputs.doctor.parse(result.value)
  const bad = findings.filter(({ level }) => level !== 'ok')
  return { findings, healthy, versions, bad, about: (check: string) => bad.filter((f) => f.check === check) }
}

/** What somebody did in the sqlite3 shell. */
function inTheShell({ db }: Scope, ...statements: string[]): void {
  const raw = new Database(db.path)
  for (const statement of statements) raw.exec(statement)
  raw.close()
}

/** A host that died without a word. */
function aDeadHost({ db }: Scope, id = 'dead'): void {
  db.write(() =>
    registerHost(db, {
      id,
      kind: 'cli',
      pid: process.pid,
      process_started_at: 'long ago',
      boot_id: 'another boot',
      user: 'ann',
      version: '0.0.0',
      started_at: clock.now(),
    }),
  )
}

const withoutDuplicateRule = [
  'DROP INDEX no_active_duplicate',
  'DROP TRIGGER no_active_duplicate_i',
  'DROP TRIGGER no_active_duplicate_u',
]

describe('doctor', () => {
  it('finds a new data folder healthy, with nothing to repair, and reports which versions run', async () => {
    const scope = aScope()
    aRunningBatch(scope, 3)
    aBatch(scope)
    const { bad, healthy, versions } = await examine(scope)
    expect(bad).toEqual([])
    expect(healthy).toBe(true)
    expect(Object.keys(versions)).toEqual(['slipway', 'node', 'sqlite', 'schema', 'launcher', 'platform'])
    expect(scope.db.sql("SELECT 1 FROM events WHERE kind = 'doctor_repaired'").all()).toEqual([])
  })

  it('puts back a trigger, an index and a view, and notes it', async () => {
    const scope = aScope()
    inTheShell(
      scope,
      'DROP TRIGGER counters_follow_jobs',
      'DROP INDEX one_running_batch',
      'DROP VIEW batch_status_summary',
    )
    const looked = await examine(scope, false)
    expect(looked.healthy).toBe(false)
    expect(compareSchema(scope.db)).toHaveLength(3)
    const { about, healthy } = await examine(scope)
    expect(about('schema').map((finding) => finding.repaired)).toEqual([
      'made again',
      'made again',
      'made again',
    ])
    expect(healthy).toBe(true)
    expect(compareSchema(scope.db)).toEqual([])
    expect(scope.db.sql("SELECT 1 FROM events WHERE kind = 'doctor_repaired'").all()).toHaveLength(1)
  })

  it('changes nothing about duplicates, lists them, and heals once the user has chosen', async () => {
    const scope = aScope()
    inTheShell(scope, ...withoutDuplicateRule)
    const kept = aBatch(scope, 1, 'edm')
    const other = aBatch(scope, 1, 'edm')
    const { about, healthy } = await examine(scope)
    expect(healthy).toBe(false)
    expect(about('duplicates')[0]?.message).toContain(`#${kept.number} and #${other.number} (flood / edm)`)
    expect(about('schema').every(({ repaired }) => repaired === null)).toBe(true)
    expect(compareSchema(scope.db)).toHaveLength(3)
    scope.db.write(() => cancelBatch(scope.db, scope.context, other.id, 'chosen'))
    expect((await examine(scope)).healthy).toBe(true)
    expect(compareSchema(scope.db)).toEqual([])
  })

  it('finds active ranges that overlap', async () => {
    const scope = aScope()
    const one = aBatch(scope, 1, 'evolve')
    inTheShell(
      scope,
      ...withoutDuplicateRule,
      'DROP TRIGGER no_overlapping_range_i',
      'DROP TRIGGER no_overlapping_range_u',
      'UPDATE batches SET range_start = 0, range_end = 9',
    )
    const two = aBatch(scope, 1, 'evolve')
    inTheShell(scope, `UPDATE batches SET range_start = 5, range_end = 14 WHERE number = ${two.number}`)
    const { about } = await examine(scope)
    expect(about('duplicates')).toHaveLength(1)
    expect(about('duplicates')[0]?.message).toContain(`#${one.number} and #${two.number}`)
  })

  it('finds two running batches and keeps its hands off', async () => {
    const scope = aScope()
    aRunningBatch(scope)
    const other = aBatch(scope)
    inTheShell(
      scope,
      'DROP INDEX one_running_batch',
      'DROP INDEX one_batch_per_position',
      'DROP TRIGGER position_is_free_u',
      `UPDATE batches SET status = 'running', position = 0 WHERE number = ${other.number}`,
    )
    const { about, healthy } = await examine(scope)
    expect(about('running')[0]).toMatchObject({ level: 'error', repaired: null })
    expect(compareSchema(scope.db)).toHaveLength(3)
    expect(healthy).toBe(false)
  })

  it('closes gaps in the queue', async () => {
    const scope = aScope()
    const ids = [aBatch(scope), aBatch(scope), aBatch(scope)].map(({ id }) => id)
    inTheShell(
      scope,
      'UPDATE batches SET position = 40 WHERE position = 1',
      'UPDATE batches SET position = 7 WHERE position = 2',
    )
    const { about, healthy } = await examine(scope)
    expect(about('positions')[0]?.repaired).toContain('numbered 1 to 3')
    expect(healthy).toBe(true)
    const line = scope.db.sql<{ id: string }>('SELECT id FROM batches ORDER BY position').all()
    expect(line.map(({ id }) => id)).toEqual([ids[2], ids[1], ids[0]])
    expect(scope.db.sql('SELECT position FROM batches ORDER BY 1').all()).toEqual(
      [1, 2, 3].map((position) => ({ position })),
    )
  })

  it('reports counters that differ from their jobs, and never writes them', async () => {
    const scope = aScope()
    const { number } = aBatch(scope, 3)
    inTheShell(
      scope,
      'DROP TRIGGER counters_follow_jobs',
      'UPDATE batches SET jobs_total = 4, jobs_pending = 4',
    )
    const { about, healthy } = await examine(scope)
    expect(about('counters')[0]).toMatchObject({ level: 'error', repaired: null })
    expect(about('counters')[0]?.message).toContain(`#${number}`)
    expect(healthy).toBe(false)
    expect(scope.db.sql('SELECT jobs_total FROM batches').get()).toEqual({ jobs_total: 4 })
  })

  it('finds jobs that count as running in a batch that does not', async () => {
    const scope = aScope()
    const { id, number } = aBatch(scope, 2)
    inTheShell(scope, `UPDATE jobs SET status = 'running' WHERE batch_id = '${id}' AND ordinal = 1`)
    const { about } = await examine(scope)
    expect(about('running')[0]?.message).toContain(`1 job of #${number}, which is queued`)
  })

  it('reports when the host of a running batch is gone', async () => {
    const scope = aScope()
    const { id } = aRunningBatch(scope)
    aDeadHost(scope)
    scope.db.exec(`UPDATE batches SET host_id = 'dead' WHERE id = '${id}'`)
    const { about, healthy } = await examine(scope)
    expect(about('running')[0]).toMatchObject({ level: 'warning' })
    expect(about('hosts')[0]).toMatchObject({ level: 'notice' })
    expect(healthy).toBe(true) // the next executor repairs this by itself
  })

  it('removes the fill of a dead host, and not that of a live one', async () => {
    const scope = aScope()
    aDeadHost(scope)
    const other = aBatch(scope)
    const fill = (type: string) => plainBatch(other.configuration_id, type)
    scope.db.write(() => {
      createBatch(scope.db, { ...scope.context, hostId: 'dead' }, fill('dead'))
      createBatch(scope.db, { ...scope.context, hostId: 'here' }, fill('live'))
    })
    const { about } = await examine({ ...scope, hostId: 'doctor' })
    expect(about('fills').map(({ level, repaired }) => `${level} ${repaired !== null}`)).toEqual([
      'warning true',
      'notice false',
    ])
    const left = scope.db.sql('SELECT batch_type FROM batches WHERE id <> ?').all(other.id)
    expect(left).toEqual([{ batch_type: 'live' }])
  })

  it('finds a batch that is done but open, counts rescues, and misses summaries', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    endJob(scope, batch, 0)
    const later = { ...scope, clock: { ...clock, now: () => clock.now() + 60_000 } }
    expect((await examine(later)).about('finalizer')[0]?.message).toContain('slipway sweep')
    scope.db.write(() => {
      cancelBatch(scope.db, scope.context, batch.id, 'enough')
      const at = clock.now()
      writeMark(scope.db, 'finalizer', { lastSweepAt: at, nextSweepAt: at, rescues: 3, lastRescueAt: at }, at)
    })
    const messages = (await examine(later)).about('finalizer').map(({ message }) => message)
    expect(messages[0]).toContain(`No summary was made yet of #${batch.number}`)
    expect(messages[1]).toContain('3 batches had to be closed by a sweep')
  })

  it.runIf(process.platform === 'linux')(
    'finds processes that jobs left behind, and leaves running jobs alone',
    async () => {
      const scope = aScope()
      const { job } = aRunningBatch(scope)
      mkdirSync(path.join(scope.home, 'run'), { mode: 0o700 })
      const start = async (attempt: string) => {
        const env = {
          [ATTEMPT_MARKER]: attempt,
          [RUN_DIR_MARKER]: realpathSync(path.join(scope.home, 'run')),
        }
        const child = spawn('/bin/sleep', ['60'], { env, stdio: 'ignore' })
        onTestFinished(() => {
          child.kill('SIGKILL')
        })
        await once(child, 'spawn')
        return child.pid
      }
      await start(`${job}.1`)
      expect((await examine(scope)).about('processes')).toEqual([])
      const orphan = await start('999.1')
      expect((await examine(scope)).about('processes')[0]?.message).toContain(String(orphan))
    },
  )

  it('takes the data folder away from other users, unless it is not only ours', async () => {
    const scope = aScope()
    for (const ours of ['logs', 'run', 'desktop']) mkdirSync(path.join(scope.home, ours), { mode: 0o700 })
    chmodSync(scope.home, 0o755)
    chmodSync(scope.db.path, 0o644)
    expect((await examine(scope)).about('modes').map(({ repaired }) => repaired)).toEqual([
      'mode 700',
      'mode 600',
    ])
    expect(statSync(scope.home).mode & 0o777).toBe(0o700)
    expect(statSync(scope.db.path).mode & 0o777).toBe(0o600)
    writeFileSync(path.join(scope.home, 'thesis.tex'), '')
    chmodSync(scope.home, 0o755)
    expect((await examine(scope)).about('modes')[0]).toMatchObject({ level: 'warning', repaired: null })
    expect(statSync(scope.home).mode & 0o777).toBe(0o755)
  })

  it('mentions copies that a killed backup left', async () => {
    const scope = aScope()
    const left = path.join(scope.home, 'b.db.slipway-copy-0123456789ab.partial')
    writeFileSync(left, '')
    expect((await examine(scope)).about('copies')[0]?.message).toContain(left)
  })

  it('recognises a damaged file, and looks no further', async () => {
    const scope = aScope()
    aBatch(scope, 500)
    scope.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const bytes = readFileSync(scope.db.path)
    bytes.fill(0x5a, 4_096 * 3, 4_096 * 60)
    writeFileSync(scope.db.path, bytes)
    const fresh = new Database(scope.db.path)
    fresh.exec('PRAGMA user_version = 1') // makes other connections drop what they have in memory
    fresh.close()
    const { about, healthy, findings } = await examine(scope)
    expect(about('integrity')[0]).toMatchObject({ level: 'error' })
    expect(healthy).toBe(false)
    expect(findings.some(({ check }) => check === 'counters')).toBe(false)
  })
})
