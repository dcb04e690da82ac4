/** A host's own launcher: had when it is needed, replaced when it is fenced or dies, and gone without a trace. */
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fenceLauncher, readJournals } from '../../../src/core/launcher/journal.ts'
import type { JobExit } from '../../../src/core/launcher/launcher.ts'
import { LauncherSupervisor } from '../../../src/core/launcher/launcher-supervisor.ts'
import type { Refused } from '../../../src/core/launcher/protocol.ts'
import {
  findJobProcesses,
  isRunning,
  realRunDir,
  stopJobProcesses,
} from '../../../src/core/process/processes.ts'
import { hostId, temporaryFolder } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { launcherDir, launcherKind } from '../run/an-executor.ts'

type Gone = { reason: string; journal: string | undefined; attempts: string[] }

function aHost(folder = launcherDir, forgetEvery = 256) {
  const home = realRunDir(temporaryFolder())
  const exits: JobExit[] = []
  const refused: Refused[] = []
  const gone: Gone[] = []
  const dropped: string[] = []
  const received = { started: 0 }
  const own = new LauncherSupervisor(
    {
      home,
      hostId,
      launcherDir: folder,
      nodePath: process.execPath,
      forgetEvery,
      env: { ...process.env, SLIPWAY_LAUNCHER: launcherKind },
    },
    {
      onReady: () => {},
      onUnavailable: () => {},
      onStarted: () => {
        received.started += 1
      },
      onExit: (exit) => exits.push(exit),
      onRefused: (one) => refused.push(one),
      onDropped: (attempt) => dropped.push(attempt),
      onState: () => {},
      onGone: (reason, journal, attempts) =>
        gone.push({ reason, journal: journal?.path, attempts: [...attempts] }),
    },
  )
  onTestFinished(async () => {
    await stopJobProcesses({ home }, 0)
    await own.end('close')
    for (const { launcher } of readJournals(join(home, 'run')))
      if (isRunning(launcher)) process.kill(launcher.pid, 'SIGKILL')
  })
  const spec = (attempt: string, script: string) => ({
    attempt,
    argv: ['/bin/sh', '-c', script],
    cwd: home,
    env: {},
    logPath: join(home, `${attempt}.log`),
    logLimitBytes: 1_000,
    timeoutMs: null,
    graceMs: 5_000,
  })
  const start = (attempt: string, script: string) => own.start(spec(attempt, script))
  return {
    home,
    own,
    received,
    exits,
    refused,
    gone,
    dropped,
    start,
    hold: (attempt: string, script: string) => own.hold(spec(attempt, script), 1),
    /** A job that ends when its gate is opened; resolves when it runs. */
    gated: async (attempt: string) => {
      await start(attempt, `while ! [ -e go-${attempt} ]; do sleep 0.01; done`)
      await until(() => findJobProcesses({ home, attempt }).length > 0, 'it runs')
    },
    open: (attempt: string) => writeFileSync(join(home, `go-${attempt}`), ''),
    ended: (attempt: string) =>
      until(() => exits.some((one) => one.attempt === attempt), `${attempt} has ended`),
    journals: () => readJournals(join(home, 'run')),
    files: () => readdirSync(join(home, 'run')),
  }
}

describe('a launcher of one’s own', () => {
  test('is there with the first job, serves the next ones, and leaves nothing behind', async () => {
    const host = aHost()
    expect(existsSync(join(host.home, 'run'))).toBe(false)
    host.own.stop('1.1', 0) // there is nobody to be asked
    host.own.committed()
    await Promise.all([host.start('1.1', 'exit 3'), host.start('2.1', 'exit 0')])
    await host.ended('1.1')
    await host.ended('2.1')
    expect(host.received.started).toBe(2)
    expect(host.exits.map((one) => [one.attempt, one.exitCode]).sort()).toEqual([
      ['1.1', 3],
      ['2.1', 0],
    ])
    expect(host.journals()).toMatchObject([{ hostId, kind: launcherKind }])
    host.own.committed() // a live launcher's journal is its own
    expect(host.journals()).toHaveLength(1)
    await host.own.end('close')
    expect(host.files()).toEqual([])
    expect([host.gone, host.refused]).toEqual([[], []])
  })

  test('need not keep what is committed, and is notified now and then', async () => {
    const host = aHost(launcherDir, 2)
    const kept = () => host.journals()[0]?.exits.size
    for (const attempt of ['1.1', '2.1', '3.1']) {
      await host.start(attempt, 'true')
      await host.ended(attempt)
      host.own.committed()
      if (attempt === '2.1') await until(() => kept() === 0, 'both are forgotten')
      else expect(kept()).toBe(1)
    }
    await host.start('4.1', 'true')
    await host.ended('4.1')
    expect(kept()).toBe(2)
  })

  test('is notified even if several ended before anything was committed', async () => {
    const host = aHost(launcherDir, 2)
    for (const attempt of ['1.1', '2.1', '3.1']) {
      await host.start(attempt, 'true')
      await host.ended(attempt)
    }
    expect(host.journals()[0]?.exits.size).toBe(3)
    host.own.committed()
    await until(() => host.journals()[0]?.exits.size === 0, 'all three are forgotten')
  })

  test('is one for all jobs, however many run', async () => {
    const host = aHost()
    const attempts = ['1.1', '2.1', '3.1']
    for (const attempt of attempts) await host.gated(attempt)
    expect(host.journals()).toHaveLength(1)
    for (const attempt of attempts) host.open(attempt)
    for (const attempt of attempts) await host.ended(attempt)
    await host.own.end('close')
    expect(host.files()).toEqual([])
  })

  test('holds jobs and begins them by itself, or drops them on request', async () => {
    const host = aHost()
    expect(host.hold('1.1', 'true')).toBe(false) // there is no launcher yet
    await host.gated('1.1')
    expect(host.hold('2.1', 'true')).toBe(true)
    expect(host.hold('3.1', 'exit 3')).toBe(true)
    expect(host.hold('4.1', 'true')).toBe(true)
    expect(host.hold('5.1', 'echo a\0b')).toBe(false)
    host.open('1.1')
    await until(() => host.dropped.length === 1, 'the one after the failure is dropped')
    expect(host.dropped).toEqual(['4.1'])
    expect(host.exits.map((one) => one.attempt)).toEqual(['1.1', '2.1', '3.1'])
    await host.gated('6.1')
    host.hold('7.1', 'true')
    host.own.dropHeld()
    await until(() => host.dropped.length === 2, 'it is dropped')
    host.open('6.1')
    await host.ended('6.1')
    await host.own.end('close')
    expect(host.files()).toEqual([])
    expect([host.gone, host.refused]).toEqual([[], []])
  })

  test('stops the job that is meant, and no other', async () => {
    const host = aHost()
    await host.gated('1.1')
    await host.gated('2.1')
    host.own.stop('3.1', 0)
    host.own.stop('1.1', 5_000)
    await host.ended('1.1')
    expect(host.exits).toMatchObject([{ attempt: '1.1', ended: 'stopped', signal: 'SIGTERM' }])
    host.open('2.1')
    await host.ended('2.1')
    expect(host.exits[1]).toMatchObject({ ended: 'exited', exitCode: 0 })
  })

  test("that can't be spawned is tried again with the next job", async () => {
    const folder = join(temporaryFolder(), 'launchers')
    const host = aHost(folder)
    await expect(host.start('1.1', 'true')).rejects.toThrow()
    await host.own.end('close')
    await expect(host.start('1.1', 'true')).rejects.toThrow()
    symlinkSync(launcherDir, folder)
    await host.start('1.1', 'true')
    await host.ended('1.1')
  })

  test('is let go with its job, which it sees to the end', async () => {
    const host = aHost()
    await host.gated('1.1')
    const [journal] = host.journals()
    await host.own.end('release')
    expect(journal && isRunning(journal.launcher)).toBe(true)
    host.open('1.1')
    await until(() => host.journals()[0]?.exits.has('1.1') === true, 'the exit is written down')
    expect([host.exits, host.gone]).toEqual([[], []])
  })
})

describe('a launcher that somebody fenced', () => {
  test('is followed to the end of its jobs, while another one starts what comes next', async () => {
    const host = aHost()
    await host.gated('1.1')
    const [first] = host.journals()
    if (!first) throw new Error('it has no journal')
    fenceLauncher(first)
    await host.start('2.1', 'true')
    await until(() => host.refused.length === 1, 'it is refused')
    expect(host.refused).toMatchObject([{ attempt: '2.1', stage: 'fenced' }])
    await host.gated('3.1')
    expect(host.journals()).toHaveLength(2)
    expect(isRunning(first.launcher)).toBe(true)
    host.own.stop('1.1', 5_000)
    await host.ended('1.1')
    await until(() => !isRunning(first.launcher), 'it has ended, as nothing is left to follow')
    expect(host.exits).toMatchObject([{ attempt: '1.1', ended: 'stopped' }])
    await until(() => {
      host.own.committed()
      return host.journals().length === 1
    }, 'its journal is gone')
    expect(host.journals()[0]?.path).not.toBe(first.path)
    host.open('3.1')
    await host.ended('3.1')
    expect(host.gone).toEqual([])
  })

  test('without jobs ends at once', async () => {
    const host = aHost()
    await host.start('1.1', 'true')
    await host.ended('1.1')
    const [first] = host.journals()
    if (!first) throw new Error('it has no journal')
    fenceLauncher(first)
    await host.start('2.1', 'true')
    await until(() => host.refused.length === 1 && !isRunning(first.launcher), 'it has ended')
    await host.start('2.2', 'true')
    await host.ended('2.2')
    expect(host.gone).toEqual([])
  })
})

describe('a launcher that dies', () => {
  test('is reported with its journal and the jobs whose end it had not reported; the next job gets another', async () => {
    const host = aHost()
    await host.start('1.1', 'exit 4')
    await host.ended('1.1')
    await host.gated('2.1')
    const [first] = host.journals()
    if (!first) throw new Error('it has no journal')
    process.kill(first.launcher.pid, 'SIGKILL')
    await until(() => host.gone.length === 1, 'it is reported')
    expect(host.gone).toMatchObject([{ journal: first.path, attempts: ['2.1'] }])
    expect(host.gone[0]?.reason).toContain('SIGKILL')
    await host.start('3.1', 'true')
    await host.ended('3.1')
    expect(host.journals()).toHaveLength(2)
    host.own.committed()
    expect(host.journals()).toHaveLength(1)
    await host.own.end('close')
    expect(host.files()).toEqual([])
  })
})
