/** How the words of Slurm and of the wrapper become facts. */
import { describe, expect, test } from 'vitest'
import { checkPlace, parseLimit } from '../../../../src/core/launcher/slurm/check-place.ts'
import { resources } from '../../../../src/core/launcher/slurm/sbatch-arguments.ts'
import { type Answer, failure, type RunSlurm } from '../../../../src/core/launcher/slurm/slurm-command.ts'
import { rangesOf, taskIds } from '../../../../src/core/launcher/slurm/slurm-queue.ts'
import { endingOf, needsReason, parseEnd } from '../../../../src/core/launcher/slurm/task-end.ts'
import { aPlace } from './a-place.ts'

describe('a failed command of Slurm', () => {
  test.each([
    [
      'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified',
      'refused',
      'Invalid account or account/partition combination specified',
    ],
    [
      'sbatch: error: Memory specification can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available',
      'refused',
      'Requested node configuration is not available',
    ],
    [
      "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
      'limit',
      "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    ],
    [
      'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying',
      'limit',
      'Slurm temporarily unable to accept job, sleeping and retrying',
    ],
    [
      'slurm_load_jobs error: Unable to contact slurm controller (connect failure)',
      'trouble',
      'slurm_load_jobs error: Unable to contact slurm controller (connect failure)',
    ],
    [
      'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation',
      'trouble',
      'Socket timed out on send/recv operation',
    ],
    [
      'allocation failure: Requested partition configuration not available now',
      'trouble',
      'Requested partition configuration not available now',
    ],
    ['', 'trouble', 'sbatch failed'],
  ] as const)('%s is %s', (said, kind, message) => {
    expect(failure('sbatch', said)).toEqual({ ok: false, kind, message })
  })
})

describe('the end of a task', () => {
  test('is read with its code, times, use and node', () => {
    expect(parseEnd('7 exited 1000 3000 2000 0m1.500s 0m0.250s 2048 0 n1 12\n')).toEqual({
      refused: null,
      why: 'exited',
      exit: {
        exitCode: 7,
        signal: null,
        startedAt: 1000,
        endedAt: 3000,
        awakeMs: 2000,
        usage: { userMs: 1500, systemMs: 250, maxRssKb: 2048 },
        leftovers: 0,
        node: 'n1',
      },
    })
  })
  test('is not there before it is whole', () => {
    expect(parseEnd('')).toBeNull()
    expect(parseEnd('0 exited 1000')).toBeNull()
  })
  test.each([
    ['139 exited', null, 'SIGSEGV', 'exited'],
    ['143 stopped', null, 'SIGTERM', 'stopped'],
    ['137 timeout', null, 'SIGKILL', 'timeout'],
    ['137 exited', 'OUT_OF_MEMORY', 'SIGKILL', 'out-of-memory'],
    ['143 slurm', 'TIMEOUT', 'SIGTERM', 'time-limit'],
    ['143 slurm', 'CANCELLED', 'SIGTERM', 'cancelled'],
    ['143 slurm', 'PREEMPTED', 'SIGTERM', 'preempted'],
    ['143 slurm', 'REQUEUED', 'SIGTERM', 'preempted'],
    ['137 exited', 'FAILED', 'SIGKILL', 'exited'],
    ['137 exited', null, 'SIGKILL', 'exited'],
    ['137 fenced', null, 'SIGKILL', 'lost'],
  ])('"%s" with %s of Slurm was %s, %s', (text, state, signal, ending) => {
    const end = parseEnd(`${text} 1 2 1 0m0.0s 0m0.0s - 0 n1 12`)
    if (end?.refused !== null) throw new Error('it has an exit')
    expect([end.exit.signal, endingOf(end, state)]).toEqual([signal, ending])
  })
  test('asks Slurm for its reason only where Slurm may have one', () => {
    const reasons = ['0 exited', '9 exited', '137 exited', '143 exited', '143 slurm', '137 stopped'].map(
      (text) => {
        const end = parseEnd(`${text} 1 2 1 0m0.0s 0m0.0s - 0 n1 12`)
        return end?.refused === null && needsReason(end)
      },
    )
    expect(reasons).toEqual([false, false, true, true, true, false])
  })
})

test('tasks are named to scancel in ranges, by their array', () => {
  expect(rangesOf([5, 1, 2, 3, 9, 2])).toBe('1-3,5,9')
  expect(
    taskIds([
      { jobId: '12', index: 1 },
      { jobId: '14', index: 0 },
      { jobId: '12', index: 2 },
    ]),
  ).toEqual(['12_[1-2]', '14_[0]'])
})

test('what is asked becomes arguments of sbatch, never with a requeue', () => {
  expect(
    resources({
      ...aPlace,
      partition: 'p',
      timeMs: 61_000,
      memoryMb: 5,
      cpus: 2,
      gpus: '1',
      extra: ['--nice'],
    }),
  ).toEqual([
    '--partition=p',
    '--time=2',
    '--cpus-per-task=2',
    '--mem=5M',
    '--gpus=1',
    '--nice',
    '--no-requeue',
  ])
  expect(resources(aPlace)).toEqual(['--no-requeue'])
})

describe('a place', () => {
  const cluster =
    (sbatch: Answer = { ok: true, text: '' }): RunSlurm =>
    async (program) =>
      program === 'sinfo' ? { ok: true, text: 'main*|1:00:00|4000|2\nlong|2-00:00:00|64000|16\n' } : sbatch

  test('is good where Slurm would take its jobs', async () => {
    expect(await checkPlace({ ...aPlace, partition: 'long', timeMs: 86_400_000 }, cluster())).toBeNull()
  })
  test.each([
    [{ partition: 'lnog' }, 'Slurm has no partition "lnog"; it has main, long'],
    [{ timeMs: 7_200_000 }, 'partition main grants at most 1h of time, and 2h is asked'],
    [{ memoryMb: 5_000 }, 'partition main grants at most 4000 MiB of memory, and 5000 MiB is asked'],
    [{ partition: 'long', cpus: 32 }, 'partition long grants at most 16 of cpus, and 32 is asked'],
  ])('that asks %o is refused with what there is', async (asked, message) => {
    expect((await checkPlace({ ...aPlace, ...asked }, cluster()))?.message).toBe(message)
  })
  test("is refused in Slurm's words where only Slurm can judge", async () => {
    const refused = failure('sbatch', 'allocation failure: Invalid qos specification')
    expect((await checkPlace({ ...aPlace, qos: 'x' }, cluster(refused)))?.message).toBe(
      'Slurm would refuse the jobs: Invalid qos specification',
    )
  })
  test('is refused where Slurm does not answer', async () => {
    const silent: RunSlurm = async () => ({ ok: false, kind: 'trouble', message: 'no answer' })
    expect((await checkPlace(aPlace, silent))?.message).toBe("Slurm can't be asked: no answer")
  })
  test('has limits in days, hours and minutes', () => {
    expect(['2-01:00:00', '30:00', 'infinite', '1:00:00'].map(parseLimit)).toEqual([
      176_400_000,
      1_800_000,
      null,
      3_600_000,
    ])
  })
})
