import { describe, expect, it } from 'vitest'
import { headlineWords } from '../../src/renderer/ui/format-time.ts'

const at = (text: string) => new Date(text).getTime()

describe('the sentence about the queue', () => {
  const now = at('2026-11-22T18:05:00')
  const doneBy = (earliest: string, latest: string) => ({
    earliest: at(earliest),
    likely: at(earliest),
    latest: at(latest),
  })
  const text = 'Running #12 flood / portfolio: 43 of 120'

  it('has its range on the clock of who reads it', () => {
    const range = doneBy('2026-11-22T19:10:00', '2026-11-22T19:40:00')
    const headline = { text, doneBy: range, countsJobs: true }
    expect(headlineWords(headline, now, '24')).toBe(
      'Running #12 flood / portfolio: 43 of 120, done 19:10–19:40',
    )
    expect(headlineWords(headline, now, '12')).toMatch(/, done 7:10\sPM–7:40\sPM$/)
  })

  it('shows one time where both ends read the same, and stays as it is without an estimate', () => {
    const range = doneBy('2026-11-22T19:10:05', '2026-11-22T19:10:40')
    expect(headlineWords({ text, doneBy: range, countsJobs: true }, now, '24')).toBe(
      'Running #12 flood / portfolio: 43 of 120, done about 19:10',
    )
    expect(headlineWords({ text, doneBy: null, countsJobs: true }, now, '24')).toBe(text)
  })
})
