import { expect, test } from 'vitest'
import { linesView } from '../../src/cli/json-lines.ts'
import { jobFieldNames } from '../../src/cli/reference.ts'
import type { Batch, QueueState } from '../../src/contract/entities.ts'
import { jobSchema } from '../../src/contract/entities.ts'
import type { JsonLine } from '../../src/contract/json-lines.ts'

import { aBatch } from './a-batch.ts'

function aView() {
  const lines: JsonLine[] = []
  let now = 0
  let timers: { at: number; then: () => void }[] = []
  const clock = {
    now: () => now,
    after(ms: number, then: () => void) {
      const timer = { at: now + ms, then }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const view = linesView((line) => lines.push(line), { mine: () => true, reportIdle: false }, clock)
  const queue = { sentence: 'Running' } as QueueState
  return {
    lines,
    types: () => lines.map(({ type }) => type),
    update(batch: Batch) {
      const running = batch.status === 'running' ? { batch, jobsPerMinute: 12, doneBy: null, jobs: [] } : null
      view.update({ batches: [batch], queue, running, now })
    },
    pass(ms: number) {
      const until = now + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((one) => one !== next)
        now = Math.max(now, next.at)
        next.then()
      }
      now = until
    },
  }
}

const running = (done: number): Batch =>
  aBatch({
    status: 'running',
    position: 0,
    jobs: { total: 100, pending: 100 - done, running: 0, succeeded: done, failed: 0, cancelled: 0 },
  })

test('prints progress at most twice a second, and always the latest', () => {
  const view = aView()
  for (let i = 0; i < 100; i += 1) {
    view.update(running(i))
    view.pass(20)
  }
  const progress = view.lines.filter((line) => line.type === 'progress')
  expect(progress.length).toBeGreaterThanOrEqual(4)
  expect(progress.length).toBeLessThanOrEqual(5)
  view.pass(500)
  expect(view.lines.at(-1)).toMatchObject({
    type: 'progress',
    batch: { jobs: { succeeded: 99 } },
    sentence: '12/min',
  })
})

test('prints a change of status at once, and no progress of a batch behind its end', () => {
  const view = aView()
  view.update(running(1))
  view.pass(0)
  view.update(running(2))
  view.update(aBatch({ ...running(100), status: 'completed', position: null }))
  view.pass(1_000)
  expect(view.types()).toEqual(['batch', 'progress', 'batch'])
})

test('reports nothing of a batch that had ended before', () => {
  const view = aView()
  view.update(aBatch({ status: 'completed', position: null }))
  view.pass(5_000)
  expect(view.lines).toEqual([])
})

test('show --fields knows every field of a job', () => {
  expect([...jobFieldNames].sort()).toEqual(Object.keys(jobSchema.shape).sort())
})
