/** The desktop app's decisions, which are pure: what to open, what to refuse, report and show. */
import { describe, expect, it } from 'vitest'
import type { Batch } from '../../src/contract/entities.ts'
import { settingsSchema } from '../../src/contract/settings.ts'
import { resultWords } from '../../src/contract/words.ts'
import { backgroundHost } from '../../src/main/background.ts'
import { isAttentionReported, isEndReported, wordsFor } from '../../src/main/notice-words.ts'
import { hashOf, isConfiguration, openRequestOf, openRequestsOf } from '../../src/main/opening.ts'
import { placeWindow } from '../../src/main/window-place.ts'

const settings = settingsSchema.parse({})

const batch = (change: Partial<Batch> = {}): Batch => ({
  id: 'a',
  number: 12,
  configuration: 'flood-2026',
  type: 'portfolio',
  status: 'completed',
  position: null,
  priority: 0,
  duplicateOf: null,
  range: null,
  jobs: { total: 3, pending: 0, running: 0, succeeded: 3, failed: 0, cancelled: 0 },
  createdAt: 0,
  startedAt: 1_000,
  completedAt: 251_000,
  error: null,
  reason: null,
  cause: null,
  queuedAt: 0,
  lastJobFinishedAt: 251_000,
  sealed: true,
  expands: 'when-added',
  specPath: '/p/flood.slipway.yaml',
  projectPath: '/p',
  pausing: false,
  waitsFor: null,
  continues: null,
  seen: false,
  stopAfter: false,
  ...change,
})

describe('opening', () => {
  it('takes configurations and batch links from the arguments and leaves the rest', () => {
    expect(
      openRequestsOf(
        [
          '--hidden',
          'a/flood.slipway.yaml',
          '/b/X.SLIPWAY.YML',
          'notes.txt',
          'slipway://batch/7',
          'file:///b/x.slipway.yaml',
        ],
        '/home/ana',
      ),
    ).toEqual([
      { kind: 'file', file: '/home/ana/a/flood.slipway.yaml' },
      { kind: 'file', file: '/b/X.SLIPWAY.YML' },
      { kind: 'batch', number: 7 },
    ])
  })

  it.each([
    'slipway://batch/',
    'slipway://batch/1/../2',
    'slipway://open?file=/x',
    'slipway://batch/12345678901',
    'x://batch/1',
  ])('ignores the link %s', (link) => expect(openRequestOf(link)).toBeNull())

  it('keeps a name with every special character whole on its way to the panel', () => {
    const file = '/ana & co/100 %/#1?&=ü.slipway.yaml'
    const hash = hashOf({ kind: 'file', file })
    expect(new URLSearchParams(hash.split('?')[1]).get('new')).toBe(file)
    expect(isConfiguration(file)).toBe(true)
  })
})

describe('the window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1040 }
  it('opens where it was', () => {
    const place = { x: 100, y: 90, width: 1200, height: 800 }
    expect(placeWindow(place, [screen])).toEqual(place)
  })
  it('opens in the middle when its screen is gone', () => {
    expect(placeWindow({ x: 2500, y: 90, width: 1200, height: 800 }, [screen])).toEqual({
      width: 1280,
      height: 800,
    })
  })
  it('keeps its title bar within reach and fits a smaller screen', () => {
    expect(placeWindow({ x: 10, y: -300, width: 3000, height: 2000 }, [screen])).toEqual({
      x: 10,
      y: 0,
      width: 1920,
      height: 1040,
    })
  })
})

describe('notifications', () => {
  it('report result and duration', () => {
    expect(wordsFor([batch()])).toEqual({
      title: '#12 flood-2026 / portfolio',
      body: 'Completed in 4m 10s: 3 of 3 jobs succeeded',
      batch: 12,
    })
  })
  it('report what failed and why', () => {
    const failed = batch({
      status: 'failed',
      reason: '2 of 3 failed',
      jobs: { total: 3, pending: 0, running: 0, succeeded: 1, failed: 2, cancelled: 0 },
    })
    expect(resultWords(failed)).toBe('failed in 4m 10s: 1 of 3 jobs succeeded, 2 failed; 2 of 3 failed')
  })
  it('are one for many, leading to what went wrong', () => {
    const many = [
      batch(),
      batch({ number: 13 }),
      batch({ number: 14, status: 'failed' }),
      batch({ number: 15 }),
    ]
    expect(wordsFor(many)).toEqual({
      title: '4 batches finished',
      body: '3 completed, 1 failed or ended with errors: #12, #13, #14 and 1 more',
      batch: 14,
    })
  })
  it.each([
    ['completed', 'notify-completed'],
    ['failed', 'notify-failed'],
    ['completed_with_errors', 'notify-failed'],
  ] as const)('of a batch that is %s can be turned off with %s', (status, key) => {
    expect(isEndReported(batch({ status }), settings)).toBe(true)
    expect(isEndReported(batch({ status }), { ...settings, [key]: false })).toBe(false)
  })
  it.each([
    ['duplicate', 'notify-duplicate'],
    ['disk', 'notify-disk'],
    ['predecessor', 'notify-predecessor'],
    ['rescue', 'notify-attention'],
    ['suspicious', 'notify-attention'],
  ] as const)(
    'that something needs attention (%s) can be turned off with %s, and with no other',
    (kind, key) => {
      expect(isAttentionReported(kind, settings)).toBe(true)
      expect(isAttentionReported(kind, { ...settings, [key]: false })).toBe(false)
      const others = ['notify-duplicate', 'notify-disk', 'notify-predecessor', 'notify-attention'] as const
      const off = Object.fromEntries(others.filter((one) => one !== key).map((one) => [one, false]))
      expect(isAttentionReported(kind, { ...settings, ...off })).toBe(true)
    },
  )
  it("don't report a bad end twice", () => {
    expect(isAttentionReported('ended-badly', settings)).toBe(false)
  })
  it("don't report people's own actions", () => {
    expect(isEndReported(batch({ status: 'cancelled' }), settings)).toBe(false)
  })
})

describe('the host in the background', () => {
  const host = {
    id: 'h',
    kind: 'cli' as const,
    pid: 77,
    startedAt: 10_500,
    heartbeatAt: 11_000,
    executor: true,
    state: 'alive' as const,
  }
  it('is known by process, kind and start', () => {
    expect(backgroundHost({ pid: 77, startedAt: 10_000 }, [host])).toBe(host)
  })
  it.each([
    ['another process', { ...host, pid: 78 }],
    ['another kind of host', { ...host, kind: 'web' as const }],
    ['a host that is gone', { ...host, state: 'gone' as const }],
    ['a later process with the same number', { ...host, startedAt: 500_000 }],
  ])('is not %s', (_what, other) => {
    expect(backgroundHost({ pid: 77, startedAt: 10_000 }, [other])).toBeNull()
  })
})
