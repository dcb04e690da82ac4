import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/core/db/open.ts'
import { checkDatabase, checkFacts, checkSubmits } from '../torture/checks.ts'
import { buildStamp, type Fact, Ground } from '../torture/ground.ts'
import { seeded } from '../torture/random.ts'
import { afterPowerCut, buildRecorder, type Operation, readOperations, tears } from './written.ts'

const tools = mkdtempSync(join(tmpdir(), 'slipway-power-'))
/** Null: no C compiler on Linux, and power cuts are not simulated here. */
const recorder = process.platform === 'linux' ? buildRecorder(tools) : null
const log = join(tools, 'writes')

/** A fact and the size that the log of writes had when it was confirmed. */
type Confirmed = { fact: Fact; logged: number }

describe.skipIf(recorder === null)(
  'every write of the built command line, and a power cut after any of them',
  () => {
    let ground: Ground
    let operations: Operation[] = []
    const confirmed: Confirmed[] = []
    /** Batches that were seen to be final, in any host. */
    const final: { id: string; status: string; logged: number }[] = []

    const deed = async (...args: string[]) => {
      const ended = await ground.deed(args)
      const fact = ground.facts.at(-1)
      if (ended.code === 0 && fact) confirmed.push({ fact, logged: statSync(log).size })
      return ended
    }

    beforeAll(async () => {
      ground = new Ground(buildStamp(tools), { LD_PRELOAD: recorder ?? '', SLIPWAY_WRITES: log })
      const ant = ground.file('ant')
      await deed('add', ant)
      // From here on somebody watches: the WAL is no longer emptied when a command ends.
      const watcher = new Database(join(ground.home, 'slipway.db'), { readonly: true })
      await deed('settings', 'heartbeat-interval-ms', '50')
      await deed('settings', 'finalizer-interval-ms', '100')
      await deed('add', ground.file('bee'), 'plain')
      await deed('move', '4', '--top')
      await deed('priority', '2', '1')
      await deed('pause', '1')
      await deed('cancel', '3', '--reason', 'power')
      await deed('add', ground.file('bee'), 'plain', '--if-exists', 'replace')
      await deed('resume', '1')
      const host = ground.host(null)
      const open = watcher.prepare<[], { n: number }>(
        'SELECT count(*) AS n FROM batches WHERE completed_at IS NULL',
      )
      const ends = watcher.prepare<[], { id: string; status: string }>(
        'SELECT id, status FROM batches WHERE completed_at IS NOT NULL',
      )
      while ((open.get()?.n ?? 0) > 0) await pause(20)
      for (const row of ends.all()) final.push({ ...row, logged: statSync(log).size })
      await deed('retry', '2', '--all')
      while ((open.get()?.n ?? 0) > 0) await pause(20)
      // Heartbeats only, each another time in its row.
      const beat = watcher.prepare<[], { at: number }>('SELECT max(heartbeat_at) AS at FROM hosts')
      const beats = new Set<number>()
      while (beats.size < 8) {
        beats.add(beat.get()?.at ?? 0)
        await pause(5)
      }
      host.child.kill('SIGKILL')
      await host.ended
      watcher.close()
      await deed('add', ground.file('cat'))
      operations = readOperations(log)
    })

    afterAll(async () => {
      await ground?.close()
      if (ground) rmSync(ground.folder, { recursive: true, force: true })
      rmSync(tools, { recursive: true, force: true })
    })

    test('leaves a whole database with everything that was confirmed before, however the rest is torn', () => {
      const seed = Number(process.env.SLIPWAY_TORTURE_SEED ?? Date.now() % 1_000_000)
      const random = seeded(seed)
      const states = Number(process.env.SLIPWAY_POWER_CUTS ?? 80)
      let facts = 0
      for (let n = 0; n < states; n += 1) {
        const cut = random.between(1, operations.length)
        const before = operations.slice(0, cut)
        const tear = random.pick(tears)
        const home = join(tools, `state-${n}`)
        mkdirSync(home)
        const files = { D: join(home, 'slipway.db'), W: join(home, 'slipway.db-wal') }
        for (const file of ['D', 'W'] as const) {
          const content = afterPowerCut(before, file, tear, random)
          if (content !== null) writeFileSync(files[file], content)
        }
        const what = `seed ${seed}, cut ${cut} of ${operations.length}, ${tear}`
        const logged = before.at(-1)?.end ?? 0
        const opened = openDatabase(home)
        expect(opened.ok, `${what}: ${opened.ok ? '' : opened.error.message}`).toBe(true)
        if (opened.ok) opened.value.close()
        const db = new Database(files.D, { readonly: true })
        const verdict = { checked: 0, wrong: [] as string[] }
        checkDatabase(db, verdict)
        checkSubmits(db, verdict)
        const due = confirmed.filter((one) => one.logged <= logged)
        checkFacts(
          db,
          due.map((one) => one.fact),
          verdict,
        )
        const status = db.prepare<[string], { status: string; run: number }>(
          'SELECT status, run FROM batches WHERE id = ?',
        )
        for (const one of final.filter((one) => one.logged <= logged)) {
          const now = status.get(one.id)
          if (now?.status !== one.status && now?.run === 1)
            verdict.wrong.push(`was ${one.status}, is ${now.status}`)
          verdict.checked += 1
        }
        db.close()
        expect(verdict.wrong, what).toEqual([])
        facts += due.length
        rmSync(home, { recursive: true })
      }
      expect(facts).toBeGreaterThan(states) // cuts came after confirmations too
      console.log(
        `power cuts: ${states} states of ${operations.length} operations, ${facts} confirmed facts found`,
      )
    })

    test('finds the harm where there is some: a synced frame that is taken away is missed', () => {
      const cut = operations.findLastIndex((one) => one.op === 's' && one.file === 'W')
      const before = operations.slice(0, cut + 1).filter((one, index) => one.file !== 'W' || index < cut - 60)
      const home = join(tools, 'harmed')
      mkdirSync(home)
      for (const [file, name] of [
        ['D', 'slipway.db'],
        ['W', 'slipway.db-wal'],
      ] as const) {
        const content = afterPowerCut(before, file, 'everything', seeded(1))
        if (content !== null) writeFileSync(join(home, name), content)
      }
      const db = new Database(join(home, 'slipway.db'))
      const verdict = { checked: 0, wrong: [] as string[] }
      checkFacts(
        db,
        confirmed.map((one) => one.fact),
        verdict,
      )
      db.close()
      expect(verdict.wrong).not.toEqual([])
    })

    test('a command syncs what it wrote before it reports it', () => {
      let commands = 0
      for (const pid of new Set(operations.map((one) => one.pid))) {
        const own = operations.filter((one) => one.pid === pid)
        const output = own.findIndex((one) => one.file === 'O')
        const lastWrite = own.slice(0, output).findLastIndex((one) => one.op === 'w' && one.file === 'W')
        if (output < 0 || lastWrite < 0) continue
        commands += 1
        const synced = own.slice(lastWrite, output).some((one) => one.op === 's' && one.file === 'W')
        const goodbye = own
          .slice(output)
          .every((one) => one.op !== 'w' || one.file !== 'W' || own.indexOf(one) > output)
        expect(synced && goodbye, `process ${pid}`).toBe(true)
      }
      expect(commands).toBeGreaterThan(8)
    })

    test('heartbeats and sweeps wait for no disk', () => {
      const host = operations.findLast(
        (one) => one.file === 'W' && operations.filter((two) => two.pid === one.pid).length > 200,
      )
      const own = operations.filter((one) => one.pid === host?.pid && one.file === 'W')
      const lastSync = own.findLastIndex((one) => one.op === 's')
      expect(own.slice(lastSync + 1).filter((one) => one.op === 'w').length).toBeGreaterThan(5)
    })
  },
)
