import { expect, test } from 'vitest'
import { placeLines } from '../../src/cli/commands/control.ts'
import { aBatch } from './a-batch.ts'

test('a batch that was to go behind the end of the queue is at its end, which is reported', () => {
  const at = (position: number, to: number | 'top') => placeLines([aBatch({ position })], to)
  expect(at(3, 3)).toEqual(['#12 flood-2026 / portfolio is at position 3'])
  expect(at(5, 99)).toEqual([
    '#12 flood-2026 / portfolio is at position 5, the end of the queue (there is no position 99)',
  ])
  expect(at(1, 'top')).toEqual(['#12 flood-2026 / portfolio is at position 1'])
})
