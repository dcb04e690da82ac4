import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  findJobProcesses,
  identify,
  isRunning,
  isStopped,
  stopJobProcesses,
  stopProcesses,
} from '../../../src/core/process/processes.ts'
import { until } from '../../helpers/launcher-kit.ts'

describe('processes of jobs', () => {
  let home: string
  const children: ChildProcess[] = []

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-identity-')))
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  })

  /** Starts a shell with the marker of an attempt and waits until its environment is the marked one. */
  async function job(attempt: string, script: string): Promise<number> {
    const env = { PATH: process.env.PATH, SLIPWAY_ATTEMPT: attempt, SLIPWAY_RUN_DIR: join(home, 'run') }
    const child = spawn('/bin/sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    return child.pid ?? 0
  }

  it('are found by attempt, also in another session', async () => {
    const one = await job('1.1', 'setsid sleep 61 & echo ready; wait')
    await job('11.1', 'echo ready; exec sleep 61')
    await until(() => findJobProcesses({ home, attempt: '1.1' }).length === 2, 'both are there')
    expect(findJobProcesses({ home, attempt: '1.1' }).map((p) => p.pid)).toContain(one)
    expect(findJobProcesses({ home })).toHaveLength(3)
    expect(findJobProcesses({ home: join(home, 'other') })).toEqual([])
    expect(await stopJobProcesses({ home }, 1000)).toBe(3)
  })

  it('are found while other processes come and go by the hundred', async () => {
    const pid = await job('1.1', 'echo ready; exec sleep 61')
    const churn = spawn('/bin/sh', ['-c', 'while :; do /bin/true & /bin/true & wait; done'])
    children.push(churn)
    for (let n = 0; n < 100; n += 1) expect(findJobProcesses({ home }).map((p) => p.pid)).toEqual([pid])
  })

  it('are not there any more once they are zombies', async () => {
    // The shell's child ends, and the shell, turned into a sleep, never reaps it.
    const parent = await job('1.1', 'sleep 0.01 & echo ready; exec sleep 61')
    await until(() => findJobProcesses({ home }).length === 1, 'the child has ended')
    expect(findJobProcesses({ home }).map((p) => p.pid)).toEqual([parent])
  })

  it('report when they are stopped, and can be stopped then too', async () => {
    const pid = await job('1.1', 'echo ready; exec sleep 61')
    const identity = identify(pid)
    if (identity === null) throw new Error('it is gone')
    expect(isStopped(identity)).toBe(false)
    process.kill(pid, 'SIGSTOP')
    await until(() => isStopped(identity), 'it is stopped')
    expect(isRunning(identity)).toBe(true)
    await stopProcesses([identity], 60_000)
    expect(isRunning(identity)).toBe(false)
  })

  it('are killed when they ignore being asked, and waited for', async () => {
    const pid = await job('1.1', 'trap "" TERM; echo ready; while :; do sleep 0.01; done')
    const identity = identify(pid)
    if (identity === null) throw new Error('it is gone')
    await stopProcesses([identity], 50)
    expect(isRunning(identity)).toBe(false)
    await stopJobProcesses({ home }, 0)
  })

  it('are stopped for good, also when they start each other anew', async () => {
    await job(
      '1.1',
      'echo ready; trap "" TERM; while :; do setsid sh -c "trap \\"\\" TERM; sleep 0.02"; done',
    )
    await stopJobProcesses({ home }, 20)
    expect(findJobProcesses({ home })).toEqual([])
  })
})

describe.runIf(process.getuid?.() === 0)("other users' processes", () => {
  it('are passed over where their environment may not be read', () => {
    // As nobody, almost nothing in /proc may be read.
    process.seteuid?.(65534)
    try {
      expect(findJobProcesses({ home: '/nonexistent' })).toEqual([])
      expect(identify(1)?.pid).toBe(1)
    } finally {
      process.seteuid?.(0)
    }
  })
})
