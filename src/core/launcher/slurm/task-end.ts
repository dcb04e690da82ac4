/** Owns what a task's end means: the line that the wrapper writes, and the word that Slurm has for it. Reads nothing. */
import type { Ending, JobExit } from '../protocol.ts'

/** What the wrapper wrote: `refused` where the job could not be started at all. */
export type TaskEnd =
  | { refused: { stage: 'cwd' | 'program' | 'log'; errno: string } }
  | { refused: null; exit: Omit<JobExit, 'attempt' | 'logBytes' | 'logCut' | 'ended'>; why: string }

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
}

/** The text of an end file; null where it isn't whole. */
export function parseEnd(text: string): TaskEnd | null {
  const [code = '', why = '', ...rest] = text.trim().split(' ')
  if (code === 'refused') {
    const stage = why === 'cwd' || why === 'log' ? why : 'program'
    return { refused: { stage, errno: rest[0] ?? 'EIO' } }
  }
  const [began, ended, awake, user, system, rss, leftovers, node] = rest
  if (node === undefined) return null
  const [userMs, systemMs] = [shellTime(user), shellTime(system)]
  // A shell has no other word for a signal: a program that exits with such a code itself is taken for one.
  const signal = SIGNALS[Number(code) - 128] ?? null
  return {
    refused: null,
    why,
    exit: {
      exitCode: code === '-' || signal !== null ? null : Number(code),
      signal,
      startedAt: Number(began),
      endedAt: Number(ended),
      awakeMs: Number(awake),
      usage:
        userMs === null || systemMs === null
          ? null
          : { userMs, systemMs, maxRssKb: rss === '-' ? null : Number(rss) },
      leftovers: Number(leftovers),
      node,
    },
  }
}

/** `0m1.234s` in ms. */
function shellTime(text: string | undefined): number | null {
  const match = /^(\d+)m([\d.]+)s$/.exec(text ?? '')
  return match === null ? null : Math.round((Number(match[1]) * 60 + Number(match[2])) * 1_000)
}

/** States in which a job may still run, now or later. */
const active = new Set([
  'PENDING',
  'CONFIGURING',
  'RUNNING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'RESIZING',
  'SIGNALING',
  'SPECIAL_EXIT',
  'STAGE_OUT',
  'RESV_DEL_HOLD',
])

export const isActive = (state: string): boolean => active.has(state)

/** What Slurm's state says of a task: final states of which Slurm itself has seen the processes end. */
export function endingBy(state: string): Ending | null {
  switch (state) {
    case 'TIMEOUT':
    case 'DEADLINE':
      return 'time-limit'
    case 'OUT_OF_MEMORY':
      return 'out-of-memory'
    case 'CANCELLED':
      return 'cancelled'
    case 'PREEMPTED':
    case 'REQUEUED':
      return 'preempted'
    case 'COMPLETED':
    case 'FAILED':
      return 'lost'
    // NODE_FAIL, BOOT_FAIL and what is not known: the processes may still be there.
    default:
      return null
  }
}

/** Whether Slurm has to be asked what lies behind an end: it kills with these, and only it knows why. */
export function needsReason({ why, exit }: Extract<TaskEnd, { refused: null }>): boolean {
  return why === 'slurm' || (why === 'exited' && (exit.signal === 'SIGKILL' || exit.signal === 'SIGTERM'))
}

/** How the attempt ended, with what Slurm said of it where that had to be asked. */
export function endingOf({ why }: Extract<TaskEnd, { refused: null }>, state: string | null): Ending {
  if (why === 'stopped' || why === 'timeout') return why
  if (why === 'fenced') return 'lost'
  const said = state === null ? null : endingBy(state)
  if (state === 'NODE_FAIL') return 'lost'
  if (said !== null && said !== 'lost') return said
  return why === 'slurm' ? 'cancelled' : 'exited'
}

/** An end of which there is no record. */
export function unwitnessed(
  attempt: string,
  ended: Ending,
  begun: { at: number; node: string } | null,
): JobExit {
  const now = Date.now()
  return {
    attempt,
    exitCode: null,
    signal: null,
    ended,
    startedAt: begun?.at ?? now,
    endedAt: now,
    awakeMs: begun === null ? 0 : Math.max(0, now - begun.at),
    usage: null,
    leftovers: 0,
    logBytes: 0,
    logCut: false,
    ...(begun === null ? {} : { node: begun.node }),
  }
}
