/** A duration in words, at the edges where its units change. */
import { expect, test } from 'vitest'
import { duration } from '../../../src/core/insight/phrases.ts'

test.each([
  [0, '0 ms'],
  [2.25, '2.3 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [1_500, '1.5 s'],
  [12_400, '12 s'],
  [59_600, '1 min'],
  [250_000, '4 min 10 s'],
  [599_000, '9 min 59 s'],
  [610_000, '10 min'],
  [3_570_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [172_800_000, '2 d'],
  [180_000_000, '2 d 2 h'],
])('%d ms are %s', (ms, words) => expect(duration(ms)).toBe(words))
