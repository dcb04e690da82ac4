/** What batches wait for, settings, hosts and the audit trail, through the stores on a real database. */
import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../../src/contract/settings.ts'
import { waitSentence } from '../../../src/contract/waits.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { dropAfter, relinkTo } from '../../../src/core/queue/after-store.ts'
import { claimHead, createBatch, sealBatch } from '../../../src/core/queue/batch-store.ts'
import { recordEvent } from '../../../src/core/queue/event-store.ts'
import {
  beat,
  endHost,
  executorHost,
  findHost,
  giveRoleBack,
  openHosts,
  succeed,
  takeRole,
} from '../../../src/core/queue/host-store.ts'
import { batchById } from '../../../src/core/queue/queries.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { readMark, readSettings, writeMark, writeSetting } from '../../../src/core/queue/settings-store.ts'
import { addBatch, addHost, by, claim, end, hostId, noon, temporaryDatabase } from '../../helpers/database.ts'

const waitsFor = (db: Db, batch: BatchRow) => {
  const waits = batchById(db, batch.id).waitsFor
  return waits && waitSentence(waits)
}
const cancelled = (db: Db, batch: BatchRow) => end(db, batch, noon + 1, 'cancelled')

describe('a batch with `after`', () => {
  test('lets those behind it pass, and is claimed once its predecessor has completed', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'edm', priority: -1 })
    const waiting = addBatch(db, { type: 'portfolio', after: ['edm'], priority: 5 })
    const other = addBatch(db, { type: 'other' })
    expect(waitsFor(db, waiting)).toBe('waits for #1')
    expect(batchById(db, waiting.id).position).toBe(1)
    expect(claim(db, noon + 1).id).toBe(other.id)
    expect(batchById(db, waiting.id).position).toBe(1)
    end(db, other, noon + 2)
    expect(claim(db, noon + 3).id).toBe(first.id)
    end(db, first, noon + 4)
    expect(waitsFor(db, waiting)).toBeNull()
    expect(claim(db, noon + 5).id).toBe(waiting.id)
  })

  test.each([
    ['failed', 'waits for #1, which failed'],
    ['cancelled', 'waits for #1, which was cancelled'],
    ['completed_with_errors', 'waits for #1, which completed with errors'],
  ] as const)('stays queued with the reason when its predecessor has %s', (status, sentence) => {
    const db = temporaryDatabase()
    addBatch(db, { type: 'edm' })
    const waiting = addBatch(db, { type: 'portfolio', after: ['edm'] })
    end(db, claim(db, noon), noon + 1, status)
    expect(waitsFor(db, waiting)).toBe(sentence)
    expect(db.write(() => claimHead(db, by(noon), 'token'))).toBeUndefined()
    expect(db.write(() => dropAfter(db, waiting.id))).toBe(1)
    expect(claim(db, noon + 2).id).toBe(waiting.id)
  })

  test('waits for a type that has not been added yet, and then for the batch of that type', () => {
    const db = temporaryDatabase()
    const waiting = addBatch(db, { type: 'portfolio', after: ['edm'] })
    expect(waitsFor(db, waiting)).toBe('waits for edm, which has not been added')
    const edm = addBatch(db, { type: 'edm' })
    db.write(() => relinkTo(db, { id: edm.id, configurationId: edm.configuration_id, type: 'edm' }))
    expect(waitsFor(db, waiting)).toBe(`waits for #${edm.number}`)
    end(db, claim(db, noon), noon + 1)
    expect(claim(db, noon + 2).id).toBe(waiting.id)
  })

  test('waits for every range of the experiment, and names them in order', () => {
    const db = temporaryDatabase()
    const ranges = [0, 10, 20].map((start) =>
      addBatch(db, { type: 'evolve', range: { start, end: start + 9 } }),
    )
    const waiting = addBatch(db, { type: 'report', after: ['evolve'] })
    expect(waitsFor(db, waiting)).toBe('waits for #1 and #2 and #3')
    addBatch(db, { type: 'evolve', range: { start: 30, end: 39 } })
    expect(addBatch(db, { type: 'report-2', after: ['evolve'] })).toMatchObject({ status: 'queued' })
    expect(waitsFor(db, batchRow(db, 6))).toBe('waits for #1 and 3 more')
    end(db, claim(db, noon), noon + 1)
    expect(waitsFor(db, waiting)).toBe('waits for #2 and #3')
    expect(ranges).toHaveLength(3)
  })

  test('waits for the newcomer instead of one that was cancelled, but only for the same range', () => {
    const db = temporaryDatabase()
    const [a, b] = [0, 10].map((start) => addBatch(db, { type: 'evolve', range: { start, end: start + 9 } }))
    const waiting = addBatch(db, { type: 'report', after: ['evolve'] })
    if (!a || !b) throw new Error('two ranges were added')
    cancelled(db, a)
    cancelled(db, b)
    const again = addBatch(db, { type: 'evolve', range: { start: 0, end: 9 }, at: noon + 5 })
    db.write(() => relinkTo(db, { id: again.id, configurationId: again.configuration_id, type: 'evolve' }))
    expect(waitsFor(db, waiting)).toBe('waits for #2, which was cancelled and #4')
  })

  test('waits for the batch that continues with the remaining inputs', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'edm', range: { start: 0, end: 9 } })
    const waiting = addBatch(db, { type: 'portfolio', after: ['edm'] })
    cancelled(db, first)
    const rest = db.write(() => {
      const batch = createBatch(db, by(noon + 2), {
        configurationId: first.configuration_id,
        type: 'edm',
        range: { start: 4, end: 9 },
        priority: 0,
        duplicateOf: null,
        continues: first.id,
        options: {},
        details: {},
      })
      sealBatch(db, by(noon + 2), batch.id)
      relinkTo(db, { id: batch.id, configurationId: batch.configuration_id, type: 'edm' })
      return batch
    })
    expect(waitsFor(db, waiting)).toBe(`waits for #${rest.number}`)
  })
})

function batchRow(db: Db, number: number): BatchRow {
  const row = db.sql<BatchRow>('SELECT * FROM batches WHERE number = ?').get(number)
  if (!row) throw new Error(`there is no #${number}`)
  return row
}

describe('claiming', () => {
  test('is for the executor alone, and for one batch at a time', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'one' })
    addBatch(db, { type: 'two' })
    const outsider = by(noon, { hostId: 'host-2' })
    expect(db.write(() => claimHead(db, outsider, 'theirs'))).toBeUndefined()
    expect(claim(db, noon).id).toBe(first.id)
    expect(db.write(() => claimHead(db, by(noon), 'again'))).toBeUndefined()
  })

  test('passes over a batch that somebody queued by hand before it was filled', () => {
    const db = temporaryDatabase()
    const good = addBatch(db, { type: 'good' })
    db.write(() => {
      db.sql('UPDATE batches SET position = 2 WHERE id = ?').run(good.id)
      db.exec('DROP TRIGGER batch_begins_initiated')
      db.sql(
        `INSERT INTO batches (id, configuration_id, batch_type, status, position, created_at)
         VALUES ('raw', ?, 'raw', 'queued', 1, 1)`,
      ).run(good.configuration_id)
    })
    expect(claim(db, noon).id).toBe(good.id)
  })
})

describe('settings', () => {
  test('are the defaults until written, and what does not fit counts as the default', () => {
    const db = temporaryDatabase()
    const defaults = settingsSchema.parse({})
    expect(readSettings(db)).toEqual(defaults)
    db.write(() => writeSetting(db, 'default-parallel', 4, noon))
    expect(readSettings(db)).toEqual({ ...defaults, 'default-parallel': 4 })
    const byHand = db.sql('INSERT OR REPLACE INTO settings VALUES (?, ?, 1)')
    for (const value of ['0', '"four"', '1.5', 'null', '{', '', '[4]', '1e99']) {
      db.write(() => byHand.run('default-parallel', value))
      expect(readSettings(db), value).toEqual(defaults)
    }
    db.write(() => byHand.run('no-such-setting', '1'))
    expect(readSettings(db)).toEqual(defaults)
  })

  test('and marks live side by side; a mark can be taken away', () => {
    const db = temporaryDatabase()
    const mark = { since: noon, by: 'ana', reason: null, kind: 'person' as const, now: false }
    db.write(() => writeMark(db, 'queue-paused', mark, noon))
    expect(readMark(db, 'queue-paused')).toEqual(mark)
    expect(readSettings(db)).toEqual(settingsSchema.parse({}))
    db.write(() => writeMark(db, 'queue-paused', undefined, noon))
    expect(readMark(db, 'queue-paused')).toBeUndefined()
  })
})

describe('the audit trail', () => {
  test('takes one line per event with who, from where and why, and gives none back', () => {
    const db = temporaryDatabase()
    db.write(() =>
      recordEvent(db, by(noon), { kind: 'queue_paused', reason: 'lunch', details: { until: 'one' } }),
    )
    expect(db.sql('SELECT * FROM events ORDER BY id DESC LIMIT 1').get()).toMatchObject({
      at: noon,
      kind: 'queue_paused',
      actor: 'ana',
      host_id: hostId,
      origin_from: 'command-line',
      origin_command: 'slipway add flood.slipway.yaml',
      origin_folder: '/work',
      origin: 'slipway add flood.slipway.yaml (in /work)',
      reason: 'lunch',
      details: '{"until":"one"}',
    })
    expect(() => db.write(() => db.sql('DELETE FROM events').run())).toThrow('append-only')
    expect(() => db.write(() => db.sql(`UPDATE events SET reason = ''`).run())).toThrow('append-only')
  })

  test('is rolled back with the change it reports', () => {
    const db = temporaryDatabase()
    const count = () => db.sql<{ n: number }>('SELECT count(*) AS n FROM events').get()?.n
    const before = count()
    expect(() =>
      db.write(() => {
        recordEvent(db, by(noon), { kind: 'queue_paused' })
        throw new Error('the disk is full')
      }),
    ).toThrow('the disk is full')
    expect(count()).toBe(before)
  })
})

describe('hosts', () => {
  const host = (db: Db, id: string) => {
    const row = findHost(db, id)
    if (!row) throw new Error(`there is no host ${id}`)
    return row
  }

  test('have one executor among them, in the table itself too', () => {
    const db = temporaryDatabase()
    addHost(db, 'host-2', noon)
    expect(executorHost(db)?.id).toBe(hostId)
    expect(db.write(() => takeRole(db, 'host-2'))).toBe(false)
    expect(() => db.write(() => db.sql('UPDATE hosts SET executor = 1').run())).toThrow(
      'another host is the executor',
    )
    db.write(() => giveRoleBack(db, hostId))
    expect(db.write(() => takeRole(db, 'host-2'))).toBe(true)
    expect(executorHost(db)?.id).toBe('host-2')
  })

  test('succeed only the one they saw, as long as it has not beaten since', () => {
    const db = temporaryDatabase()
    addHost(db, 'host-2', noon)
    const seen = host(db, hostId)
    db.note(() => beat(db, hostId, noon + 1))
    expect(db.write(() => succeed(db, 'host-2', seen, true, noon + 2))).toBe(false)
    expect(executorHost(db)?.id).toBe(hostId)
    expect(db.write(() => succeed(db, 'host-2', host(db, hostId), true, noon + 2))).toBe(true)
    expect(executorHost(db)?.id).toBe('host-2')
    expect(host(db, hostId)).toMatchObject({ executor: 0, ended_at: noon + 2 })
    expect(db.write(() => succeed(db, 'host-3', seen, true, noon + 3))).toBe(false)
  })

  test('that ended execute nothing and are not open any more', () => {
    const db = temporaryDatabase()
    db.note(() => endHost(db, hostId, noon + 1))
    expect(executorHost(db)).toBeUndefined()
    expect(openHosts(db)).toEqual([])
    expect(db.write(() => takeRole(db, hostId))).toBe(false)
  })

  test('that ended more than 30 days ago are forgotten when another one comes', () => {
    const db = temporaryDatabase()
    db.note(() => endHost(db, hostId, noon))
    addHost(db, 'host-2', noon + 29 * 86_400_000)
    expect(findHost(db, hostId)).toBeDefined()
    addHost(db, 'host-3', noon + 31 * 86_400_000)
    expect(findHost(db, hostId)).toBeUndefined()
  })
})
