/**
 * The promises under faults, on a real Slurm: a task never runs twice, none is stuck, none is lost, whatever is killed. The
 * watched job notes its beginnings and ends, and leaves `overlaps` if it ever runs beside itself.
 */
import { chmodSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Running } from '../process/slipway.ts'
import {
  aWatchedJob,
  daemonPid,
  killDaemon,
  noCluster,
  type OnCluster,
  onCluster,
  pidsOf,
  startDaemon,
  until,
  whole,
} from './on-cluster.ts'

/** Two watched jobs on the first node, running. */
async function twoRunning(slurm = '{ lost-after: 6s, extra: [--nodelist=n1] }', more = '') {
  const place = onCluster()
  const file = place.write(
    'a.slipway.yaml',
    `batches: [{ type: a, on: { slurm: ${slurm} }, ${aWatchedJob(place, more)}, over: { list: [x, y] } }]`,
  )
  const host = place.start('run', file)
  await until(() => place.lines('notes').length === 2, 'both jobs run')
  return { place, host }
}

/** Lets the jobs end, and expects that each ran once. */
async function eachRanOnce(place: OnCluster, host: Running) {
  place.write('go', '')
  const ended = await host.ended
  expect(ended.code, ended.out + ended.err).toBe(0)
  expect(place.lines('overlaps')).toEqual([])
  expect(place.lines('notes').filter((line) => line.startsWith('begin')).length).toBe(2)
  expect((await place.jobs()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['succeeded', 1],
    ['succeeded', 1],
  ])
}

/** Lets the jobs end, and expects that each was interrupted once and ran again, never beside itself. */
async function eachRanAgain(place: OnCluster, host: Running, withinMs = 60_000) {
  await until(
    () => place.lines('notes').filter((line) => line.startsWith('begin')).length === 4,
    'both run again',
    withinMs,
  )
  place.write('go', '')
  const ended = await host.ended
  expect(ended.code, ended.out + ended.err).toBe(0)
  expect((await place.jobs()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['succeeded', 2],
    ['succeeded', 2],
  ])
}

/** A stand-in for sbatch, found before the real one, that runs this script once; then the real one is found. */
function insteadOfSbatch(place: OnCluster, script: string) {
  const bin = join(place.project, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'sbatch'),
    `#!/bin/sh
case " $* " in *" --test-only "*) exec /usr/bin/sbatch "$@" ;; esac
mkdir "${bin}/done" 2>/dev/null || exec /usr/bin/sbatch "$@"
${script}
`,
  )
  chmodSync(join(bin, 'sbatch'), 0o755)
  Object.assign(place.env, { PATH: `${bin}:${process.env.PATH}` })
}

const title = `on a cluster${noCluster === null ? '' : ` (skipped: ${noCluster})`}`

describe.skipIf(noCluster !== null)(`${title}, jobs go on and count once when`, () => {
  test('their host is killed, and its launcher sees them to their end', async () => {
    const { place, host } = await twoRunning()
    host.child.kill('SIGKILL')
    await host.ended
    await eachRanOnce(place, place.start('work', '--until-empty'))
  })

  test('host and launcher are killed, as when the login node goes down', async () => {
    const { place, host } = await twoRunning()
    const launcher = place.launcherPid()
    host.child.kill('SIGKILL')
    process.kill(launcher, 'SIGKILL')
    await host.ended
    await eachRanOnce(place, place.start('work', '--until-empty'))
  })

  test('the launcher alone is killed, and the next one too', async () => {
    const { place, host } = await twoRunning()
    const first = place.launcherPid()
    process.kill(first, 'SIGKILL')
    await until(() => pidsOf('slurm-launcher').some((pid) => pid !== first), 'there is another launcher')
    await until(() => place.launcherPid() !== first, 'it has a journal')
    await sleep(500)
    process.kill(place.launcherPid(), 'SIGKILL')
    await eachRanOnce(place, host)
  })

  test('they ended while neither host nor launcher was there', async () => {
    const { place, host } = await twoRunning()
    const launcher = place.launcherPid()
    host.child.kill('SIGKILL')
    process.kill(launcher, 'SIGKILL')
    await host.ended
    place.write('go', '')
    await until(() => place.slurm('squeue', '-h') === '', 'Slurm has nothing left')
    await eachRanOnce(place, place.start('work', '--until-empty'))
  })

  test('the launcher dies between sbatch and writing the number down', async () => {
    const place = onCluster()
    insteadOfSbatch(place, '/usr/bin/sbatch "$@" >/dev/null; kill -9 $PPID; sleep 1')
    const file = place.write(
      'a.slipway.yaml',
      `batches: [{ type: a, on: { slurm: { lost-after: 6s } }, ${aWatchedJob(place)}, over: { list: [x, y] } }]`,
    )
    const host = place.start('run', file)
    await until(() => place.lines('notes').length === 2, 'both jobs run')
    await eachRanOnce(place, host)
  })

  test('the launcher dies before sbatch, which may still be under way', async () => {
    const place = onCluster()
    insteadOfSbatch(place, 'kill -9 $PPID; sleep 4; /usr/bin/sbatch "$@" >/dev/null')
    const file = place.write(
      'a.slipway.yaml',
      `batches: [{ type: a, on: { slurm: { lost-after: 6s } }, ${aWatchedJob(place)}, over: { list: [x, y] } }]`,
    )
    const host = place.start('run', file)
    await until(() => place.lines('notes').length === 2, 'both jobs run')
    await sleep(6_000) // the late one arrives now, and finds the locks taken
    await eachRanOnce(place, host)
  })

  test.runIf(whole)('the controller is dead for long', async () => {
    const { place, host } = await twoRunning()
    killDaemon('slurmctld')
    await sleep(15_000)
    expect(host.child.exitCode).toBeNull()
    place.write('go', '')
    const ended = await host.ended
    expect(ended.code, ended.out + ended.err).toBe(0)
    expect((await place.jobs()).map(({ attempts }) => attempts)).toEqual([1, 1])
  })

  test('the controller is dead when they are to be submitted', async () => {
    const place = onCluster()
    const file = place.write(
      'a.slipway.yaml',
      `batches: [{ type: a, on: { slurm: { lost-after: 6s } }, ${aWatchedJob(place)}, over: { list: [x, y] } }]`,
    )
    expect((await place.run('add', file)).code).toBe(0)
    killDaemon('slurmctld', 'SIGTERM') // by SIGKILL it would forget the jobs of the last seconds
    const host = place.start('work', '--until-empty')
    await sleep(8_000)
    expect((await place.jobs()).map(({ status }) => status)).toEqual(['running', 'running'])
    startDaemon('slurmctld')
    await until(() => place.lines('notes').length === 2, 'both jobs run')
    await eachRanOnce(place, host)
  })

  test('slurmd of their node is killed under them, although Slurm gives the node up', async () => {
    const { place, host } = await twoRunning()
    killDaemon('n1')
    await until(
      () => /down/.test(place.slurm('sinfo', '-h', '-N', '-n', 'n1', '-o', '%T')),
      'Slurm gives the node up',
    )
    await until(
      () => /NODE_FAIL/.test(place.slurm('squeue', '-h', '-t', 'all', '-o', '%T')),
      'and the jobs',
      30_000,
    )
    await sleep(10_000) // longer than lost-after: what lives is not lost
    await eachRanOnce(place, host)
  })

  test('slurmd of their node is stopped for a while', async () => {
    const { place, host } = await twoRunning()
    const slurmd = daemonPid('n1')
    process.kill(slurmd, 'SIGSTOP')
    onTestFinished(() => void process.kill(slurmd, 'SIGCONT'))
    await sleep(5_000)
    place.write('go', '')
    await until(() => place.lines('notes').length === 4, 'both have ended')
    process.kill(slurmd, 'SIGCONT')
    await eachRanOnce(place, host)
  })

  test('the accounting and munge are dead', async () => {
    const { place, host } = await twoRunning()
    killDaemon('slurmdbd')
    killDaemon('munged')
    await sleep(8_000)
    startDaemon('munged')
    await eachRanOnce(place, host)
  })
})

describe.skipIf(noCluster !== null)(`${title}, jobs run again, never beside themselves, when`, () => {
  test.runIf(whole)('their node is gone with everything on it', async () => {
    const { place, host } = await twoRunning('{ lost-after: 6s, extra: [--exclude=n2] }', 'echo $$ >>pids')
    const nodes = new Set(place.lines('notes').map((line) => line.split(' ')[2] ?? ''))
    // As a power cut would: slurmd first, so that nobody reports an end.
    for (const node of nodes) killDaemon(node)
    for (const pid of [...pidsOf('slurmstepd: ['), ...pidsOf('slurm_script'), ...pidsOf('watched.sh')]) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // One took the other with it.
      }
    }
    for (const name of ['x', 'y']) rmdirSync(join(place.project, `on-${name}`))
    for (const node of nodes) if (nodes.size > 1) startDaemon(node)
    await eachRanAgain(place, host, 90_000)
    expect(place.lines('overlaps')).toEqual([])
  })

  test('an administrator requeues them', async () => {
    const { place, host } = await twoRunning('{ lost-after: 6s }', "trap 'rmdir on-$1; exit 1' TERM")
    const ids = place.slurm('squeue', '-h', '-r', '-o', '%i').trim().split('\n')
    for (const id of ids) {
      place.slurm('scontrol', 'update', `JobId=${id}`, 'Requeue=1')
      place.slurm('scontrol', 'requeue', id)
    }
    await eachRanAgain(place, host, 90_000)
    expect(place.lines('overlaps')).toEqual([])
  })
})
