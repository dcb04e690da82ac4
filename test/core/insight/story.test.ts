import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../../src/contract/entities.ts'
import { eventSentence, kindsWithSentence } from '../../../src/core/insight/story.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { addBatch, claim, end, noon, runJobs, temporaryDatabase } from '../../helpers/database.ts'

type Told = Omit<Event, 'sentence'>

function event(kind: string, more: Partial<Told> = {}): Told {
  return {
    id: 1,
    at: 0,
    kind,
    batchId: 'id',
    batchNumber: 12,
    jobId: null,
    jobOrdinal: null,
    fromStatus: null,
    toStatus: null,
    actor: 'ana',
    hostId: null,
    origin: null,
    reason: null,
    ...more,
    details: { type: 'portfolio', configuration: 'flood-2026', ...more.details },
  }
}

/** Every kind that some line of the core writes into an event. */
function writtenKinds(): string[] {
  const root = path.join(import.meta.dirname, '../../../src/core')
  const kinds = new Set<string>()
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('insight'),
  )
  for (const file of files) {
    for (const line of readFileSync(path.join(root, file), 'utf8').split('\n')) {
      const written = /\bkind\b/.test(line)
        ? /'([a-z]+(?:_[a-z]+)+)'/g
        : /'((?:batch|job|queue|host)_(?:[a-z]+_)*[a-z]+ed)'/g
      for (const found of line.matchAll(written)) if (found[1]) kinds.add(found[1])
    }
  }
  return [...kinds]
}

describe('the story', () => {
  it('has a sentence for every kind of event that the core writes', () => {
    const written = writtenKinds()
    expect(written).toContain('batch_enqueued')
    expect(written).toContain('job_interrupted')
    expect(written.filter((kind) => !kindsWithSentence.includes(kind))).toEqual([])
  })

  it('reports who queued what, where and how', () => {
    const text = eventSentence(
      event('batch_enqueued', {
        origin: { from: 'command-line', command: 'slipway add flood.slipway.yaml', folder: '/work' },
        details: { position: 3 },
      }),
    )
    expect(text).toBe(
      'ana queued #12 flood-2026 / portfolio at position 3 with `slipway add flood.slipway.yaml`',
    )
  })

  it('reads from the audit trail of a real batch', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: ['north.csv'] })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 5 }]))
    expect(eventsPage(db, { batchId: batch.id, limit: 100 }).map(eventSentence)).toEqual([
      'ana created #1 flood-2026 / portfolio with `slipway add flood.slipway.yaml`',
      '#1 flood-2026 / portfolio was filled with 1 job',
      'ana queued #1 flood-2026 / portfolio at position 1 with `slipway add flood.slipway.yaml`',
      '#1 flood-2026 / portfolio started',
      '#1 flood-2026 / portfolio completed (1 of 1 job succeeded)',
    ])
  })

  it('names an action of the panel, and hides a stack', () => {
    expect(
      eventSentence(
        event('queue_paused', { origin: { from: 'panel', command: 'Pause', folder: null }, reason: 'lunch' }),
      ),
    ).toBe('ana paused the queue in the panel (Pause): lunch')
    expect(
      eventSentence(
        event('queue_paused', { origin: { from: 'program', command: 'at foo (bar.ts:1)', folder: null } }),
      ),
    ).toBe('ana paused the queue')
  })

  it('describes a pause and a resume that changed nothing as such', () => {
    const details = { already: true }
    expect(
      eventSentence(
        event('queue_paused', {
          origin: { from: 'command-line', command: 'slipway pause --now', folder: '/work' },
          details,
        }),
      ),
    ).toBe('ana paused the queue (it was paused already) with `slipway pause --now`')
    expect(eventSentence(event('queue_resumed', { details }))).toBe(
      'ana resumed the queue (it was not paused)',
    )
  })

  it('names the type and the range also of a configuration with a long name', () => {
    const details = { configuration: 'European windstorm '.repeat(9), type: 'losses', range: '0-9' }
    expect(eventSentence(event('batch_claimed', { details }))).toMatch(
      /^#12 European windstorm .*… \/ losses 0-9 started$/,
    )
  })

  it('counts what a batch came to, and reports when the finalizer had to close it', () => {
    const details = { total: 120, succeeded: 118, failed: 2, cancelled: 0, closedBy: 'sweep' }
    expect(eventSentence(event('batch_completed_with_errors', { actor: 'finalizer', details }))).toBe(
      '#12 flood-2026 / portfolio completed with errors (118 of 120 jobs succeeded and 2 failed), closed by the finalizer’s sweep',
    )
    const one = { total: 2, succeeded: 0, failed: 1, cancelled: 1 }
    expect(eventSentence(event('batch_cancelled', { details: one }))).toContain(
      '(0 of 2 jobs succeeded, 1 failed and 1 was not run to its end)',
    )
  })

  it('describes a job with its input and attempt', () => {
    const text = eventSentence(
      event('job_retried', {
        jobId: 7,
        jobOrdinal: 3,
        actor: 'executor',
        reason: 'exit code 1',
        details: { attempt: 2, input: 'north.csv' },
      }),
    )
    expect(text).toBe(
      'Job 3 (north.csv) of #12 flood-2026 / portfolio failed in attempt 2: exit code 1, and was put back for another attempt',
    )
  })

  it('gives every kind a sentence that is one line and holds no undefined, with and without details', () => {
    const bare = (kind: string): Told => ({ ...event(kind), batchId: null, batchNumber: null, details: {} })
    for (const kind of kindsWithSentence)
      for (const text of [
        eventSentence(event(kind)),
        eventSentence(bare(kind)),
        eventSentence({ ...event(kind), reason: 'a\nb' }),
      ])
        expect(text, kind).toMatch(/^(?!.*(undefined|null|NaN|\[object)).{8,}[^.\s]$/)
  })

  it('falls back to readable words for a kind it does not know', () => {
    expect(eventSentence(event('batch_polished', { reason: 'it was dusty' }))).toBe(
      'Batch polished (#12 flood-2026 / portfolio), by ana: it was dusty',
    )
    expect(eventSentence(event('constructor'))).toContain('by ana')
  })
})
