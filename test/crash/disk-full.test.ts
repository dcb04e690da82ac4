import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { aPlace, type Place } from '../process/slipway.ts'
import { checkDatabase } from '../torture/checks.ts'
import { mayMount, SmallDisk } from './small-disk.ts'

const listDocument = z.looseObject({ batches: z.array(batchSchema) })
const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })

/** A disk of so many KiB under the place's data folder (or a part of it). */
function small(place: Place, part: string, kib: number): SmallDisk {
  const disk = new SmallDisk(join(place.home, part), kib)
  onTestFinished(() => disk.unmount())
  return disk
}

function soundness(place: Place): string[] {
  const db = new Database(join(place.home, 'slipway.db'), { readonly: true })
  const verdict = { checked: 0, wrong: [] as string[] }
  checkDatabase(db, verdict)
  db.close()
  return verdict.wrong
}

const trace = (place: Place): string[] => {
  try {
    return readFileSync(join(place.project, 'trace'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}
const traced = async (place: Place, lines: number) => {
  while (trace(place).length < lines) await pause(10)
}

/** Waits until an event of this kind is recorded. */
async function recorded(place: Place, kind: string): Promise<void> {
  const db = new Database(join(place.home, 'slipway.db'), { readonly: true })
  const found = db.prepare('SELECT 1 FROM events WHERE kind = ?')
  while (found.get(kind) === undefined) await pause(10)
  db.close()
}

/**
 * Eight jobs, two at a time, that leave their trace outside of the small disk. Job N ends once the test has opened gate N
 * (or all of them), or when the project is gone.
 */
const pairs = (place: Place) =>
  place.write(
    'pairs.slipway.yaml',
    `batches:
  - type: pairs
    parallel: 2
    run: [sh, -c, 'echo "begin $1" >> trace; while [ -d "$PWD" ] && ! [ -e "gate$1" ] && ! [ -e gates ]; do sleep 0.02; done; echo "end $1" >> trace', sh, "{value}"]
    over: { range: 1..8 }`,
  )
const open = (place: Place, ...gates: string[]) => {
  for (const gate of gates) writeFileSync(join(place.project, gate), '')
}

/** The most jobs that ran at once from this line of the trace on. */
function most(lines: readonly string[]): number {
  let now = 0
  return Math.max(...lines.map((line) => (now += line.startsWith('begin') ? 1 : -1)))
}

describe.skipIf(!mayMount())('a full disk (a tmpfs; mounting it takes root)', () => {
  test('under the database: a command is done or refused whole, at whichever page the disk is full', async () => {
    const place = aPlace()
    const disk = small(place, '', 1_024)
    const file = place.write(
      'a.slipway.yaml',
      'batches: [{ type: a, run: [echo, "{value}"], over: { range: 1..300 } }]',
    )
    expect((await place.run('add', file)).code).toBe(0)
    const answers = new Set<number | null>()
    let batches = 1
    for (const pages of [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 34, 40, 60, 90, 130, 200]) {
      disk.fill(pages)
      const { code, err, out } = await place.run('add', file, '--if-exists', 'allow', '--json')
      answers.add(code)
      disk.empty()
      if (code === 0) batches += 1
      else {
        expect({ pages, code, out: code === 6 && /disk|full/i.test(err) ? '' : out + err }).toEqual({
          pages,
          code: 6,
          out: '',
        })
        expect(err).not.toMatch(/SQLITE_|at .*\.js/)
      }
      expect(soundness(place), `${pages} pages`).toEqual([])
      const { batches: listed } = await place.json(listDocument, ['list'])
      expect(listed.filter((batch) => batch.sealed).map((batch) => batch.jobs.total)).toEqual(
        Array.from({ length: batches }, () => 300),
      )
      // What could not be taken back on a full disk is taken back by the next one.
      if (code === 0) expect(listed.filter((batch) => !batch.sealed)).toEqual([])
    }
    expect([...answers].sort()).toEqual([0, 6])
  })

  test('while jobs run: verdicts are kept and written when there is room, with the same concurrency', async () => {
    const place = aPlace()
    const disk = small(place, '', 4_096)
    await place.run('settings', 'min-free-disk-mb', '0')
    await place.run('add', pairs(place))
    const host = place.start('work', '--until-empty')
    await traced(place, 2)
    disk.fill(0)
    open(place, 'gate1', 'gate2')
    await host.until(/tried again/)
    await traced(place, 4)
    const stuck = trace(place).length
    disk.empty()
    await traced(place, stuck + 2) // two more begin, and none has ended yet
    open(place, 'gates')
    expect((await host.ended).code).toBe(0)
    const { batch, jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
    expect(batch.status).toBe('completed')
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual(
      Array.from({ length: 8 }, () => ['succeeded', 1]),
    )
    expect(stuck).toBeLessThan(16)
    expect(most(trace(place).slice(4))).toBe(2)
    expect(soundness(place)).toEqual([])
  })

  test('while jobs run: the second SIGTERM ends the host, and the next one finds how they ended', async () => {
    const place = aPlace()
    const disk = small(place, '', 4_096)
    await place.run('settings', 'min-free-disk-mb', '0')
    await place.run('settings', 'kill-grace-ms', '500')
    const file = place.write(
      'waits.slipway.yaml',
      `batches:
  - type: waits
    parallel: 2
    run: [sh, -c, 'echo "begin $1" >> trace; while ! [ -e "go $1" ]; do sleep 0.05; done', sh, "{value}"]
    over: { range: 1..2 }`,
    )
    await place.run('add', file)
    const host = place.start('work', '--until-empty')
    await traced(place, 2)
    disk.fill(0)
    place.write('go 1', '')
    await host.until(/tried again/)
    host.child.kill('SIGTERM')
    await host.until(/Finishing the running jobs/)
    const asked = performance.now()
    host.child.kill('SIGTERM')
    await host.ended
    expect(performance.now() - asked).toBeLessThan(10_000)
    disk.empty()
    place.write('go 2', '')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    const { batch, jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
    expect(batch.status).toBe('completed')
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 2],
    ])
    expect(trace(place).filter((line) => line === 'begin 1')).toHaveLength(1)
    expect(soundness(place)).toEqual([])
  })

  test('nearly: nothing more starts, the reason is reported, and it continues by itself', async () => {
    const place = aPlace()
    const disk = small(place, '', 16_384)
    await place.run('settings', 'min-free-disk-mb', '8')
    await place.run('add', pairs(place))
    disk.fill(1_000)
    const host = place.start('work', '--until-empty')
    await recorded(place, 'disk_low')
    expect(trace(place)).toEqual([])
    expect((await place.run('list')).out).toMatch(/nothing starts until the disk has/)
    disk.empty()
    await traced(place, 2)
    open(place, 'gates')
    expect((await host.ended).code).toBe(0)
    expect(most(trace(place))).toBe(2)
  })

  test("under the logs alone: only jobs that can't write fail, the records are complete, the queue continues", async () => {
    const place = aPlace()
    await place.run('list')
    small(place, 'logs', 256)
    const file = place.write(
      'loud.slipway.yaml',
      `batches:
  - type: loud
    run: [head, -c, '1000000', /dev/zero]
  - type: quiet
    run: ['true']`,
    )
    await place.run('add', file)
    expect((await place.run('work', '--until-empty')).code).toBe(1)
    const { batches } = await place.json(listDocument, ['list', '--all'])
    expect(Object.fromEntries(batches.map((batch) => [batch.type, batch.status]))).toEqual({
      loud: 'completed_with_errors',
      quiet: 'completed',
    })
    expect(soundness(place)).toEqual([])
  })

  test('under everything but the logs: what was acknowledged before is there afterwards', async () => {
    const place = aPlace()
    const disk = small(place, '', 2_048)
    small(place, 'logs', 2_048)
    await place.run('settings', 'min-free-disk-mb', '0')
    await place.run('add', pairs(place))
    const host = place.start('work', '--until-empty')
    open(place, 'gate1')
    await traced(place, 4)
    disk.fill(0)
    open(place, 'gates')
    await host.until(/tried again/)
    const { code, err } = await place.run('cancel', '1', '--reason', 'no room')
    disk.empty()
    expect((await host.ended).code).not.toBeNull()
    const { batch } = await place.json(showDocument, ['show', '1'])
    if (code === 0) expect(batch.status).toBe('cancelled')
    else {
      expect(err).toMatch(/full/)
      expect(batch.status).toBe('completed')
    }
    expect(soundness(place)).toEqual([])
  })
})
