/**
 * Looks at processes through the native launcher, as Node can't see when a process was created. Each look that can't be
 * answered from the last seconds is a process of its own (some 20 ms). No other process's environment can be read, so
 * `marked` finds nothing; it need not: all of a job ends with its launcher, see native/win32-start.h.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type ProcessLook, type ProcessTable, sendSignal } from './process-table.ts'

/** The launcher's file name on Windows. */
export const WINDOWS_LAUNCHER = 'slipway-launcher.exe'

/**
 * So long a look counts while the pid is there. Who reads an old one takes a process for running that has just ended and
 * whose pid was given out again: it is looked at again, and nothing is signalled by a pid alone.
 */
const FRESH_MS = 2_000

let launcher = WINDOWS_LAUNCHER
const seen = new Map<number, { look: ProcessLook; atMs: number }>()

/** Where the native launcher is; before the first look. */
export function setLauncherFolder(folder: string): void {
  launcher = join(folder, WINDOWS_LAUNCHER)
}

/** The process table of Windows. */
export const win32Processes: ProcessTable = {
  bootId: () => 'windows',
  look(pid) {
    const known = seen.get(pid)
    if (sendSignal(pid, 0) === 'gone') {
      seen.delete(pid)
      return null
    }
    if (known !== undefined && performance.now() - known.atMs < FRESH_MS) return known.look
    const [, startedAt, state] = run(['--look', String(pid)])
      .trim()
      .split('\t')
    if (startedAt === undefined) return null
    const look: ProcessLook = { startedAt, state: state === 'stopped' ? 'stopped' : 'running' }
    seen.set(pid, { look, atMs: performance.now() })
    return look
  },
  marked: () => [],
  requestEnd({ pid, startedAt }) {
    run(['--end', String(pid), startedAt])
  },
  signal: (pid, signal) => (signal === 'SIGCONT' ? 'sent' : sendSignal(pid, 'SIGKILL')),
}

/** Throws when it can't be run: to take every process for gone would be worse. */
function run(argv: string[]): string {
  try {
    return execFileSync(launcher, argv, {
      encoding: 'utf8',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (cause) {
    throw new Error(`${launcher} can't be run, so that no process can be looked at`, { cause })
  }
}
