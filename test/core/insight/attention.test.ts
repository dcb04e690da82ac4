import { describe, expect, it } from 'vitest'
import type { Host } from '../../../src/contract/entities.ts'
import { clock } from '../../../src/contract/moments.ts'
import type { Origin } from '../../../src/contract/origin.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { needsAttention } from '../../../src/core/insight/attention.ts'
import { type QueueNow, queueSentence } from '../../../src/core/insight/queue-sentence.ts'
import { makeSummary } from '../../../src/core/insight/summary.ts'
import { pauseBatch, requestPause } from '../../../src/core/queue/batch-store.ts'
import { recordEvent } from '../../../src/core/queue/event-store.ts'
import { interruptJob, retryJob } from '../../../src/core/queue/job-store.ts'
import { type Marks, writeMark } from '../../../src/core/queue/settings-store.ts'
import { saveSummary } from '../../../src/core/queue/summary-store.ts'
import {
  addBatch,
  by,
  claim,
  end,
  ended,
  noon,
  runJobs,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'

const executor: Host = {
  id: 'host-1',
  kind: 'cli',
  pid: 77,
  startedAt: noon,
  heartbeatAt: noon,
  executor: true,
  state: 'alive',
}
const byAna: Marks['queue-paused'] = { since: noon, by: 'ana', reason: 'lunch', kind: 'person', now: false }

function sentenceOf(db: Db, state: Partial<QueueNow> = {}): string {
  return queueSentence(db, { executor, paused: undefined, now: noon, ...state })
}

describe('the sentence about the queue', () => {
  it('reports what runs and how far it is', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 120 })
    runJobs(db, claim(db, noon), noon, Array(3).fill({ ms: 1 }))
    expect(sentenceOf(db)).toBe('Running #1 flood-2026 / portfolio: 3 of 120 jobs done')
  })

  it('reports between when and when it will be done, where that is known', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 120 })
    runJobs(db, claim(db, noon), noon, Array(3).fill({ ms: 1 }))
    const range = (earliest: number, latest: number) => ({
      doneBy: { earliest, likely: (earliest + latest) / 2, latest },
    })
    const [soon, later] = [noon + 600_000, noon + 2_400_000]
    expect(sentenceOf(db, range(soon, later))).toBe(
      `Running #1 flood-2026 / portfolio: 3 of 120, done ${clock(soon)}–${clock(later)}`,
    )
    expect(sentenceOf(db, range(soon, soon + 100))).toContain(`: 3 of 120, done about ${clock(soon)}`)
    expect(sentenceOf(db, range(soon, noon + 86_400_000))).toMatch(/–[A-Z][a-z]{2} \d\d:\d\d$/)
  })

  it('reports that a running batch is about to pause, or that the queue is paused but it still runs', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 4 })
    const running = claim(db, noon)
    startJob(db, running, noon)
    expect(sentenceOf(db, { paused: byAna })).toBe(
      `The queue has been paused since ${clock(noon)} by ana: lunch; #1 flood-2026 / portfolio still runs, until 1 running job has ended (0 of 4 jobs done)`,
    )
    db.write(() => requestPause(db, by(noon), running.id, false, null))
    expect(sentenceOf(db)).toContain('is about to pause, until 1 running job has ended')
  })

  it('reports that the job that is next waits for its retry, and until when', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 2 })
    const running = claim(db, noon)
    const job = startJob(db, running, noon)
    const failed = ended(noon, 5, { exitCode: 1, error: 'boom' })
    const claimed = { id: job.id, token: running.claim_token ?? '' }
    db.write(() => retryJob(db, by(noon + 5), claimed, failed, noon + 3_600_000))
    const again = `#1 flood-2026 / portfolio waits until ${clock(noon + 3_600_000)} to try job 1 again (0 of 2 jobs done)`
    expect(sentenceOf(db)).toBe(again)
    startJob(db, running, noon)
    expect(sentenceOf(db)).toContain('Running #1')
  })

  it('reports a running batch as stalled when its host is gone or stopped', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 4 })
    claim(db, noon)
    expect(sentenceOf(db, { executor: null })).toContain(
      'is stalled at 0 of 4 jobs done, as its host is gone',
    )
    expect(sentenceOf(db, { executor: { ...executor, state: 'stopped' } })).toContain('process 77')
  })

  it('reports who paused the queue, since when, why, and what waits', () => {
    const db = temporaryDatabase()
    addBatch(db)
    expect(sentenceOf(db, { paused: byAna })).toBe(
      `The queue has been paused since ${clock(noon)} by ana: lunch; 1 batch waits`,
    )
    expect(sentenceOf(db, { paused: { ...byAna, kind: 'stop-after', reason: null, batch: 16 } })).toBe(
      `The queue has been paused since ${clock(noon)}: stop after #16 was reached; 1 batch waits`,
    )
    expect(
      sentenceOf(db, { paused: { ...byAna, kind: 'disk', reason: null }, now: noon + 3 * 86_400_000 }),
    ).toBe(`The queue has been paused since Sat ${clock(noon)}: the disk is nearly full; 1 batch waits`)
  })

  it('reports what the head of the queue waits for, and that all others wait too', () => {
    const db = temporaryDatabase()
    const failed = addBatch(db, { type: 'edm' })
    end(db, claim(db, noon), noon + 1, 'failed')
    addBatch(db, { after: ['edm'] })
    expect(sentenceOf(db)).toBe('#2 waits for #1, which failed; nothing else is queued')
    addBatch(db, { type: 'evolve', after: ['edm'] })
    expect(sentenceOf(db)).toBe('#2 waits for #1, which failed; the other queued batch waits too')
    expect(failed.number).toBe(1)
  })

  it('reports that nothing is queued, and what is set aside', () => {
    const db = temporaryDatabase()
    expect(sentenceOf(db)).toBe('Nothing is queued')
    const paused = addBatch(db)
    addBatch(db, { type: 'held', hold: true })
    db.write(() => pauseBatch(db, by(noon), paused.id, null))
    expect(sentenceOf(db)).toBe('Nothing is queued; set aside: 1 paused batch and 1 batch on hold')
  })

  it('reports that the disk is too full for anything to start', () => {
    const db = temporaryDatabase()
    const disk = { freeBytes: 80e6, neededBytes: 200e6 }
    addBatch(db)
    expect(sentenceOf(db, { disk })).toBe(
      '1 batch is queued, but nothing starts until the disk has 200 MB free; now it has 80 MB',
    )
    expect(sentenceOf(db, { disk: { ...disk, freeBytes: 200e6 } })).toContain('is about to start')
    expect(needsAttention(db, noon, disk)).toMatchObject([{ kind: 'disk' }])
    const running = claim(db, noon)
    expect(sentenceOf(db, { disk })).toContain('is stalled at 0 of 3 jobs done: nothing starts until')
    startJob(db, running, noon)
    expect(sentenceOf(db, { disk })).toBe('Running #1 flood-2026 / portfolio: 0 of 3 jobs done')
  })

  it('reports what the whole queue waits for before it reports that no host is working', () => {
    const db = temporaryDatabase()
    addBatch(db)
    addBatch(db, { type: 'report', after: ['portfolio'] })
    end(db, claim(db, noon), noon + 10, 'cancelled')
    expect(sentenceOf(db, { executor: null })).toBe(
      '#2 waits for #1, which was cancelled; nothing else is queued, and no host is working',
    )
  })

  it('reports that no host is working, or that the first batch is about to start', () => {
    const db = temporaryDatabase()
    addBatch(db)
    addBatch(db, { type: 'evolve', range: { start: 0, end: 9 } })
    expect(sentenceOf(db, { executor: null })).toBe(
      '2 batches are queued, but no host is working: start `slipway work` or the app',
    )
    expect(sentenceOf(db)).toBe('#1 flood-2026 / portfolio is about to start')
  })
})

describe('what needs attention', () => {
  it('is nothing while all is well', () => {
    const db = temporaryDatabase()
    addBatch(db)
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 1 }, { ms: 1 }, { ms: 1 }]))
    addBatch(db)
    expect(needsAttention(db, noon)).toEqual([])
  })

  it('is a batch that waits for one that failed, and the failed one until somebody looked', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'edm', jobs: 2 })
    const running = claim(db, noon)
    end(
      db,
      running,
      runJobs(db, running, noon, [{ ms: 1 }, { ms: 1, error: 'bad' }]),
      'completed_with_errors',
    )
    const waiting = addBatch(db, { after: ['edm'] })
    expect(needsAttention(db, noon)).toEqual([
      {
        kind: 'predecessor',
        batchId: waiting.id,
        sentence:
          '#2 flood-2026 / portfolio waits for #1, which completed with errors: retry that one, or resume this one without waiting',
      },
      {
        kind: 'ended-badly',
        batchId: first.id,
        sentence: '#1 flood-2026 / edm completed with errors: 1 of 2 jobs failed',
      },
    ])
    db.sql('UPDATE batches SET seen_at = 1').run()
    expect(needsAttention(db, noon).map(({ kind }) => kind)).toEqual(['predecessor'])
  })

  it('is counted, not listed, when there is much of one kind', () => {
    const db = temporaryDatabase()
    db.write(() => {
      for (let i = 0; i < 13; i += 1)
        end(db, addBatch(db, { range: { start: i, end: i }, jobs: 1 }), noon + i, 'failed')
    })
    const found = needsAttention(db, noon)
    expect(found).toHaveLength(11)
    expect(found[10]).toEqual({
      kind: 'ended-badly',
      batchId: null,
      sentence: '3 more batches ended badly and are unseen',
    })
  })

  it('is a full disk, and a rescue of the last day', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    db.write(() => {
      recordEvent(db, by(noon, { actor: 'finalizer' }), { kind: 'finalizer_rescued', batchId: batch.id })
      writeMark(db, 'queue-paused', { ...byAna, kind: 'disk', reason: null }, noon)
    })
    expect(needsAttention(db, noon + 1).map(({ kind }) => kind)).toEqual(['disk', 'rescue'])
    expect(needsAttention(db, noon + 2 * 86_400_000).map(({ kind }) => kind)).toEqual(['disk'])
  })

  it('is a batch that a command line requested again and was refused, for an hour and while it is there', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    const ask = (from: Origin['from'], command: string, refused: boolean) =>
      db.write(() =>
        recordEvent(db, by(noon, { origin: { from, command, folder: '/work' } }), {
          kind: 'enqueue_conflicted',
          batchId: batch.id,
          details: { what: 'enqueue', refused },
        }),
      )
    ask('panel', 'Ana', true)
    ask('command-line', 'slipway add flood.slipway.yaml --if-exists return', false)
    expect(needsAttention(db, noon)).toEqual([])
    ask('command-line', 'slipway add flood.slipway.yaml', true)
    ask('command-line', 'slipway run flood.slipway.yaml', true)
    expect(needsAttention(db, noon)).toEqual([
      {
        kind: 'duplicate',
        batchId: batch.id,
        sentence: `#1 flood-2026 / portfolio was requested again at ${clock(noon)} and refused, as it is there already: \`slipway run flood.slipway.yaml\``,
      },
    ])
    expect(needsAttention(db, noon + 3_600_001)).toEqual([])
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 1 }, { ms: 1 }, { ms: 1 }]))
    expect(needsAttention(db, noon)).toEqual([])
  })

  it('is a job that was running when its host died', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    const running = claim(db, noon)
    const job = startJob(db, running, noon)
    db.write(() =>
      interruptJob(db, by(noon), { id: job.id, token: running.claim_token ?? '' }, ended(noon, 1), true),
    )
    expect(needsAttention(db, noon)).toEqual([
      {
        kind: 'host-killer',
        batchId: batch.id,
        sentence:
          'Job 1 of #1 flood-2026 / portfolio was running when its host died; it may have caused that',
      },
    ])
  })

  it('is a batch that completed, but with an output that looks odd', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, {
      jobs: 2,
      command: () => ({ argv: ['x'], expect: [{ file: '/dev/null', nonEmpty: false }] }),
    })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 1 }, { ms: 1 }]))
    db.write(() => saveSummary(db, batch.id, 1, { summary: makeSummary(db, batch.id) }, noon))
    expect(needsAttention(db, noon)).toEqual([
      {
        kind: 'suspicious',
        batchId: batch.id,
        sentence: '#1 flood-2026 / portfolio completed, but /dev/null is empty, and 1 more looks odd',
      },
    ])
  })
})

describe('a batch whose first jobs all fail in the same way', () => {
  const failed = (n: number) => Array(n).fill({ ms: 1, error: "no column 'area'", ok: false })

  it('needs attention from the twentieth on', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 100 })
    const running = claim(db, noon)
    runJobs(db, running, noon, failed(19))
    expect(needsAttention(db, noon)).toEqual([])
    runJobs(db, running, noon, failed(1))
    expect(needsAttention(db, noon)).toMatchObject([
      {
        kind: 'failing-alike',
        sentence: expect.stringMatching(
          /^#1 flood-2026 \/ portfolio: the first 20 jobs failed in the same way: .*; pause it\?$/,
        ),
      },
    ])
  })

  it('does not where one succeeded, or one failed in another way', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 100 })
    runJobs(db, claim(db, noon), noon, [...failed(20), { ms: 1 }])
    expect(needsAttention(db, noon)).toEqual([])
    const other = temporaryDatabase()
    addBatch(other, { jobs: 100 })
    runJobs(other, claim(other, noon), noon, [{ ms: 1, error: 'disk full', ok: false }, ...failed(20)])
    expect(needsAttention(other, noon)).toEqual([])
  })
})
