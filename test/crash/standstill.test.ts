import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { type JobExit, startLauncher } from '../../src/core/launcher/launcher.ts'
import { until } from '../helpers/launcher-kit.ts'
import { aPlace, type Place } from '../process/slipway.ts'
import { buildPreload, launcherWith } from './preload.ts'

const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })
const eventsDocument = z.looseObject({
  events: z.array(z.looseObject({ kind: z.string(), details: z.looseObject({ ms: z.number().optional() }) })),
})

const gated = (place: Place, more = '') =>
  place.write(
    'gated.slipway.yaml',
    `batches:
  - type: gated
    run: [sh, -c, 'echo "begin $1" >> trace; while [ ! -e "gate$1" ] && [ -d "$PWD" ]; do sleep 0.02; done; echo "end $1" >> trace', sh, "{value}"]
    over: { range: 1..2 }
${more}`,
  )
const open = (place: Place, gate: number) => writeFileSync(join(place.project, `gate${gate}`), '')
const trace = (place: Place): string[] =>
  existsSync(join(place.project, 'trace'))
    ? readFileSync(join(place.project, 'trace'), 'utf8').trim().split('\n')
    : []
const traced = (place: Place, line: string) =>
  until(() => trace(place).includes(line), `the trace says "${line}"`, 120_000)

/** With SLIPWAY_STOPPED_MS the lease and all else are as they come; else the lease is short, and so is the stop. */
const long = process.env.SLIPWAY_STOPPED_MS !== undefined
const stoppedMs = Number(process.env.SLIPWAY_STOPPED_MS ?? 2_000)

describe(`a host that is stopped (SIGSTOP) for ${stoppedMs / 1_000} s`, {
  timeout: stoppedMs * 3 + 120_000,
}, () => {
  test('while another waits: that one takes over after the lease, and the first finds itself succeeded', async () => {
    const place = aPlace()
    if (!long) {
      await place.run('settings', 'lease-ms', '500')
      await place.run('settings', 'heartbeat-interval-ms', '100')
    }
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    const second = place.start('work', '--until-empty')
    await second.until(/this one waits/)
    process.kill(first.pid, 'SIGSTOP')
    const stopped = performance.now()
    await second.until(/still running and watched/)
    open(place, 1)
    await traced(place, 'begin 2')
    await pause(Math.max(0, stoppedMs - (performance.now() - stopped)))
    process.kill(first.pid, 'SIGCONT')
    await first.until(/Another host took over/)
    open(place, 2)
    expect((await second.ended).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
    const { jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual(jobs.map(() => ['succeeded', 1]))
  })

  test('and is alone: its job runs on, its end is recorded when the host wakes, and the next one starts', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const host = place.start('work', '--until-empty')
    await traced(place, 'begin 1')
    process.kill(host.pid, 'SIGSTOP')
    const stopped = performance.now()
    open(place, 1)
    await traced(place, 'end 1')
    await pause(Math.max(0, stoppedMs - (performance.now() - stopped)))
    expect(trace(place)).toEqual(['begin 1', 'end 1'])
    open(place, 2)
    process.kill(host.pid, 'SIGCONT')
    expect((await host.ended).code).toBe(0)
    const { jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual(jobs.map(() => ['succeeded', 1]))
  })
})

const tools = mkdtempSync(join(tmpdir(), 'slipway-slept-'))
const library = buildPreload(tools, 'slept')
afterAll(() => rmSync(tools, { recursive: true, force: true }))
const hour = '3600'

describe.skipIf(library === null)(
  'a machine that slept for an hour (as its clocks show it; Linux, C compiler)',
  () => {
    test('while a job with a timeout ran: the job is not touched, the sleep is noted and not counted', async () => {
      const place = aPlace()
      const slept = join(place.project, 'slept')
      await place.run('settings', 'heartbeat-interval-ms', '100')
      await place.run('add', gated(place, '    timeout: 60s'))
      Object.assign(place.env, { LD_PRELOAD: library, SLEPT_FILE: slept })
      const host = place.start('work', '--until-empty')
      const standby = place.start('work', '--until-empty')
      await traced(place, 'begin 1')
      writeFileSync(slept, hour)
      const noted = async () =>
        (await place.json(eventsDocument, ['events'])).events.filter(({ kind }) => kind === 'machine_slept')
      while ((await noted()).length === 0) await pause(50)
      open(place, 1)
      open(place, 2)
      expect((await host.ended).code).toBe(0)
      expect((await standby.ended).code).toBe(0)
      expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
      for (const { details } of await noted())
        expect(Math.abs((details.ms ?? 0) - 3_600_000)).toBeLessThan(5_000)
      const { jobs } = await place.json(showDocument, ['show', '1', '--jobs'])
      expect(jobs.map((job) => [job.status, job.attempts])).toEqual(jobs.map(() => ['succeeded', 1]))
      expect(Math.max(...jobs.map((job) => job.durationMs ?? 0))).toBeLessThan(60_000)
    })

    test.each(['native', 'node'] as const)('the %s launcher counts awake time only', async (kind) => {
      const home = mkdtempSync(join(tools, 'home-'))
      const slept = join(home, 'slept')
      const exits: JobExit[] = []
      const launcher = await startLauncher({
        launcherDir: launcherWith(tools, kind, { LD_PRELOAD: library ?? '', SLEPT_FILE: slept }),
        runDir: join(home, 'run'),
        hostId: 'h',
        env: { ...process.env, SLIPWAY_LAUNCHER: 'native' },
        onEvent: (event) => event.kind === 'exited' && exits.push(event.exit),
      })
      onTestFinished(() => launcher.close())
      const start = (attempt: string, script: string, timeoutMs: number) =>
        launcher.start({
          attempt,
          argv: ['/bin/sh', '-c', script],
          cwd: home,
          env: {},
          logPath: join(home, 'logs', `${attempt}.log`),
          logLimitBytes: 1_000_000,
          timeoutMs,
          graceMs: 100,
        })
      start('1.1', 'echo > one; while [ ! -e gate ]; do sleep 0.01; done', 60_000)
      start('2.1', 'echo > two; exec sleep 60', 1_500)
      await until(() => existsSync(join(home, 'one')) && existsSync(join(home, 'two')), 'both run')
      writeFileSync(slept, hour)
      await until(() => exits.length === 1, 'the second has timed out')
      expect(exits).toMatchObject([{ attempt: '2.1', ended: 'timeout' }])
      expect(exits[0]?.awakeMs).toBeGreaterThanOrEqual(1_500)
      expect(exits[0]?.awakeMs).toBeLessThan(60_000)
      // It was shown the hour all the same: by the wall clock the job took so long.
      expect((exits[0]?.endedAt ?? 0) - (exits[0]?.startedAt ?? 0)).toBeGreaterThan(3_600_000)
      writeFileSync(join(home, 'gate'), '')
      await until(() => exits.length === 2, 'the first has ended')
      expect(exits[1]).toMatchObject({ attempt: '1.1', ended: 'exited', exitCode: 0 })
    })
  },
)
