import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { aPlace } from '../process/slipway.ts'

/** Debian's faketime; without it real processes can't be shown another wall clock, and this is skipped. */
const library = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((file) => existsSync(file))

const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })
const eventsDocument = z.looseObject({ events: z.array(z.looseObject({ kind: z.string(), at: z.number() })) })
const hour = 3_600
const year = 365 * 24 * hour

/** Waits until each of so many hosts has beaten so often. */
async function heartbeats(home: string, hosts: number, times: number): Promise<void> {
  const db = new Database(join(home, 'slipway.db'), { readonly: true })
  const rows = db.prepare<[], { id: string; at: number }>('SELECT id, heartbeat_at AS at FROM hosts')
  const seen = new Map<string, Set<number>>()
  while ([...seen.values()].filter((beats) => beats.size >= times).length < hosts) {
    for (const { id, at } of rows.all()) seen.set(id, (seen.get(id) ?? new Set()).add(at))
    await pause(10)
  }
  db.close()
}

test.skipIf(library === undefined).each([
  ['back by an hour (as when summer time ends on a clock that is not UTC)', -hour],
  ['forward by an hour', hour],
  ['back by two years', -2 * year],
  ['forward by ten years', 10 * year],
])(
  'a wall clock that is set %s while jobs run and retries wait changes nothing but what is shown',
  async (_words, seconds) => {
    const place = aPlace()
    const offset = join(place.project, 'offset')
    writeFileSync(offset, '+0')
    Object.assign(place.env, {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    })
    const trace = () => {
      try {
        return readFileSync(join(place.project, 'trace'), 'utf8').trim().split('\n')
      } catch {
        return []
      }
    }
    const traced = async (lines: number) => {
      while (trace().length < lines) await pause(10)
    }
    await place.run('settings', 'heartbeat-interval-ms', '100')
    await place.run('settings', 'lease-ms', '500')
    const file = place.write(
      'clock.slipway.yaml',
      `batches:
  - type: clock
    timeout: 30s
    retries: { times: 1, delay: 300ms }
    run: [sh, -c, 'echo "begin $1" >> trace; while [ ! -e "gate$1" ]; do sleep 0.02; done; [ $1 != 2 ] || [ -e failed ] || { touch failed; exit 1; }; echo "end $1" >> trace', sh, "{value}"]
    over: { range: 1..3 }`.replaceAll('{ touch failed; exit 1; }', '{{ touch failed; exit 1; }}'),
    )
    const added = await place.run('add', file)
    expect(added.code, added.err).toBe(0)
    const host = place.start('work', '--until-empty')
    const standby = place.start('work', '--until-empty')
    await traced(1)
    writeFileSync(offset, `${seconds > 0 ? '+' : ''}${seconds}`)
    // Heartbeats of another time, from both: nobody may take them for silence, no timeout may strike.
    await heartbeats(place.home, 2, 12)
    writeFileSync(join(place.project, 'gate1'), '')
    await traced(3)
    writeFileSync(join(place.project, 'gate2'), '')
    await traced(4)
    writeFileSync(offset, '+0') // and back
    writeFileSync(join(place.project, 'gate3'), '')
    expect((await host.ended).code).toBe(0)
    expect((await standby.ended).code).toBe(0)
    expect(trace()).toEqual(['begin 1', 'end 1', 'begin 2', 'begin 2', 'end 2', 'begin 3', 'end 3'])
    const { batch, jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
    expect(batch.status).toBe('completed')
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 2],
      ['succeeded', 1],
    ])
    // The host's clock really was another one when the second job failed.
    const { events } = await place.json(eventsDocument, ['events', '1'])
    const retriedAt = events.find((event) => event.kind === 'job_retried')?.at ?? 0
    expect(Math.abs(retriedAt - Date.now() - seconds * 1_000)).toBeLessThan(60_000)
    expect(jobs.every((job) => (job.durationMs ?? 0) >= 0 && (job.durationMs ?? 0) < 60_000)).toBe(true)
  },
)
