import { describe, expect, it } from 'vitest'
import { onThisClock } from '../../src/renderer/ui/format-time.ts'

const at = (text: string) => new Date(text).getTime()

describe('the sentence about the queue', () => {
  const now = at('2026-11-22T18:05:00')
  const doneBy = (earliest: string, latest: string) => ({
    earliest: at(earliest),
    likely: at(earliest),
    latest: at(latest),
  })
  const said = 'Running #12 flood / portfolio: 43 of 120, done 22 Nov 07:10–07:40'

  it('has its range on the clock of who reads it', () => {
    const range = doneBy('2026-11-22T19:10:00', '2026-11-22T19:40:00')
    expect(onThisClock(said, range, now, '24')).toBe(
      'Running #12 flood / portfolio: 43 of 120, done 19:10–19:40',
    )
    expect(onThisClock(`${said}. Then the queue pauses.`, range, now, '12')).toMatch(
      /, done 7:10\sPM–7:40\sPM\. Then the queue pauses\.$/,
    )
  })

  it('says one time where both ends read the same, and stays as it is where nothing is foretold', () => {
    const range = doneBy('2026-11-22T19:10:05', '2026-11-22T19:10:40')
    expect(onThisClock(said, range, now, '24')).toBe(
      'Running #12 flood / portfolio: 43 of 120, done about 19:10',
    )
    expect(onThisClock(said, null, now, '24')).toBe(said)
    expect(onThisClock('Nothing is queued', range, now, '24')).toBe('Nothing is queued')
  })
})
