import { expect, test } from 'vitest'
import { watchStandstill } from '../../src/cli/standstill.ts'
import type { Batch, QueueState } from '../../src/contract/entities.ts'
import { aBatch } from './a-batch.ts'

const queue = (sentence: string): QueueState => ({
  paused: false,
  pausedSince: null,
  pausedBy: null,
  pauseReason: null,
  stopAfter: null,
  executor: null,
  sentence,
  headline: { text: sentence, doneBy: null, countsJobs: false },
})
const idle = (sentence: string) => ({ queue: queue(sentence), running: null })
const busy = (batch: Batch) => ({
  queue: queue(`Running #${batch.number}`),
  running: { batch, jobsPerMinute: null, doneBy: null, jobs: [] },
})
const own = aBatch({ id: 'own' })
const other = aBatch({ id: 'other', number: 3 })

/** A standstill whose moment passes when the test decides. */
function aStandstill() {
  const output: string[] = []
  let due: (() => void) | undefined
  const standstill = watchStandstill(
    (batch) => batch.id === 'own',
    (sentence) => output.push(sentence),
    (_ms, then) => {
      due = then
      return () => {
        due = undefined
      }
    },
  )
  const momentPasses = () => {
    const then = due
    due = undefined
    then?.()
  }
  return { standstill, output, momentPasses }
}

test('a reason that lasts is reported once', () => {
  const { standstill, output, momentPasses } = aStandstill()
  standstill.look(idle('The queue is paused'), true)
  expect(output).toEqual([])
  momentPasses()
  standstill.look(idle('The queue is paused'), true)
  momentPasses()
  expect(output).toEqual(['The queue is paused'])
})

test('what passes within a moment is not output', () => {
  const { standstill, output, momentPasses } = aStandstill()
  standstill.look(idle('#1 is about to start'), true)
  standstill.look(busy(own), true)
  momentPasses()
  expect(output).toEqual([])
})

test('another batch that runs first is a reason, and output once however it gets on', () => {
  const { standstill, output, momentPasses } = aStandstill()
  standstill.look(busy(other), true)
  momentPasses()
  standstill.look(busy(other), true)
  momentPasses()
  expect(output).toEqual(['Waiting for its turn. Running #3'])
})

test('the same reason is reported again after something of ours ran, and never when nobody waits', () => {
  const { standstill, output, momentPasses } = aStandstill()
  standstill.look(idle('paused'), false)
  momentPasses()
  standstill.look(idle('paused'), true)
  momentPasses()
  standstill.look(busy(own), true)
  standstill.look(idle('paused'), true)
  momentPasses()
  expect(output).toEqual(['paused', 'paused'])
})
