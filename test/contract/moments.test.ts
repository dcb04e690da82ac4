import { describe, expect, it } from 'vitest'
import { clock, doneByRange, doneByWords, moment, stamp } from '../../src/contract/moments.ts'

const at = (text: string) => new Date(text).getTime()

describe('moments', () => {
  const now = at('2026-11-22T18:05:00')
  it('writes 24 or 12 hours as the reader wants', () => {
    expect(clock(at('2026-11-22T00:02:07'), '24')).toBe('00:02')
    expect(clock(at('2026-11-22T18:02:07'), '24', true)).toBe('18:02:07')
    expect(clock(at('2026-11-22T18:02:07'), '12')).toMatch(/^6:02\sPM$/)
    expect(clock(at('2026-11-22T00:02:07'), '12')).toBe('12:02 AM')
    expect(stamp(at('2026-11-02T07:05:09'))).toBe('2026-11-02 07:05:09')
  })
  it('writes seconds and parts of them where things follow closely', () => {
    const then = at('2026-11-22T18:02:07.480')
    expect(moment(then, then, '24', true)).toBe('18:02:07')
    expect(clock(then, '24', true, 1)).toBe('18:02:07.4')
    expect(clock(then, '12', true, 2)).toBe('6:02:07.48 PM')
  })

  it('names the day as soon as it is another one', () => {
    expect(moment(at('2026-11-22T00:01:00'), now)).toBe('00:01')
    expect(moment(at('2026-11-21T23:59:00'), now)).toBe('Sat 23:59')
    expect(moment(at('2026-11-03T18:02:00'), now)).toBe('3 Nov 18:02')
    expect(moment(at('2025-11-03T18:02:00'), now)).toBe('3 Nov 2025')
  })
  it('writes a range, naming the second day only when it differs', () => {
    const by = (earliest: string, latest: string) => ({
      earliest: at(earliest),
      likely: at(earliest),
      latest: at(latest),
    })
    const range = (earliest: string, latest: string) => doneByRange(by(earliest, latest), now)
    expect(range('2026-11-22T19:10:00', '2026-11-22T19:40:00')).toBe('19:10–19:40')
    expect(range('2026-11-23T07:10:00', '2026-11-23T07:40:00')).toBe('Mon 07:10–07:40')
    expect(range('2026-11-22T23:40:00', '2026-11-23T00:20:00')).toBe('23:40–Mon 00:20')
    expect(range('2026-11-22T19:10:05', '2026-11-22T19:10:45')).toBe('19:10')
    expect(doneByWords(by('2026-11-22T19:10:00', '2026-11-22T19:40:00'), now)).toBe('done 19:10–19:40')
    expect(doneByWords(by('2026-11-22T19:10:05', '2026-11-22T19:10:45'), now)).toBe('done about 19:10')
  })
})
