/**
 * What Slipway costs beside Slurm itself: the same tasks by a bare `sbatch --array` with a wait loop, and as a batch, in turns on
 * the cluster of the tests. `node test/bench/slurm.ts [TASKS] [ROUNDS]`, as root, with Slurm installed.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { entry, inTurns, median, root } from './measure.ts'
import { writeSection } from './sections.ts'

const tasks = Number(process.argv[2] ?? 1_000)
const rounds = Number(process.argv[3] ?? 3)
const script = join(root, 'scripts/slurm/cluster.sh')
const folder = mkdtempSync('/tmp/slipway-slurm-')
const bin = join(folder, 'bin')
const calls = join(folder, 'calls')
const env: NodeJS.ProcessEnv = {
  ...process.env,
  SLURM_CONF: join(folder, 'etc/slurm.conf'),
  SLIPWAY_HOME: join(folder, 'home'),
}
const out = (program: string, ...args: string[]) => execFileSync(program, args, { env, encoding: 'utf8' })
const ended: number[] = []
let cpuShare = 0
let perMinute = 0

/** Submits an array, and looks for its end every second, as one would in a script. */
async function bare(): Promise<number> {
  const from = performance.now()
  const log = join(folder, 'bare')
  mkdirSync(log, { recursive: true })
  const wrap = ['--parsable', `--array=0-${tasks - 1}`, '-o', `${log}/%a`, '--wrap', 'true']
  const id = out('sbatch', ...wrap).trim()
  while (out('squeue', '-h', '-j', id, '-t', 'PENDING,RUNNING,COMPLETING').trim() !== '') await sleep(1_000)
  return performance.now() - from
}

/** The same as a batch: from `run` to its exit. */
async function batch(): Promise<number> {
  const file = join(folder, `b${ended.length}.slipway.yaml`)
  writeFileSync(
    file,
    `batches: [{ type: t, on: { slurm: { at-once: ${tasks} } }, run: ["true"], over: { range: 1..${tasks} }, repeat: true }]`,
  )
  writeFileSync(calls, '')
  const from = performance.now()
  const child = spawn(process.execPath, [entry, 'run', file], {
    env: { ...env, PATH: `${bin}:${env.PATH}` },
    stdio: 'ignore',
  })
  const pid = child.pid ?? 0
  let ticks = 0
  const watch = setInterval(() => {
    ticks = ticksOf(pid) ?? ticks
  }, 500)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(watch)
  const took = performance.now() - from
  if (code !== 0) throw new Error(`the batch ended with ${code}`)
  cpuShare = (ticks * 10) / took
  perMinute = readFileSync(calls, 'utf8').split('\n').length / (took / 60_000)
  ended.push(took)
  return took
}

/** User and system time of a process, in ticks of 10 ms. */
function ticksOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return null
  }
}

/** Counts the calls of Slurm's programs. */
function countCalls(): void {
  mkdirSync(bin)
  for (const name of ['sbatch', 'squeue', 'sacct', 'scancel', 'sinfo'])
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >>${calls}\nexec /usr/bin/${name} "$@"\n`, {
      mode: 0o755,
    })
}

try {
  execFileSync(script, ['up', folder], { stdio: 'inherit' })
  countCalls()
  const times = await inTurns(
    new Map([
      ['bare', bare],
      ['batch', batch],
    ]),
    rounds,
  )
  const of = (name: string) => median(times.get(name) ?? [])
  const share = (of('batch') / of('bare') - 1) * 100
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  writeSection(
    'slurm',
    `## On a cluster

\`node test/bench/slurm.ts\`: ${tasks} tasks of \`true\` on three nodes of Slurm 22.05 on this very machine, in turns, medians of
${rounds}. The bare way is one \`sbatch --array\` and a look at squeue every second.

| | |
|---|---|
| bare \`sbatch --array\` | ${seconds(of('bare'))} |
| the same as a batch | ${seconds(of('batch'))} (${share >= 0 ? '+' : ''}${share.toFixed(1)} %) |
| calls of Slurm's programs, of the batch | ${perMinute.toFixed(1)} a minute |
| CPU of the host while it ran | ${(cpuShare * 100).toFixed(1)} % of one core |

Nodes and host share two cores here: the share counts also what the wrapper does on the nodes (a shell, its watch, six small
files), which a real cluster does on its own machines.`,
  )
} finally {
  spawnSync(script, ['down', folder])
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
