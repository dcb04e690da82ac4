/** Counts, sizes, durations, rates and names: one way to write each, at the edges where units change. */
import { describe, expect, it, test } from 'vitest'
import {
  ago,
  amount,
  batchName,
  bytes,
  countOf,
  duration,
  listed,
  MB,
  percentDone,
  rate,
  share,
  typeAndRange,
} from '../../src/contract/words.ts'
import { counts } from '../e2e/fixtures/world.ts'

describe('durations', () => {
  it.each([
    [-5, '0ms'],
    [0, '0ms'],
    [420, '420ms'],
    [999.6, '999ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [9_940, '9.9s'],
    [12_400, '12s'],
    [59_499, '59s'],
    [59_600, '1m'],
    [185_000, '3m 5s'],
    [920_000, '15m 20s'],
    [3_599_600, '1h'],
    [7_620_000, '2h 7m'],
    [7_659_000, '2h 7m'],
    [86_399_999, '1d'],
    [273_600_000, '3d 4h'],
    [400 * 86_400_000, '400d'],
  ])('writes %d ms as %s', (ms, words) => expect(duration(ms)).toBe(words))

  it('reports how long ago something was, never in the future', () => {
    const now = 1_000_000_000_000
    const since = (ms: number) => ago(now - ms, now)
    expect([-5_000, 1_999, 12_900, 119_000, 7_200_000, 172_800_000].map(since)).toEqual([
      'just now',
      'just now',
      '12s ago',
      '1m ago',
      '2h ago',
      '2d ago',
    ])
  })
})

test('a rate has the unit in which it is easiest to read', () => {
  expect([180_000, 500, 120, 12.4, 9.96, 2.5, 1, 0.5, 0.075, 0.01].map(rate)).toEqual([
    '3,000/s',
    '8.3/s',
    '2/s',
    '12/min',
    '10/min',
    '2.5/min',
    '1/min',
    '30/h',
    '4.5/h',
    '14/day',
  ])
})

test('sizes are decimal and have three digits', () => {
  expect([0, 832, 1_400, 81_400_000_000, 999_600, 200 * MB].map(bytes)).toEqual([
    '0 B',
    '832 B',
    '1.4 kB',
    '81.4 GB',
    '1 MB',
    '200 MB',
  ])
})

test('counts know one from many, and group their digits', () => {
  expect(amount(1_234_567)).toBe('1,234,567')
  expect([countOf(1, 'batch'), countOf(2, 'batch'), countOf(12_345, 'job')]).toEqual([
    '1 batch',
    '2 batches',
    '12,345 jobs',
  ])
  expect(countOf(0, 'more', 'more')).toBe('0 more')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
})

test('a share is only whole when nothing was rounded away', () => {
  expect([0, 0.0001, 0.5, 0.9996, 1].map(share)).toEqual(['0 %', '0.1 %', '50 %', '99.9 %', '100 %'])
  expect(percentDone(counts(100_000, 99_999))).toBe(99)
  expect(percentDone(counts(100_000, 100_000))).toBe(100)
  expect(percentDone(counts(0, 0))).toBe(0)
})

describe('the name of a batch', () => {
  const evolve = { number: 12, configuration: 'flood-2026', type: 'evolve', range: { start: 1, end: 900 } }

  it('has its range, where it has one', () => {
    expect(typeAndRange(evolve)).toBe('evolve 1-900')
    expect(batchName(evolve)).toBe('#12 flood-2026 / evolve 1-900')
    expect(typeAndRange({ ...evolve, range: { start: -5, end: -3 } })).toBe('evolve -5..-3')
    expect(batchName({ ...evolve, range: null })).toBe('#12 flood-2026 / evolve')
  })

  it('obeys no control character and stays on one line', () => {
    expect(batchName({ ...evolve, type: '\u001b[2J' })).toBe('#12 flood-2026 / \\e[2J 1-900')
    expect(batchName({ ...evolve, configuration: 'a\nb\u2028c\u202e' })).toBe(
      '#12 a\\nb\\u2028c\\u202e / evolve 1-900',
    )
  })
})
