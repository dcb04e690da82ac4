/** A data folder whose batches run on the cluster, and hands that reach into the cluster. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, onTestFinished } from 'vitest'
import { z } from 'zod'
import { readJournals } from '../../src/core/launcher/journal.ts'
import { aPlace, type Place } from '../process/slipway.ts'

const cluster = inject('cluster')
/** Why these tests can't run; null where they can. */
export const noCluster = 'missing' in cluster ? cluster.missing : null
/** `npm run test:slurm` tries everything; as a part of `npm test` what takes longest is left out. */
export const whole = process.env.SLIPWAY_TEST_SLURM_WHOLE !== undefined
const folder = 'folder' in cluster ? cluster.folder : ''
const script = join(import.meta.dirname, '../../scripts/slurm/cluster.sh')
const SLURM_CONF = join(folder, 'etc/slurm.conf')

type SeenJob = {
  ordinal: number
  status: string
  attempts: number
  exitCode: number | null
  error: string | null
  input: string
}

export type OnCluster = Place & {
  /** Runs one of Slurm's programs. */
  slurm(program: string, ...args: string[]): string
  /** Jobs of batch 1. */
  jobs(): Promise<SeenJob[]>
  /** Lines of a file in the project folder. */
  lines(name: string): string[]
  /** The launcher that has work on the cluster. */
  launcherPid(): number
}

export function onCluster(): OnCluster {
  const place = aPlace()
  Object.assign(place.env, { SLURM_CONF })
  onTestFinished(() => {
    // Nothing of a failed test may take the next one's nodes.
    execFileSync('scancel', ['--partition=main,short'], { env: place.env })
  })
  return {
    ...place,
    slurm: (program, ...args) => execFileSync(program, args, { env: place.env, encoding: 'utf8' }),
    async jobs() {
      const { jobs } = await place.json(z.looseObject({ jobs: z.array(z.looseObject({})) }), [
        'show',
        '1',
        '--jobs',
      ])
      return jobs as SeenJob[]
    },
    lines: (name) =>
      existsSync(join(place.project, name))
        ? readFileSync(join(place.project, name), 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [],
    launcherPid() {
      const journal = readJournals(join(place.home, 'run')).find(({ kind }) => kind === 'slurm')
      if (journal === undefined) throw new Error('no launcher has work on the cluster')
      return journal.launcher.pid
    },
  }
}

/** Polls what other machines do, of which nobody notifies us. */
export async function until(isSo: () => boolean, what: string, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await sleep(50)
  }
}

/** Pid of one of the cluster's daemons. */
export function daemonPid(name: string): number {
  return Number(readFileSync(join(folder, 'run', `${name}.pid`), 'utf8'))
}

/** Killed, and started again when the test has finished, or by `startDaemon`. */
export function killDaemon(name: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  process.kill(daemonPid(name), signal)
  onTestFinished(async () => {
    startDaemon(name)
    await nodesAreBack()
  })
}

export function startDaemon(...names: string[]): void {
  execFileSync(script, ['start', folder, ...names], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function nodesAreBack(): Promise<void> {
  const env = { ...process.env, SLURM_CONF }
  const ask = (program: string, ...args: string[]) => spawnSync(program, args, { env, encoding: 'utf8' })
  await until(() => {
    const { status, stdout } = ask('sinfo', '-h', '-N', '-o', '%N %t')
    // A controller that has lost its last seconds gives numbers out twice, and takes the node for broken.
    for (const line of stdout.split('\n').filter((one) => /drain|drng/.test(one)))
      ask('scontrol', 'update', `NodeName=${line.split(' ')[0]}`, 'State=RESUME')
    return status === 0 && stdout !== '' && !/down|drain|drng|\*|inval|unk|comp/.test(stdout)
  }, 'all nodes are back')
}

/** Pids of processes that have this text in their command line. */
export function pidsOf(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) ? [Number(pid)] : []
      } catch {
        return []
      }
    })
}

/**
 * A job that notes when it begins and ends, and if another attempt of it runs beside it; it ends when the file `go` is
 * there. Arguments: its name.
 */
export function aWatchedJob(place: OnCluster, more = ''): string {
  writeFileSync(
    join(place.project, 'watched.sh'),
    `mkdir "on-$1" || echo "overlap $1" >>overlaps
echo "begin $1 $SLURMD_NODENAME $$" >>notes
${more}
while [ ! -e go ]; do sleep 0.1; done
echo "end $1" >>notes
rmdir "on-$1"
`,
  )
  return 'run: [sh, watched.sh, "{value}"]'
}
