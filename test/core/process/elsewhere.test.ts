/**
 * The files for macOS and Windows, which the rest of the suite never runs on Linux. The systems' real output is
 * tested there only; here stand-ins print it, so that at least our arguments and our parsing are tested.
 */
import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ProcessTable } from '../../../src/core/process/process-table.ts'
import { temporaryFolder } from '../../helpers/database.ts'

const darwin = async (): Promise<ProcessTable> =>
  (await import('../../../src/core/process/darwin.ts')).darwinProcesses
const win32 = async (): Promise<ProcessTable> =>
  (await import('../../../src/core/process/win32.ts')).win32Processes

/** A process that waits until the test has finished. */
function waiting(env: Record<string, string> = {}): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 400) throw new Error('waited in vain')
    await pause(25)
  }
}

// The boot is read once per process: every test has a fresh module.
beforeEach(() => void vi.resetModules())
afterEach(() => void vi.unstubAllEnvs())

/** A program of this name that runs these lines of shell, before all others in the PATH. */
function standIn(folder: string, name: string, lines: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`)
  chmodSync(join(folder, name), 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
}

describe.skipIf(process.platform === 'win32')('macOS, by the same `ps` or by stand-ins', () => {
  test('sees a process, that it is stopped, and that it is gone', async () => {
    const table = await darwin()
    const pid = waiting()
    const look = table.look(pid)
    expect(look?.state).toBe('running')
    expect(Math.abs(Number(look?.startedAt) * 1_000 - Date.now())).toBeLessThan(60_000)
    expect(table.signal(pid, 'SIGTERM')).toBe('sent')
    await until(() => table.look(pid) === null || table.look(pid)?.state === 'zombie')
    const stopped = waiting()
    process.kill(stopped, 'SIGSTOP')
    await until(() => table.look(stopped)?.state === 'stopped')
    expect(table.look(2 ** 30)).toBeNull()
    expect(table.signal(2 ** 30, 'SIGKILL')).toBe('gone')
  })

  test('finds marked processes in what `ps -E` prints, with blanks in the folder and other variables around', async () => {
    const folder = temporaryFolder()
    const line = (pid: number, state: string, rest: string) =>
      `  ${pid} ${state}   Sun Nov 22 01:53:24 2026 ${rest}`
    const printed = [
      line(
        501,
        'Ss',
        '/bin/sh -c sleep 9 HOME=/Users/ana SLIPWAY_ATTEMPT=7.1 SLIPWAY_RUN_DIR=/Users/ana/my data/run LANG=C',
      ),
      line(502, 'T+', 'sleep 9 SLIPWAY_RUN_DIR=/Users/ana/run SLIPWAY_ATTEMPT=7.2'),
      line(503, 'Z', '(sleep) SLIPWAY_RUN_DIR=/Users/ana/run SLIPWAY_ATTEMPT=7.3'),
      line(504, 'S', 'sleep 9 SLIPWAY_ATTEMPT=7.4'),
      line(505, 'S', 'vi notes about NOT_SLIPWAY_ATTEMPT=7.5 NOT_SLIPWAY_RUN_DIR=/x'),
    ].join('\n')
    writeFileSync(join(folder, 'printed'), printed)
    standIn(folder, 'ps', `cat '${join(folder, 'printed')}'`)
    const table = await darwin()
    expect(table.marked()).toEqual([
      {
        pid: 501,
        startedAt: expect.stringMatching(/^\d{10}$/),
        attempt: '7.1',
        runDir: '/Users/ana/my data/run',
      },
      { pid: 502, startedAt: expect.stringMatching(/^\d{10}$/), attempt: '7.2', runDir: '/Users/ana/run' },
    ])
  })

  test('knows a boot by its time, and reports it where that can not be had', async () => {
    const folder = temporaryFolder()
    standIn(folder, 'sysctl', `echo '{ sec = 1795314783, usec = 4711 } Sun Nov 22 01:53:03 2026'`)
    expect((await darwin()).bootId()).toBe('1795314783')
    vi.resetModules()
    standIn(folder, 'sysctl', 'exit 1')
    expect((await darwin()).bootId()).toBe('unknown')
  })
})

describe.skipIf(process.platform === 'win32')('Windows, by a stand-in for its launcher', () => {
  async function looking(lines: string) {
    const folder = temporaryFolder()
    standIn(folder, 'slipway-launcher.exe', lines)
    const { setLauncherFolder, win32Processes } = await import('../../../src/core/process/win32.ts')
    setLauncherFolder(folder)
    return { table: win32Processes, folder }
  }

  test('takes creation time and state from the launcher, and no line as gone', async () => {
    const { table } = await looking(
      `case "$*" in "--look ${process.pid}") printf '1\\t133773\\trunning\\n';; "--look ${process.ppid}") printf '1\\t133774\\tstopped\\n';; esac`,
    )
    expect(table.look(process.pid)).toEqual({ startedAt: '133773', state: 'running' })
    expect(table.look(process.ppid)).toEqual({ startedAt: '133774', state: 'stopped' })
    expect(table.look(waiting())).toBeNull()
    expect(table.look(2 ** 30)).toBeNull()
    expect([table.bootId(), table.marked()]).toEqual(['windows', []])
  })

  test('starts no second process for what it saw a moment ago, but sees at once that it is gone', async () => {
    const { table, folder } = await looking(`echo x >> "$(dirname "$0")/looks"; printf '1\\t7\\trunning\\n'`)
    const pid = waiting()
    for (let n = 0; n < 3; n += 1) expect(table.look(pid)?.startedAt).toBe('7')
    expect(readFileSync(join(folder, 'looks'), 'utf8')).toBe('x\n')
    expect(table.signal(pid, 'SIGCONT')).toBe('sent')
    expect(table.signal(pid, 'SIGTERM')).toBe('sent')
    await until(() => table.look(pid) === null)
  })

  test('considers nothing gone where no launcher can be run', async () => {
    const { table } = await looking('exit 1')
    expect(() => table.look(process.pid)).toThrow("slipway-launcher.exe can't be run")
  })

  test('has a launcher end by its pid and creation time', async () => {
    const { table, folder } = await looking('echo "$*" > "$(dirname "$0")/request"')
    table.requestEnd({ pid: 12, startedAt: '133773' })
    expect(readFileSync(join(folder, 'request'), 'utf8')).toBe('--end 12 133773\n')
  })
})

describe.runIf(process.platform === 'darwin')('macOS itself', () => {
  test('finds a marked process and knows its boot', async () => {
    const table = await darwin()
    const pid = waiting({ SLIPWAY_ATTEMPT: '7.1', SLIPWAY_RUN_DIR: '/some/run' })
    await until(() => table.marked().some((one) => one.pid === pid && one.attempt === '7.1'))
    expect(table.bootId()).toMatch(/^\d{9,}$/)
  })
})

describe.runIf(process.platform === 'win32')('Windows itself', () => {
  test('sees a process, ends it, and sees that it is gone', { timeout: 120_000 }, async () => {
    const { setLauncherFolder } = await import('../../../src/core/process/win32.ts')
    setLauncherFolder(join(import.meta.dirname, '../../../out/launcher'))
    const table = await win32()
    const pid = waiting()
    expect(table.look(pid)).toEqual({ startedAt: expect.stringMatching(/^\d+$/), state: 'running' })
    expect(table.signal(pid, 'SIGKILL')).toBe('sent')
    await until(() => table.look(pid) === null)
  })
})
