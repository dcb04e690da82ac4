/** Looking at single processes through /proc and by signals: what each sees, and what it answers for what is not there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type JobToFind, remainingProcesses } from '../../../src/core/launcher/node/job-processes.ts'
import { linuxProcesses, listPids, readMarker, readStat } from '../../../src/core/process/linux.ts'
import { sendSignal } from '../../../src/core/process/process-table.ts'
import {
  findJobProcesses,
  findMarked,
  identify,
  isRunning,
  isStopped,
  realRunDir,
  stopJobProcesses,
  stopProcesses,
} from '../../../src/core/process/processes.ts'
import { temporaryFolder } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'

type Start = { env?: Record<string, string>; detached?: boolean; uid?: number; argv0?: string }

/** A shell that has begun its script; killed when the test ends. */
async function aShell(script: string, more: Start = {}): Promise<{ pid: number; child: ChildProcess }> {
  const { env = {}, ...options } = more
  const child = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  })
  onTestFinished(() => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return { pid: child.pid ?? 0, child }
}
const gone = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()))
const marked = (attempt: string, runDir: string) => ({ SLIPWAY_ATTEMPT: attempt, SLIPWAY_RUN_DIR: runDir })
const noPid = 2 ** 22 + 1

describe.runIf(process.platform === 'linux')('a process in /proc', () => {
  test('has a start, a parent, a group and a session', async () => {
    const { pid } = await aShell('echo ready; exec sleep 61', { detached: true })
    const stat = readStat(pid)
    expect(stat).toEqual({
      startedAt: expect.stringMatching(/^\d+$/),
      state: 'running',
      parent: process.pid,
      group: pid,
      session: pid,
    })
    const uptime = Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100)
    expect(Number(stat?.startedAt)).toBeGreaterThan(uptime - 60 * 100)
    expect(Number(stat?.startedAt)).toBeLessThanOrEqual(uptime)
    expect(identify(pid)).toEqual({ pid, startedAt: stat?.startedAt, bootId: linuxProcesses.bootId() })
    expect(linuxProcesses.look(pid)).toEqual(stat)
    expect(listPids()).toContain(pid)
    expect(listPids().every(Number.isInteger)).toBe(true)
  })

  test('is on the boot that the kernel names', () => {
    expect(linuxProcesses.bootId()).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
    expect(linuxProcesses.bootId()).toBe(linuxProcesses.bootId())
  })

  test('may have any name, and be stopped', async () => {
    const folder = temporaryFolder()
    const { pid } = await aShell(`cp /bin/sleep '${folder}/a) Z 1'; echo ready; exec '${folder}/a) Z 1' 61`)
    await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'a) Z 1\n', 'it has that name')
    expect(readStat(pid)).toMatchObject({ state: 'running', parent: process.pid })
    process.kill(pid, 'SIGSTOP')
    await until(() => readStat(pid)?.state === 'stopped', 'it is stopped')
    const own = identify(pid)
    if (!own) throw new Error('it is gone')
    expect([isRunning(own), isStopped(own)]).toEqual([true, true])
    expect([isRunning({ ...own, startedAt: '1' }), isStopped({ ...own, startedAt: '1' })]).toEqual([
      false,
      false,
    ])
    expect([isRunning({ ...own, bootId: 'other' }), isStopped({ ...own, bootId: 'other' })]).toEqual([
      false,
      false,
    ])
  })

  test('that has ended and was not reaped is a zombie: neither running nor marked', async () => {
    const runDir = temporaryFolder()
    const { pid } = await aShell('sleep 0.01 & echo ready $!; exec sleep 61', { env: marked('1.1', runDir) })
    const childOf = () => listPids().find((one) => readStat(one)?.parent === pid)
    await until(() => readStat(childOf() ?? 0)?.state === 'zombie', 'it is a zombie')
    const zombie = identify(childOf() ?? 0)
    if (!zombie) throw new Error('it is gone')
    expect([isRunning(zombie), isStopped(zombie)]).toEqual([false, false])
    expect(readMarker(zombie.pid)).toBeNull()
    expect(findMarked(runDir).map((p) => p.pid)).toEqual([pid])
    await stopProcesses([zombie], 60_000) // there is nothing to wait for
  })

  test('that is not there is null, and signalling it does nothing', () => {
    expect([readStat(noPid), readMarker(noPid), identify(noPid)]).toEqual([null, null, null])
    expect(isRunning({ pid: noPid, startedAt: '1', bootId: linuxProcesses.bootId() })).toBe(false)
    expect(sendSignal(noPid, 'SIGTERM')).toBe('gone')
    expect(sendSignal(process.pid, 0)).toBe('sent')
    expect(() => sendSignal(process.pid, 'SIGNONE' as 'SIGTERM')).toThrow(
      `signal SIGNONE could not be sent to process ${process.pid}`,
    )
  })

  test('carries the marker it was started with, whole or not at all', async () => {
    const runDir = temporaryFolder()
    const { pid } = await aShell('echo ready; exec sleep 61', {
      env: { A: 'x', ...marked('7.2', runDir), NOT_SLIPWAY_ATTEMPT: '9.9', SLIPWAY_ATTEMPTS: '8.8' },
    })
    expect(readMarker(pid)).toEqual({ attempt: '7.2', runDir })
    const half = await aShell('echo ready; exec sleep 61', { env: { SLIPWAY_RUN_DIR: runDir } })
    const other = await aShell('echo ready; exec sleep 61', {
      env: { SLIPWAY_ATTEMPT: '7.2', X: `SLIPWAY_RUN_DIR=${runDir}` },
    })
    expect([readMarker(half.pid), readMarker(other.pid)]).toEqual([null, null])
    expect(linuxProcesses.marked().filter((p) => p.runDir === runDir)).toEqual([
      { pid, startedAt: readStat(pid)?.startedAt, attempt: '7.2', runDir },
    ])
    expect(findMarked(runDir, '7.2')).toEqual([{ pid, startedAt: readStat(pid)?.startedAt, attempt: '7.2' }])
    expect(findMarked(runDir, '7.3')).toEqual([])
  })

  test('of the kernel has no environment', () => {
    const threads = listPids().filter((pid) => readStat(pid)?.parent === 2)
    for (const pid of threads) expect(readMarker(pid)).toBeNull()
  })

  test('without an environment is read again while it is young, as it may be in its exec, but not for long', async () => {
    const { pid } = await aShell('echo ready; exec env -i sleep 61')
    // The shell's exec of env has none for a moment, too: only sleep's is the one that stays.
    await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n', 'it is sleep')
    await until(() => readFileSync(`/proc/${pid}/environ`, 'utf8') === '', 'it has none')
    const young = await lookingFor(() => readMarker(pid))
    expect(young.answer).toBeNull()
    expect(young.fastestMs).toBeGreaterThanOrEqual(45)
    expect(young.fastestMs).toBeLessThan(1_000)
    const zombie = await aZombie()
    expect((await lookingFor(() => readMarker(zombie))).fastestMs).toBeLessThan(30)
    const { startedAt = '0' } = readStat(pid) ?? {}
    const ageMs = () =>
      Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000 - Number(startedAt) * 10
    await until(() => ageMs() > 2_020, 'it is old')
    expect((await lookingFor(() => readMarker(pid))).fastestMs).toBeLessThan(30)
  })

  test('is on the same boot for every look, and known by it from the first one on', async () => {
    vi.resetModules()
    const again = await import('../../../src/core/process/linux.ts')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    expect([again.linuxProcesses.bootId(), again.linuxProcesses.bootId()]).toEqual([boot, boot])
  })
})

/** The answer of five looks, and the time of the fastest: the others may have had to wait for the machine. */
async function lookingFor<T>(look: () => T): Promise<{ answer: T; fastestMs: number }> {
  let fastestMs = Number.POSITIVE_INFINITY
  let answer = look()
  for (let n = 0; n < 5; n += 1) {
    const began = performance.now()
    answer = look()
    fastestMs = Math.min(fastestMs, performance.now() - began)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { answer, fastestMs }
}

/** A process that has just ended, and whose parent never reaps it. */
async function aZombie(): Promise<number> {
  const { pid } = await aShell('sleep 0.01 & echo ready; exec sleep 61')
  const child = () => listPids().find((one) => readStat(one)?.parent === pid) ?? 0
  await until(() => readStat(child())?.state === 'zombie', 'it is a zombie')
  return child()
}

describe.runIf(process.platform === 'linux')('stopping', () => {
  test('never touches another process of that number', async () => {
    const { pid, child } = await aShell('echo ready; exec sleep 61')
    await stopProcesses([{ pid, startedAt: '1' }], 0)
    expect(child.kill('SIGUSR1')).toBe(true)
    await gone(child)
    expect(child.signalCode).toBe('SIGUSR1')
  })

  test('asks first, and lets those that obey end in their own way', async () => {
    const { child, pid } = await aShell('trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done')
    const own = identify(pid)
    if (!own) throw new Error('it is gone')
    const over = gone(child)
    await stopProcesses([own], 60_000)
    await over
    expect(child.exitCode).toBe(7)
  })

  test('kills after the grace and not before', async () => {
    const { child, pid } = await aShell('trap "" TERM; echo ready; while :; do sleep 0.01; done')
    const own = identify(pid)
    if (!own) throw new Error('it is gone')
    const began = performance.now()
    const over = gone(child)
    await stopProcesses([own], 200)
    await over
    expect(child.signalCode).toBe('SIGKILL')
    expect(performance.now() - began).toBeGreaterThanOrEqual(199)
  })

  test('wakes what is stopped, so that it can handle the signal', async () => {
    const { child, pid } = await aShell('trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done')
    const own = identify(pid)
    if (!own) throw new Error('it is gone')
    process.kill(pid, 'SIGSTOP')
    await until(() => isStopped(own), 'it is stopped')
    const over = gone(child)
    await stopProcesses([own], 60_000)
    await over
    expect(child.exitCode).toBe(7)
  })

  test('a data folder counts each of its processes once, and none of others', async () => {
    const home = realRunDir(temporaryFolder())
    const stranger = await aShell('echo ready; exec sleep 61', { env: marked('1.1', join(home, 'other')) })
    await aShell('trap "" TERM; echo ready; while :; do sleep 0.01; done', {
      env: marked('1.1', join(home, 'run')),
    })
    const only = await aShell('echo ready; exec sleep 61', { env: marked('2.1', join(home, 'run')) })
    expect(findJobProcesses({ home, attempt: '2.1' }).map((p) => p.pid)).toEqual([only.pid])
    expect(await stopJobProcesses({ home, attempt: '2.1' }, 60_000)).toBe(1)
    expect(await stopJobProcesses({ home, attempt: '2.1' }, 60_000)).toBe(0)
    expect(await stopJobProcesses({ home }, 0)).toBeGreaterThanOrEqual(1)
    expect(findJobProcesses({ home })).toEqual([])
    expect(identify(stranger.pid)).not.toBeNull()
  })

  test('never finds the process that looks', () => {
    const runDir = temporaryFolder()
    expect(findMarked(runDir)).toEqual([])
    expect(realRunDir(join(runDir, 'none'))).toBe(join(runDir, 'none'))
  })
})

describe.runIf(process.platform === 'linux')('what is left of a job', () => {
  const job = (pid: number, more: Partial<JobToFind> = {}): JobToFind => ({
    pid,
    attempt: '5.1',
    runDir: '/nowhere',
    startedMs: performance.now(),
    ...more,
  })

  test('is its group, its session, and strays with its marker', async () => {
    const runDir = realRunDir(temporaryFolder())
    const { pid } = await aShell('sleep 61 & setsid sleep 61 & echo ready; exec sleep 61', {
      detached: true,
      env: marked('5.1', runDir),
    })
    onTestFinished(() => stopProcesses(findMarked(runDir), 0))
    await until(() => {
      const now = remainingProcesses(job(pid, { runDir }))
      return now.length === 3 && now.filter((p) => p.inGroup).length === 2
    }, 'all three are there, one of them in its own session')
    const left = remainingProcesses(job(pid, { runDir }))
    expect(left.filter((p) => p.inGroup)).toHaveLength(2)
    expect(left).toContainEqual({ pid, startedAt: readStat(pid)?.startedAt, inGroup: true })
    expect(remainingProcesses(job(pid, { runDir: '/nowhere' }))).toHaveLength(2)
    expect(remainingProcesses(job(pid, { runDir, attempt: '5.2' }))).toHaveLength(2)
  })

  test('is the members of its session that left the group', async () => {
    const { pid } = await aShell(`exec bash -c 'set -m; sleep 61 & echo ready; exec sleep 61'`, {
      detached: true,
    })
    onTestFinished(() => stopProcesses(remainingProcesses(job(pid)), 0))
    const left = remainingProcesses(job(pid))
    expect(left.map((p) => p.inGroup).sort()).toEqual([false, true])
  })

  test('is found for a young job whose main process is gone, and for an old one', async () => {
    const runDir = realRunDir(temporaryFolder())
    const { pid, child } = await aShell('setsid sleep 61 > /dev/null & echo ready', {
      detached: true,
      env: marked('5.1', runDir),
    })
    onTestFinished(() => stopProcesses(findMarked(runDir), 0))
    if (child.exitCode === null) await gone(child)
    // The shell is gone before `setsid` has left its group.
    for (const startedMs of [performance.now(), performance.now() - 5_000])
      await until(() => {
        const left = remainingProcesses(job(pid, { runDir, startedMs }))
        return left.length === 1 && left[0]?.inGroup === false
      }, 'the stray is found, outside of the group')
    // Numbers given out since: what is older than the job can't be its own, unless they started over.
    const later = await aShell('echo ready')
    if (later.child.exitCode === null) await gone(later.child)
    expect(remainingProcesses(job(later.pid, { runDir }))).toEqual([])
    expect(remainingProcesses(job(later.pid, { runDir, startedMs: performance.now() - 5_000 }))).toHaveLength(
      1,
    )
    expect(remainingProcesses(job(noPid, { runDir }))).toHaveLength(1) // they have started over
  })

  test('is nothing where there never was one', () => {
    expect(remainingProcesses(job(noPid))).toEqual([])
  })
})

describe.runIf(process.getuid?.() === 0)("another user's process", () => {
  test('may not be signalled or stopped by one who is nobody', async () => {
    const { pid } = await aShell('echo ready; exec sleep 61', { uid: 1, detached: true })
    const own = identify(pid)
    if (!own) throw new Error('it is gone')
    process.seteuid?.(65_534)
    try {
      expect(sendSignal(pid, 0)).toBe('forbidden')
      await expect(stopProcesses([own], 0)).rejects.toThrow(
        `process ${pid} belongs to another user and can't be stopped`,
      )
      expect(remainingProcesses({ pid, attempt: '', runDir: '', startedMs: 0 })).toMatchObject([
        { pid, inGroup: true },
      ])
    } finally {
      process.seteuid?.(0)
    }
    expect(isRunning(own)).toBe(true)
  })
})
