import { describe, expect, it } from 'vitest'
import { outputs } from '../../../src/contract/outputs.ts'
import { makeTimeline } from '../../../src/core/insight/timeline.ts'
import { pauseBatch, releaseBatch, resumeBatch, takeOverBatch } from '../../../src/core/queue/batch-store.ts'
import { beat } from '../../../src/core/queue/host-store.ts'
import {
  addBatch,
  addHost,
  by,
  claim,
  end,
  hostId,
  noon,
  note,
  reread,
  runJobs,
  temporaryDatabase,
} from '../../helpers/database.ts'

const minute = 60_000

describe('the timeline of a batch', () => {
  it('has its attempts, cut at the limit, and fits the contract', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 3 })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 1 }, { ms: 1 }, { ms: 1 }]))
    const timeline = makeTimeline(db, batch.id, 2)
    expect(outputs.timeline.parse(timeline)).toEqual(timeline)
    expect(timeline).toMatchObject({ attempts: [{ ordinal: 1 }, { ordinal: 2 }], truncated: true })
    expect(makeTimeline(db, batch.id, 3)).toMatchObject({ truncated: false, stretches: [] })
  })

  it('shows a pause that still lasts as open, and sleep as a stretch of its own', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    note(db, noon + minute, 'machine_slept', { ms: 30_000, until: noon + minute })
    db.write(() => pauseBatch(db, by(noon + 2 * minute), batch.id, null))
    expect(makeTimeline(db, batch.id, 10).stretches).toEqual([
      { kind: 'slept', from: noon + 30_000, to: noon + minute },
      { kind: 'paused', from: noon + 2 * minute, to: null },
    ])
    db.write(() => resumeBatch(db, by(noon + 3 * minute), batch.id))
    expect(makeTimeline(db, batch.id, 10).stretches[1]).toMatchObject({ to: noon + 3 * minute })
  })

  it('shows that nobody worked from a dead host’s last heartbeat to the take-over', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    claim(db, noon)
    db.note(() => beat(db, hostId, noon + minute))
    addHost(db, 'host-2', noon + 4 * minute)
    db.write(() =>
      takeOverBatch(db, by(noon + 5 * minute, { hostId: 'host-2' }), batch.id, 'next', 'its host is gone'),
    )
    expect(makeTimeline(db, batch.id, 10).stretches).toEqual([
      { kind: 'no-host', from: noon + minute, to: noon + 5 * minute },
    ])
  })

  it('shows that nobody worked from a host’s leaving to the next claim, but not when the queue was paused', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    claim(db, noon)
    db.write(() => releaseBatch(db, by(noon + minute), batch.id, 'the host ends'))
    claim(db, noon + 2 * minute)
    note(db, noon + 3 * minute, 'queue_paused')
    db.write(() => releaseBatch(db, by(noon + 3 * minute + 1), batch.id, 'the queue is paused'))
    note(db, noon + 4 * minute, 'queue_resumed')
    claim(db, noon + 4 * minute + 1)
    expect(makeTimeline(db, batch.id, 10).stretches).toEqual([
      { kind: 'no-host', from: noon + minute, to: noon + 2 * minute },
      { kind: 'paused', from: noon + 3 * minute, to: noon + 4 * minute },
    ])
    expect(reread(db, batch.id).status).toBe('running')
  })
})
