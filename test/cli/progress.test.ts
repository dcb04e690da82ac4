import { expect, test } from 'vitest'
import { noPaint } from '../../src/cli/io.ts'
import { bar, changeLine, type ProgressState, progressLines } from '../../src/cli/print/progress.ts'
import { widthOf } from '../../src/cli/print/width.ts'
import { asItHappened, stateOf } from '../../src/cli/progress-view.ts'
import type { QueueState } from '../../src/contract/entities.ts'
import { aBatch } from './a-batch.ts'

const at = (hour: number, minute: number): number => new Date(2026, 2, 3, hour, minute).getTime()

const running = aBatch({ status: 'running', position: 0 })
const state: ProgressState = {
  now: at(6, 0),
  running,
  jobsPerMinute: 12,
  doneBy: { earliest: at(7, 10), likely: at(7, 20), latest: at(7, 40) },
  queueDoneBy: { earliest: at(8, 0), likely: at(8, 10), latest: at(9, 0) },
  queue: { batches: 4, finished: 1, jobs: 480, done: 163 },
  sentence: '',
}

test('the batch and the queue have a bar each, with rate and done-by as a range', () => {
  expect(progressLines(state, 120, noPaint)).toEqual([
    '#12 flood-2026 / portfolio       [##########....................] 43 of 120  2 failed  12/min  done 07:10–07:40',
    'queue: 1 of 4 batches            [##########....................] 163 of 480  done 08:00–09:00',
  ])
})

test('no line is ever wider than the terminal, and facts are left out whole', () => {
  const wide = { ...state, running: aBatch({ ...running, configuration: '洪水'.repeat(20) }) }
  for (let columns = 4; columns <= 140; columns += 1) {
    for (const line of progressLines(wide, columns, noPaint))
      expect(widthOf(line)).toBeLessThanOrEqual(columns)
  }
  expect(progressLines(state, 70, noPaint)[0]).not.toContain('07:')
})

test('while nothing runs the first line gives the reason', () => {
  expect(
    progressLines({ ...state, running: null, sentence: 'Paused by ada since 18:02.' }, 80, noPaint)[0],
  ).toBe('Paused by ada since 18:02.')
})

test('a bar is full only when everything is done, and empty only when nothing is', () => {
  expect(bar(0, 1_000, 10, noPaint)).toBe('[..........]')
  expect(bar(1, 1_000, 10, noPaint)).toBe('[#.........]')
  expect(bar(999, 1_000, 10, noPaint)).toBe('[#########.]')
  expect(bar(1_000, 1_000, 10, noPaint)).toBe('[##########]')
  expect(bar(0, 0, 4, noPaint)).toBe('[....]')
})

const jobs = (succeeded: number) => ({
  ...running.jobs,
  total: 100,
  pending: 100 - succeeded,
  succeeded,
  failed: 0,
})
const runs = (succeeded: number) => aBatch({ status: 'running', jobs: jobs(succeeded) })
const reported = (succeeded: number, since = 0, last = since) => ({ batch: runs(succeeded), at: last, since })

test('off a terminal a line is reported when the status changes', () => {
  expect(changeLine(undefined, runs(0), 0)).toBe('#12 flood-2026 / portfolio: running, 0 of 100')
  expect(changeLine(reported(99), aBatch({ status: 'failed', jobs: jobs(99), error: 'disk full' }), 1)).toBe(
    '#12 flood-2026 / portfolio: failed, 99 of 100; disk full',
  )
})

test('off a terminal a batch that only waits is not a line of its own', () => {
  expect(changeLine(undefined, aBatch({ status: 'queued' }), 0)).toBeUndefined()
})

test('off a terminal a tenth is reported, but short batches are not counted up', () => {
  expect(changeLine(reported(0), runs(9), 6_000)).toBeUndefined()
  expect(changeLine(reported(9), runs(10), 4_999)).toBeUndefined()
  expect(changeLine(reported(9), runs(40), 5_000)).toBe('#12 flood-2026 / portfolio: 40 %, 40 of 100')
})

test('off a terminal a long batch shows a sign of life, less often the longer it takes', () => {
  const hour = 3_600_000
  expect(changeLine(reported(1), runs(2), 29_999)).toBeUndefined()
  expect(changeLine(reported(1), runs(1), 30_000)).toBeUndefined()
  const late = { earliest: at(7, 10), likely: at(7, 20), latest: at(7, 40) }
  expect(changeLine(reported(1, at(6, 0)), runs(2), at(6, 1), late)).toMatch(
    /: 2 %, 2 of 100, done 07:10–07:40$/,
  )
  expect(changeLine(reported(1, 0, 10 * hour), runs(2), 10 * hour + 60_000)).toBeUndefined()
  expect(changeLine(reported(1, 0, 10 * hour), runs(2), 11 * hour)).toMatch(/2 of 100/)
})

test('a batch that was cancelled half way counts as done for the queue, a paused one is not in it', () => {
  const queue: QueueState = {
    paused: false,
    pausedSince: null,
    pausedBy: null,
    pauseReason: null,
    stopAfter: null,
    executor: null,
    sentence: 'Nothing to do.',
    headline: { text: 'Nothing to do.', doneBy: null, countsJobs: false },
  }
  const seen = new Map(
    [
      aBatch({ id: 'a', status: 'completed_with_errors' }),
      aBatch({ id: 'b', status: 'paused' }),
      aBatch({ id: 'c', status: 'queued' }),
    ].map((batch) => [batch.id, batch]),
  )
  expect(stateOf({ queue, running: null, doneBy: {}, now: 0 }, seen).queue).toEqual({
    batches: 2,
    finished: 1,
    jobs: 240,
    done: 163,
  })
})

test('ends that come with one change are reported in the order in which they came, before what still runs', () => {
  const change = [
    aBatch({ number: 3, status: 'running', completedAt: null }),
    aBatch({ number: 2, status: 'completed', completedAt: 20 }),
    aBatch({ number: 5, status: 'completed', completedAt: 20 }),
    aBatch({ number: 9, status: 'failed', completedAt: 10 }),
  ]
  expect(asItHappened(change).map(({ number }) => number)).toEqual([9, 2, 5, 3])
})
