import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Summary, summarySchema } from '../../../src/contract/entities.ts'
import { outputs } from '../../../src/contract/outputs.ts'
import { bar, headline, makeReport, textReport } from '../../../src/core/insight/report.ts'
import { noon } from '../../helpers/database.ts'

const hour = 3_600_000
const minute = 60_000

function summary(more: Partial<Summary> = {}): Summary {
  return {
    batchId: '6f1c1f5e-8a59-4b6c-9a0e-0d9f6d2a7b11',
    number: 12,
    configuration: 'flood-2026',
    type: 'portfolio',
    range: null,
    status: 'completed_with_errors',
    reason: null,
    run: 1,
    jobs: { total: 120, pending: 0, running: 0, succeeded: 118, failed: 2, cancelled: 0 },
    successRate: 118 / 120,
    createdAt: noon - 5_000,
    startedAt: noon,
    completedAt: noon + 3 * hour + 12 * minute,
    waitedMs: 5_000,
    wallMs: 3 * hour + 12 * minute,
    awakeMs: 2 * hour + 32 * minute,
    pausedMs: 0,
    durations: { p50Ms: 61_000, p95Ms: 190_000, maxMs: 422_000 },
    histogram: [
      { fromMs: 20_000, toMs: 50_000, count: 40 },
      { fromMs: 50_000, toMs: 100_000, count: 0 },
      { fromMs: 100_000, toMs: 200_000, count: 80 },
    ],
    jobsPerMinute: 0.79,
    attempts: 123,
    interrupted: 1,
    failures: [
      {
        message: "no column 'area' in line <number>",
        exitCode: 3,
        signal: null,
        count: 2,
        examples: [{ jobId: 1, ordinal: 17, input: 'north.csv', error: "no column 'area' in line 4" }],
      },
    ],
    slowest: [{ ordinal: 5, input: 'south.csv', durationMs: 422_000 }],
    outputs: {
      declared: 120,
      present: 118,
      bytes: 3_400_000,
      suspicious: [{ ordinal: 7, file: 'out/7.json', why: 'is empty' }],
    },
    cpuMs: 90 * minute,
    maxRssKb: 1_200_000,
    logBytes: 12_345,
    closedBy: 'sweep',
    ...more,
  }
}

describe('the headline of a report', () => {
  it('contains what, how it ended, how many, how long', () => {
    expect(headline(summary())).toBe(
      '#12 flood-2026 / portfolio completed with errors: 118 of 120 jobs succeeded, 2 failed, in 3h 12m (slept 40m)',
    )
  })

  it('is short when all is well, and true when a batch never ran', () => {
    const jobs = { total: 3, pending: 0, running: 0, succeeded: 3, failed: 0, cancelled: 0 }
    const fine = summary({ status: 'completed', jobs, awakeMs: 1_500, wallMs: 1_500 })
    expect(headline(fine)).toBe('#12 flood-2026 / portfolio completed: all 3 jobs succeeded, in 1.5s')
    const one = summary({ status: 'completed', jobs: { ...jobs, total: 1, succeeded: 1 }, wallMs: null })
    expect(headline(one)).toBe('#12 flood-2026 / portfolio completed: its one job succeeded')
    const never = summary({
      status: 'cancelled',
      jobs: { ...jobs, succeeded: 0, cancelled: 3 },
      wallMs: null,
      awakeMs: null,
      range: { start: 0, end: 9 },
    })
    expect(headline(never)).toBe(
      '#12 flood-2026 / portfolio 0-9 was cancelled: 0 of 3 jobs succeeded, 3 not run to the end',
    )
  })
})

describe('the report as text', () => {
  it('is aligned and has everything', () => {
    const text = textReport(summary())
    expect(text).toContain('  Success      98.3 %')
    expect(text).toContain('  Closed by    the finalizer’s sweep')
    expect(text).toContain(`  1m 40s – 3m 20s  80 ${'█'.repeat(40)}`)
    expect(text).toContain(`     50s – 1m 40s   0\n`)
    expect(text).toContain(
      "  2 × no column 'area' in line <number>  (exit code 3)\n       job 17  north.csv\n",
    )
    expect(text).toContain('  7m 2s  job 5  south.csv')
    expect(text).toContain('  job 7  out/7.json is empty')
  })

  it('lets nothing from outside move the cursor of a terminal', () => {
    const text = textReport(
      summary({
        configuration: 'a\u001b[2Jb',
        slowest: [{ ordinal: 1, input: 'x\r\n\u009b31m\u202egpj', durationMs: 1 }],
      }),
    )
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
  })

  it('draws something as something, nothing as nothing, and never more than the width', () => {
    expect(bar(0)).toBe('')
    expect(bar(0.000_01)).toBe('▏')
    expect(bar(1)).toBe('█'.repeat(40))
    expect(bar(0.5)).toBe('█'.repeat(20))
  })
})

describe('the report as JSON', () => {
  it('is the summary itself', () => {
    const { content, mediaType } = makeReport(summary(), 'json')
    expect(summarySchema.parse(JSON.parse(content))).toEqual(summary())
    expect(mediaType).toBe('application/json')
  })
})

describe('the report as a page', () => {
  const page = (more: Partial<Summary> = {}) => makeReport(summary(more), 'html').content

  it('stands alone: it loads nothing and runs nothing', () => {
    expect(page()).toMatch(/^<!doctype html>/)
    expect(page()).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\bon[a-z]+=/i)
    expect(page()).toContain("default-src 'none'")
  })

  it('contains what the text contains', () => {
    for (const part of [
      '118 of 120 jobs succeeded',
      'no column &#39;area&#39; in line &lt;number&gt;',
      'out/7.json',
      'south.csv',
    ])
      expect(page()).toContain(part)
  })

  it('escapes every name that comes from outside, wherever it stands', () => {
    const hostile = '</style></title><script>alert(1)</script>"onload="alert(2)\'&'
    const content = page({
      configuration: hostile,
      type: hostile,
      reason: hostile,
      failures: [
        {
          message: hostile,
          exitCode: null,
          signal: hostile,
          count: 9,
          examples: [{ jobId: 1, ordinal: 1, input: hostile, error: hostile }],
        },
      ],
      slowest: [{ ordinal: 1, input: hostile, durationMs: 1 }],
      outputs: {
        declared: 1,
        present: 1,
        bytes: 1,
        suspicious: [{ ordinal: 1, file: hostile, why: hostile }],
      },
    })
    expect(content).not.toContain('<script')
    expect(content.match(/<\/style>/g)).toHaveLength(1)
    expect(content.match(/<\/title>/g)).toHaveLength(3 + 1)
    expect(content).not.toContain('"onload')
    expect(content.split('&lt;script&gt;alert(1)').length).toBeGreaterThanOrEqual(10)
  })

  it('has no tag or attribute but its own, whatever the names are', () => {
    const skeleton = (content: string) => content.replace(/>[^<]*/g, '>').replace(/"[^"]*"/g, '""')
    const usual = skeleton(page({ configuration: 'x', slowest: [{ ordinal: 1, input: 'x', durationMs: 1 }] }))
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom('<', '>', '"', "'", '&', '-->', '\0', '='), fc.string({ unit: 'binary' })),
        ),
        (pieces) => {
          const name = `x${pieces.join('')}`
          const found = page({ configuration: name, slowest: [{ ordinal: 1, input: name, durationMs: 1 }] })
          expect(skeleton(found)).toBe(usual)
        },
      ),
    )
  })

  it('can be made of a batch of which hardly anything is known', () => {
    const bare = summary({
      status: 'cancelled',
      jobs: { total: 0, pending: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
      startedAt: null,
      completedAt: null,
      waitedMs: null,
      wallMs: null,
      awakeMs: null,
      durations: null,
      histogram: [],
      jobsPerMinute: null,
      failures: [],
      slowest: [],
      outputs: { declared: 0, present: 0, bytes: 0, suspicious: [] },
      cpuMs: null,
      maxRssKb: null,
    })
    for (const format of ['text', 'json', 'html'] as const) {
      const report = makeReport(bare, format)
      expect(outputs.report.parse(report)).toEqual(report)
      expect(report.content).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
})
