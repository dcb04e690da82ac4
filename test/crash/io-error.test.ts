import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { readJournals } from '../../src/core/launcher/journal.ts'
import { type LauncherEvent, startLauncher } from '../../src/core/launcher/launcher.ts'
import { until } from '../helpers/launcher-kit.ts'
import { aPlace, type Place } from '../process/slipway.ts'
import { checkDatabase } from '../torture/checks.ts'
import { buildPreload, launcherWith } from './preload.ts'

const listDocument = z.looseObject({ batches: z.array(batchSchema) })
const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })

const tools = mkdtempSync(join(tmpdir(), 'slipway-faulty-'))
/** The failing disk, to be preloaded; null where there is no compiler for it. */
const faulty = buildPreload(tools, 'faulty')
afterAll(() => rmSync(tools, { recursive: true, force: true }))

/** Lets what the place starts from now on meet errors; null: no more. */
function faults(place: Place, how: { on: string; at?: number; during?: string; hit?: string } | null): void {
  const set = (name: string, value: string | null | undefined) => {
    if (value == null) delete place.env[name]
    else place.env[name] = value
  }
  set('LD_PRELOAD', how && faulty)
  set('FAULTY_ON', how?.on)
  set('FAULTY_AT', how?.at?.toString())
  set('FAULTY_WHILE', how?.during)
  set('FAULTY_HIT', how?.hit)
}

function soundness(place: Place): string[] {
  const db = new Database(join(place.home, 'slipway.db'), { readonly: true })
  const verdict = { checked: 0, wrong: [] as string[] }
  checkDatabase(db, verdict)
  db.close()
  return verdict.wrong
}

const raw = /SQLITE_|constraint|disk I\/O|at .*\.js/

describe.skipIf(faulty === null)(
  'a disk that reports I/O errors (preloaded; it takes Linux and a C compiler)',
  () => {
    test('under the database: a command is done or refused whole, whichever write or sync fails', async () => {
      const place = aPlace()
      await place.run('list')
      const hit = join(place.project, 'hit')
      const file = place.write(
        'a.slipway.yaml',
        'batches: [{ type: a, run: [echo, "{value}"], over: { range: 1..30 } }]',
      )
      const answers: Record<string, number> = {}
      let confirmed = 0
      // Until a whole command needs fewer operations than that; the first dozen one by one, then in strides.
      for (let at = 1; ; at += at < 12 ? 1 : 5) {
        rmSync(hit, { force: true })
        faults(place, { on: '/home/slipway.db', at, hit })
        const { code, err, out } = await place.run('add', file, '--if-exists', 'allow', '--json')
        faults(place, null)
        answers[String(code)] = (answers[String(code)] ?? 0) + 1
        if (code === 0) confirmed += 1
        else {
          expect([at, code, out]).toEqual([at, 6, ''])
          expect(err).toMatch(/the disk|can't be written/i)
          expect(err).not.toMatch(raw)
        }
        expect(soundness(place), `operation ${at}`).toEqual([])
        const { batches } = await place.json(listDocument, ['list'])
        const whole = batches.filter((batch) => batch.sealed)
        expect(whole.map((batch) => batch.jobs.total)).toEqual(whole.map(() => 30))
        expect(whole.length).toBe(confirmed)
        if (!existsSync(hit)) break
      }
      expect(answers['6']).toBeGreaterThan(10)
      expect(answers['0']).toBeGreaterThan(0)
      // And it continues: everything that was confirmed runs.
      expect((await place.run('work', '--until-empty')).code).toBe(0)
      expect(soundness(place)).toEqual([])
    })

    test('under the database while jobs run: the reason is reported, verdicts are kept, and it continues by itself', async () => {
      const place = aPlace()
      const broken = join(place.project, 'broken')
      const file = place.write(
        'pairs.slipway.yaml',
        `batches:
  - type: pairs
    parallel: 2
    run: [sh, -c, 'echo "begin $1" >> trace; while [ ! -e "gate$1" ]; do sleep 0.02; done', sh, "{value}"]
    over: { range: 1..6 }`,
      )
      await place.run('add', file)
      faults(place, { on: '/home/slipway.db', during: broken })
      const host = place.start('work', '--until-empty')
      faults(place, null)
      const begun = () =>
        existsSync(join(place.project, 'trace'))
          ? readFileSync(join(place.project, 'trace'), 'utf8').split('\n').length - 1
          : 0
      await until(() => begun() === 2, 'two jobs run')
      writeFileSync(broken, '')
      writeFileSync(join(place.project, 'gate1'), '')
      const output = await host.until(/tried again: the disk reports an error/)
      expect(begun()).toBe(2)
      for (const n of [2, 3, 4, 5, 6]) writeFileSync(join(place.project, `gate${n}`), '')
      rmSync(broken)
      const { code, err } = await host.ended
      expect(code).toBe(0)
      expect(output + err).not.toMatch(raw)
      const { batch, jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
      expect(batch.status).toBe('completed')
      expect(jobs.map((job) => [job.status, job.attempts])).toEqual(jobs.map(() => ['succeeded', 1]))
      expect(soundness(place)).toEqual([])
    })

    test('under the logs alone: a job that can not write fails by itself, its record is whole, the next one runs', async () => {
      const place = aPlace()
      const broken = join(place.project, 'broken')
      writeFileSync(broken, '')
      const file = place.write(
        'loud.slipway.yaml',
        `batches:
  - type: loud
    run: [sh, -c, 'echo hello || exit 9']
  - type: quiet
    run: ['true']`,
      )
      await place.run('add', file)
      faults(place, { on: '/home/logs/', during: broken })
      expect((await place.run('work', '--until-empty')).code).toBe(1)
      const { jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
      expect(jobs).toMatchObject([{ status: 'failed', exitCode: 9 }])
      expect((await place.json(showDocument, ['show', '2'])).batch.status).toBe('completed')
      rmSync(broken)
      await place.run('retry', '1')
      expect((await place.run('work', '--until-empty')).code).toBe(0)
      expect((await place.run('logs', '1', '1')).out).toContain('hello')
      expect(soundness(place)).toEqual([])
    })

    test('under a backup: it is whole or not there', async () => {
      const place = aPlace()
      await place.run('list')
      const hit = join(place.project, 'hit')
      for (let at = 1; at === 1 || existsSync(hit); at += at < 8 ? 1 : 7) {
        rmSync(hit, { force: true })
        const file = join(place.project, `copy-${at}.db`)
        faults(place, { on: '/project/copy-', at, hit })
        const { code, err } = await place.run('backup', file)
        faults(place, null)
        if (code !== 0) {
          expect(err).not.toMatch(raw)
          expect(existsSync(file), `operation ${at}`).toBe(false)
          continue
        }
        const copy = new Database(file, { readonly: true })
        expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
        copy.close()
      }
    })

    test.each(['native', 'node'] as const)(
      'under the %s launcher: what it can not note down is not started, and what ended meanwhile is not lost',
      async (kind) => {
        const home = mkdtempSync(join(tools, 'home-'))
        const broken = join(home, 'broken')
        const events: LauncherEvent[] = []
        const launcher = await startLauncher({
          launcherDir: launcherWith(tools, kind, {
            LD_PRELOAD: faulty ?? '',
            FAULTY_ON: '/run/',
            FAULTY_WHILE: broken,
          }),
          runDir: join(home, 'run'),
          hostId: 'h',
          env: { ...process.env, SLIPWAY_LAUNCHER: 'native' },
          onEvent: (event) => events.push(event),
        })
        onTestFinished(() => launcher.close())
        const job = (attempt: string, script: string) =>
          launcher.start({
            attempt,
            argv: ['/bin/sh', '-c', script],
            cwd: home,
            env: {},
            logPath: join(home, 'logs', `${attempt}.log`),
            logLimitBytes: 1_000_000,
            timeoutMs: null,
            graceMs: 100,
          })
        const reports = (what: string, attempt: string) =>
          events.find(
            (e) =>
              e.kind === what && ('exit' in e ? e.exit.attempt : 'attempt' in e && e.attempt) === attempt,
          )
        job('1.1', 'while [ ! -e gate ]; do sleep 0.01; done; exit 7')
        await until(() => reports('started', '1.1') !== undefined, 'it runs')
        writeFileSync(broken, '')
        writeFileSync(join(home, 'gate'), '')
        await until(() => reports('exited', '1.1') !== undefined, 'it has ended')
        job('2.1', 'echo started > started')
        await until(() => reports('refused', '2.1') !== undefined, 'it is refused')
        expect(reports('refused', '2.1')).toMatchObject({
          stage: 'log',
          errno: 'EIO',
          message: expect.stringMatching(/the disk reports an error/),
        })
        expect(existsSync(join(home, 'started'))).toBe(false)
        const exits = () => readJournals(join(home, 'run')).flatMap((journal) => [...journal.exits.values()])
        expect(exits()).toEqual([])
        rmSync(broken)
        await until(() => exits().length === 1, 'the exit is noted down')
        expect(exits()).toMatchObject([{ attempt: '1.1', exitCode: 7 }])
        job('3.1', 'exit 0')
        await until(() => reports('exited', '3.1') !== undefined, 'it continues')
      },
    )
  },
)
