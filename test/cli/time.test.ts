import { expect, test } from 'vitest'
import { clockTime, doneByWords, duration, fullTime, rate } from '../../src/cli/print/time.ts'

const at = (hour: number, minute: number, day = 3): number =>
  new Date(2026, 2, day, hour, minute, 9).getTime()

test('today is a clock time, another day has its date', () => {
  expect(clockTime(at(7, 5), at(23, 0))).toBe('07:05')
  expect(clockTime(at(7, 5, 2), at(23, 0))).toBe('2026-03-02 07:05')
  expect(fullTime(at(7, 5))).toBe('2026-03-03 07:05:09')
})

test('done-by is a range, or one time when there is no difference to see', () => {
  const now = at(6, 0)
  const by = (earliest: number, latest: number) => doneByWords({ earliest, likely: earliest, latest }, now)
  expect(by(at(7, 10), at(7, 40))).toBe('done 07:10–07:40')
  expect(by(at(7, 10), at(7, 10))).toBe('done 07:10')
  expect(by(at(23, 50), at(0, 20, 4))).toBe('done 23:50–2026-03-04 00:20')
  expect(by(at(7, 10, 5), at(8, 10, 5))).toBe('done 2026-03-05 07:10–08:10')
})

test('durations never say 60 s or 60 min', () => {
  expect(
    [0, 340, 999.6, 12_400, 59_949, 59_960, 185_000, 3_599_600, 7_620_000, 86_400_000, 273_600_000].map(
      duration,
    ),
  ).toEqual([
    '0 ms',
    '340 ms',
    '1.0 s',
    '12.4 s',
    '59.9 s',
    '1 min',
    '3 min 5 s',
    '1 h',
    '2 h 7 min',
    '1 d',
    '3 d 4 h',
  ])
})

test('a rate has the unit in which it is easiest to read', () => {
  expect([500, 120, 12.4, 3, 1, 0.075].map(rate)).toEqual([
    '8.3/s',
    '2/s',
    '12/min',
    '3/min',
    '1/min',
    '4.5/h',
  ])
})
