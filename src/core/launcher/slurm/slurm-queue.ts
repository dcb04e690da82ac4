/** Owns one look at Slurm's queue: a single squeue for all slices, with those jobs that have just ended. */
import type { Answer, Failure, RunSlurm } from './slurm-command.ts'

/** One task as Slurm sees it. */
export type QueueEntry = {
  name: string
  index: number
  jobId: string
  state: string
  reason: string
  node: string
}

/** Everything that Slurm knows of these names. */
export async function lookAtQueue(
  run: RunSlurm,
  names: readonly string[],
): Promise<{ ok: true; entries: QueueEntry[] } | Failure> {
  const answer = await run('squeue', [
    '-h',
    '-r',
    '-t',
    'all',
    `--name=${names.join(',')}`,
    '-o',
    '%j|%F|%K|%T|%r|%N',
  ])
  return answer.ok ? { ok: true, entries: parse(answer) } : answer
}

/**
 * What the accounting says of tasks that ended without leaving their end, by `jobId_index`; empty without accounting. Where
 * no cgroup holds a job in its memory, Slurm ends it too, but has no word for that: then its use shows it.
 */
export async function askAccounting(
  run: RunSlurm,
  tasks: readonly { jobId: string; index: number }[],
): Promise<Map<string, string>> {
  const answer = await run('sacct', [
    '-n',
    '-P',
    '--noconvert',
    '-o',
    'JobID,State,MaxRSS,ReqMem',
    '-j',
    tasks.map(({ jobId, index }) => `${jobId}_${index}`).join(','),
  ])
  const states = new Map<string, string>()
  const asked = new Map<string, number>()
  for (const line of answer.ok ? answer.text.split('\n') : []) {
    const [id = '', state = '', used = '', memory = ''] = line.split('|')
    const [task = '', step] = id.split('.')
    // `CANCELLED by 1000`
    if (step === undefined && id !== '') states.set(task, state.split(' ')[0] ?? state)
    if (step === undefined) asked.set(task, bytesOf(memory))
    else if (bytesOf(used) > (asked.get(task) ?? Number.NaN)) states.set(task, 'OUT_OF_MEMORY')
  }
  return states
}

/** `100M`, `104857600`, and of older versions `100Mn` and `100Mc`. */
function bytesOf(text: string): number {
  const match = /^([\d.]+)([KMGT]?)[cn]?$/.exec(text)
  return match === null ? Number.NaN : Number(match[1]) * 1_024 ** ' KMGT'.indexOf(match[2] || ' ')
}

function parse({ text }: Extract<Answer, { ok: true }>): QueueEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, jobId, index, state, reason, node] = line.split('|')
    if (name === undefined || jobId === undefined || state === undefined) return []
    return [{ name, jobId, index: Number(index), state, reason: reason ?? '', node: node ?? '' }]
  })
}

/** Tasks as scancel takes them: `12_[1-3,7]`. */
export function taskIds(tasks: readonly { jobId: string; index: number }[]): string[] {
  const byJob = Map.groupBy(tasks, ({ jobId }) => jobId)
  return [...byJob].map(([jobId, all]) => `${jobId}_[${rangesOf(all.map(({ index }) => index))}]`)
}

/** `1-3,7` */
export function rangesOf(indexes: readonly number[]): string {
  const sorted = [...new Set(indexes)].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const index of sorted) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}
