import { describe, expect, it } from 'vitest'
import { bytes, counted, percentDone, rate } from '../../src/renderer/ui/format-count.ts'
import { ago, clock, doneByRange, duration, moment, onThisClock } from '../../src/renderer/ui/format-time.ts'
import { counts } from '../e2e/fixtures/world.ts'

const at = (text: string) => new Date(text).getTime()

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [420, '420 ms'],
    [1_500, '1.5 s'],
    [9_940, '9.9 s'],
    [59_000, '59 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 05 min'],
    [86_399_999, '1 d'],
    [273_600_000, '3 d 04 h'],
  ])('writes %i ms as %s', (ms, words) => {
    expect(duration(ms)).toBe(words)
  })
})

describe('the sentence about the queue', () => {
  const now = at('2026-11-22T18:05:00')
  const doneBy = (earliest: string, latest: string) => ({
    earliest: at(earliest),
    likely: at(earliest),
    latest: at(latest),
  })
  const said = 'Running #12 flood · portfolio: 43 of 120, done between 22 Nov 07:10 and 07:40'

  it('has its range on the clock of who reads it', () => {
    const range = doneBy('2026-11-22T19:10:00', '2026-11-22T19:40:00')
    expect(onThisClock(said, range, now, '24')).toBe(
      'Running #12 flood · portfolio: 43 of 120, done between 19:10 and 19:40',
    )
    expect(onThisClock(`${said}. Then the queue pauses.`, range, now, '12')).toMatch(
      /, done between 7:10\sPM and 7:40\sPM\. Then the queue pauses\.$/,
    )
  })

  it('says one time where both ends read the same, and stays as it is where nothing is foretold', () => {
    const range = doneBy('2026-11-22T19:10:05', '2026-11-22T19:10:40')
    expect(onThisClock(said, range, now, '24')).toBe(
      'Running #12 flood · portfolio: 43 of 120, done about 19:10',
    )
    expect(onThisClock(said, null, now, '24')).toBe(said)
    expect(onThisClock('Nothing is queued', range, now, '24')).toBe('Nothing is queued')
  })
})

describe('moments', () => {
  const now = at('2026-11-22T18:05:00')
  it('writes 24 or 12 hours as the reader wants', () => {
    expect(clock(at('2026-11-22T00:02:07'), '24')).toBe('00:02')
    expect(clock(at('2026-11-22T18:02:07'), '24', true)).toBe('18:02:07')
    expect(clock(at('2026-11-22T18:02:07'), '12')).toMatch(/^6:02\sPM$/)
  })
  it('writes seconds and parts of them where things follow closely', () => {
    const then = at('2026-11-22T18:02:07.480')
    expect(moment(then, then, '24', true)).toBe('18:02:07')
    expect(clock(then, '24', true, 1)).toBe('18:02:07.4')
    expect(clock(then, '12', true, 2)).toBe('6:02:07.48 PM')
  })

  it('names the day as soon as it is another one', () => {
    expect(moment(at('2026-11-22T00:01:00'), now, '24')).toBe('00:01')
    expect(moment(at('2026-11-21T23:59:00'), now, '24')).toBe('Sat 23:59')
    expect(moment(at('2026-11-03T18:02:00'), now, '24')).toBe('3 Nov 18:02')
    expect(moment(at('2025-11-03T18:02:00'), now, '24')).toBe('3 Nov 2025')
  })
  it('writes a range, naming the second day only when it differs', () => {
    const range = (earliest: string, latest: string) =>
      doneByRange({ earliest: at(earliest), likely: at(earliest), latest: at(latest) }, now, '24')
    expect(range('2026-11-22T19:10:00', '2026-11-22T19:40:00')).toBe('19:10–19:40')
    expect(range('2026-11-23T07:10:00', '2026-11-23T07:40:00')).toBe('Mon 07:10–07:40')
    expect(range('2026-11-22T23:40:00', '2026-11-23T00:20:00')).toBe('23:40–Mon 00:20')
    expect(range('2026-11-22T19:10:05', '2026-11-22T19:10:45')).toBe('19:10')
  })
  it('says how long ago, never in the future', () => {
    expect(ago(now - 12_000, now)).toBe('12 s ago')
    expect(ago(now + 5_000, now)).toBe('just now')
    expect(ago(now - 7_200_000, now)).toBe('2 h ago')
  })
})

describe('counts', () => {
  it('writes sizes in at most three digits', () => {
    expect([0, 832, 1_400, 81_400_000_000, 999_600].map(bytes)).toEqual([
      '0 B',
      '832 B',
      '1.4 kB',
      '81 GB',
      '1.0 MB',
    ])
  })
  it('writes a rate in the unit that reads best', () => {
    expect([12.4, 2.5, 0.5, 0.01].map(rate)).toEqual(['12/min', '2.5/min', '30/h', '14.4/day'])
  })
  it('knows one from many', () => {
    expect(counted(1, 'batch', 'batches')).toBe('1 batch')
    expect(counted(12_345, 'job')).toBe('12,345 jobs')
  })
  it('says 100 % only when every job has a verdict', () => {
    expect(percentDone(counts(100_000, 99_999))).toBe(99)
    expect(percentDone(counts(100_000, 100_000))).toBe(100)
    expect(percentDone(counts(0, 0))).toBe(0)
  })
})
