/** When a task of a cluster is called ended, lost or unbegun: on real files, with the states that Slurm would say. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OpenTask } from '../../../../src/core/launcher/slurm/open-task.ts'
import { Slice } from '../../../../src/core/launcher/slurm/slice.ts'
import { temporaryFolder } from '../../../helpers/database.ts'

const lostAfterMs = 9_000

/** A task in a slice, and what its wrapper would do. */
function aTask() {
  const spec = {
    attempt: '17.1',
    argv: ['true'],
    cwd: '/',
    env: {},
    logPath: '/dev/null',
    logLimitBytes: 1_000,
    timeoutMs: null,
    graceMs: 100,
  }
  const slice = Slice.create(temporaryFolder(), 'slipway-L1-1', [spec], {}, 1, false)
  const [task] = slice.tasks
  if (task === undefined) throw new Error('the slice has no task')
  return {
    slice,
    open: new OpenTask(slice, task, lostAfterMs),
    begins() {
      mkdirSync(join(slice.folder, 'lock/0'))
      writeFileSync(join(slice.folder, 'begin/0'), '1000 n1 12\n')
    },
    beats: (text: string) => writeFileSync(join(slice.folder, 'beat/0'), text),
    ends: (how: string) =>
      writeFileSync(join(slice.folder, 'end/0'), `${how} 1000 2000 1000 0m0.1s 0m0.1s - 0 n1 12\n`),
  }
}

describe('a task that never began', () => {
  test('is unbegun once Slurm has dropped it, and can not begin any more', () => {
    const { open, slice } = aTask()
    expect(open.judge('PENDING', '', 0)).toEqual({ is: 'open' })
    expect(open.judge('NODE_FAIL', 'n1', 1)).toEqual({ is: 'gone', ending: 'unbegun' })
    expect(() => mkdirSync(join(slice.folder, 'lock/0'))).toThrow('EEXIST')
  })
  test('is not unbegun after one look in which Slurm does not know it', () => {
    const { open } = aTask()
    expect(open.judge(undefined, '', 0)).toEqual({ is: 'open' })
    expect(open.judge(undefined, '', 1)).toEqual({ is: 'gone', ending: 'unbegun' })
  })
  test('was cancelled where Slurm has it so, and did not see the folder where it ran', () => {
    expect(aTask().open.judge('CANCELLED', '', 0)).toEqual({ is: 'gone', ending: 'cancelled' })
    expect(aTask().open.judge('COMPLETED', 'n2', 0)).toEqual({ is: 'unseen', node: 'n2' })
  })
})

describe('a task that began', () => {
  test('is not lost while it gives signs of life, although its node is', () => {
    const { open, begins, beats } = aTask()
    begins()
    for (let seconds = 0; seconds < 60; seconds += 5) {
      beats(String(seconds))
      expect(open.judge('NODE_FAIL', 'n1', seconds * 1_000)).toEqual({ is: 'open' })
    }
    expect(open.judge('NODE_FAIL', 'n1', 63_000)).toEqual({ is: 'open' })
    expect(open.judge('NODE_FAIL', 'n1', 64_001)).toEqual({ is: 'gone', ending: 'lost' })
  })
  test('is asked to stop when it is given up, should it come back', () => {
    const { open, begins, slice } = aTask()
    begins()
    open.judge('NODE_FAIL', 'n1', 0)
    open.judge('NODE_FAIL', 'n1', lostAfterMs)
    expect(() => writeFileSync(join(slice.folder, 'stop/0'), '', { flag: 'wx' })).toThrow('EEXIST')
  })
  test('that Slurm saw end waits a third as long for what it may have written', () => {
    const { open, begins } = aTask()
    begins()
    expect(open.judge('TIMEOUT', 'n1', 0)).toEqual({ is: 'open' })
    expect(open.judge('TIMEOUT', 'n1', lostAfterMs / 3)).toEqual({ is: 'gone', ending: 'time-limit' })
  })
  test('counts by its end whatever Slurm says', () => {
    const { open, begins, ends } = aTask()
    begins()
    ends('0 exited')
    expect(open.judge('NODE_FAIL', 'n1', 0)).toMatchObject({ is: 'ended', ending: 'exited' })
  })
  test('and was killed is named by Slurm, or by what is known when Slurm is silent for long', () => {
    const { open, begins, ends } = aTask()
    begins()
    ends('137 exited')
    expect(open.readEnd(0)).toEqual({ is: 'open' })
    expect(open.judge('COMPLETING', 'n1', 1)).toEqual({ is: 'open' })
    expect(open.judge('OUT_OF_MEMORY', 'n1', 2)).toMatchObject({ is: 'ended', ending: 'out-of-memory' })
    const other = aTask()
    other.begins()
    other.ends('137 exited')
    other.open.readEnd(0)
    expect(other.open.judge('RUNNING', 'n1', lostAfterMs)).toMatchObject({ is: 'ended', ending: 'exited' })
  })
  test('and went back to the queue was preempted', () => {
    const { open, begins, ends } = aTask()
    begins()
    ends('143 slurm')
    expect(open.judge('PENDING', '', 0)).toMatchObject({ is: 'ended', ending: 'preempted' })
  })
})
