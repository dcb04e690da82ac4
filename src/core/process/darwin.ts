/**
 * Looks at processes through `ps`. Written for macOS and not run here: the test suite has only seen Linux.
 * Start times have a resolution of one second, which `ps` dictates.
 */
import { execFileSync } from 'node:child_process'
import {
  ATTEMPT_MARKER,
  type MarkedProcess,
  type ProcessLook,
  type ProcessTable,
  RUN_DIR_MARKER,
  sendSignal,
} from './process-table.ts'

let boot: string | undefined

/** The process table of macOS. */
export const darwinProcesses: ProcessTable = {
  bootId() {
    boot ??= /sec = (\d+)/.exec(capture('sysctl', ['-n', 'kern.boottime']))?.[1] ?? 'unknown'
    return boot
  },
  look(pid) {
    return parse(capture('ps', ['-o', 'state=,lstart=', '-p', String(pid)]))
  },
  marked() {
    const found: MarkedProcess[] = []
    for (const line of capture('ps', ['-axEww', '-o', 'pid=,state=,lstart=,command=']).split('\n')) {
      const [, pid, rest] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
      const attempt = variable(line, ATTEMPT_MARKER)
      const runDir = variable(line, RUN_DIR_MARKER)
      const look = rest === undefined ? null : parse(rest)
      if (attempt === undefined || runDir === undefined || look === null || look.state === 'zombie') continue
      found.push({ pid: Number(pid), startedAt: look.startedAt, attempt, runDir })
    }
    return found
  },
  requestEnd: ({ pid }) => void sendSignal(pid, 'SIGTERM'),
  signal: sendSignal,
}

/** `S+  Sun Nov 22 01:53:24 2026 …` */
function parse(text: string): ProcessLook | null {
  const [, state, started] = /^\s*(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)/.exec(text) ?? []
  if (state === undefined || started === undefined) return null
  const startedAt = String(Math.floor(Date.parse(started) / 1000))
  return {
    startedAt,
    state: state.startsWith('Z') ? 'zombie' : state.startsWith('T') ? 'stopped' : 'running',
  }
}

/** `ps -E` prints the environment after the command, words separated by blanks; a value ends at the next NAME=. */
function variable(line: string, name: string): string | undefined {
  return new RegExp(` ${name}=(.*?)(?= [A-Za-z_][A-Za-z0-9_]*=|$)`).exec(line)?.[1]
}

function capture(program: string, argv: string[]): string {
  try {
    const env = { ...process.env, LC_ALL: 'C' }
    return execFileSync(program, argv, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
