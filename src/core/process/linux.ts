/**
 * Looks at processes through /proc. Owns no state; must survive entries that vanish between two reads and
 * entries that belong to somebody else (both read as "not there").
 */
import { readdirSync, readFileSync } from 'node:fs'
import {
  ATTEMPT_MARKER,
  type MarkedProcess,
  type ProcessLook,
  type ProcessTable,
  RUN_DIR_MARKER,
  sendSignal,
} from './process-table.ts'

/** A line of /proc/<pid>/stat, as far as we need it. `startedAt` is in clock ticks since boot. */
export type ProcStat = ProcessLook & { parent: number; group: number; session: number }

let boot: string | undefined
const pause = new Int32Array(new SharedArrayBuffer(4))
const EXEC_TRIES = 50
const KERNEL_THREADS = 2
/** USER_HZ, which is part of Linux's interface to programs. */
const TICKS_PER_SECOND = 100

/** The process table of the running kernel. */
export const linuxProcesses: ProcessTable = {
  bootId() {
    boot ??= readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown'
    return boot
  },
  look: readStat,
  marked() {
    const found: MarkedProcess[] = []
    for (const pid of listPids()) {
      const marker = readMarker(pid)
      if (marker === null) continue
      const stat = readStat(pid)
      if (stat === null || stat.state === 'zombie') continue
      found.push({ pid, startedAt: stat.startedAt, ...marker })
    }
    return found
  },
  requestEnd: ({ pid }) => void sendSignal(pid, 'SIGTERM'),
  signal: sendSignal,
}

/** Every pid that /proc shows, in no promised order. */
export function listPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** The stat line of a process, or null when it is gone. The name in it may contain anything, even `) R 1`. */
export function readStat(pid: number): ProcStat | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, group, session] = fields
  const startedAt = fields[19]
  if (state === undefined || startedAt === undefined) return null
  return {
    startedAt,
    state: state === 'Z' || state === 'X' ? 'zombie' : state === 'T' || state === 't' ? 'stopped' : 'running',
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
  }
}

/** The marker in the environment a process was started with; null for none, for a zombie, and for a stranger's. */
export function readMarker(pid: number): { attempt: string; runDir: string } | null {
  const text = readEnvironment(pid)
  if (text === null || !text.includes(RUN_DIR_MARKER)) return null
  const attempt = variable(text, ATTEMPT_MARKER)
  const runDir = variable(text, RUN_DIR_MARKER)
  return attempt === undefined || runDir === undefined ? null : { attempt, runDir }
}

/** During its exec a process has no environment for a moment, and would be overlooked: reads again. */
function readEnvironment(pid: number): string | null {
  for (let tries = 0; ; tries += 1) {
    const text = readOrNull(`/proc/${pid}/environ`)
    if (text !== '' || tries === EXEC_TRIES || !isYoungProgram(pid)) return text
    Atomics.wait(pause, 0, 0, 1)
  }
}

/** Neither a zombie nor a kernel thread, which never have an environment, and new. */
function isYoungProgram(pid: number): boolean {
  const stat = readStat(pid)
  if (stat === null || stat.state === 'zombie' || stat.parent === KERNEL_THREADS) return false
  const uptimeTicks = Number(readOrNull('/proc/uptime')?.split(' ')[0]) * TICKS_PER_SECOND
  return uptimeTicks - Number(stat.startedAt) < 2 * TICKS_PER_SECOND
}

function variable(environ: string, name: string): string | undefined {
  const prefix = `${name}=`
  return environ
    .split('\0')
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length)
}

/** ENOENT, ESRCH (vanished while being read) and EACCES all mean: nothing to see here. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
