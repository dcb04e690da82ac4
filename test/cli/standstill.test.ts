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

/** A standstill whose moment passes when the test says so. */
function aStandstill() {
  const said: string[] = []
  let due: (() => void) | undefined
  const standstill = watchStandstill(
    (batch) => batch.id === 'own',
    (sentence) => said.push(sentence),
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
  return { standstill, said, momentPasses }
}

test('a reason that lasts is said once', () => {
  const { standstill, said, momentPasses } = aStandstill()
  standstill.look(idle('The queue is paused'), true)
  expect(said).toEqual([])
  momentPasses()
  standstill.look(idle('The queue is paused'), true)
  momentPasses()
  expect(said).toEqual(['The queue is paused'])
})

test('what passes within a moment is not said', () => {
  const { standstill, said, momentPasses } = aStandstill()
  standstill.look(idle('#1 is about to start'), true)
  standstill.look(busy(own), true)
  momentPasses()
  expect(said).toEqual([])
})

test('another batch that runs first is a reason, and said once however it gets on', () => {
  const { standstill, said, momentPasses } = aStandstill()
  standstill.look(busy(other), true)
  momentPasses()
  standstill.look(busy(other), true)
  momentPasses()
  expect(said).toEqual(['Waiting for its turn. Running #3'])
})

test('the same reason is said again after something of ours ran, and never when nobody waits', () => {
  const { standstill, said, momentPasses } = aStandstill()
  standstill.look(idle('paused'), false)
  momentPasses()
  standstill.look(idle('paused'), true)
  momentPasses()
  standstill.look(busy(own), true)
  standstill.look(idle('paused'), true)
  momentPasses()
  expect(said).toEqual(['paused', 'paused'])
})
