import { expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { removeAbandonedFills } from '../../../src/core/host/abandoned-batches.ts'
import { identify } from '../../../src/core/process/processes.ts'
import { createBatch } from '../../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../../src/core/queue/configuration-store.ts'
import { registerHost } from '../../../src/core/queue/host-store.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { unsealedBatches } from '../../../src/core/queue/queries.ts'
import { by, hostId, noon, plainBatch, temporaryDatabase } from '../../helpers/database.ts'

/** A batch that `host` has begun to fill; the host is this very process, or one that is gone. */
function fillBy(db: Db, host: string, lives: boolean) {
  const me = identify(process.pid)
  if (!me) throw new Error('this process is not in the process table')
  db.write(() => {
    registerHost(db, {
      id: host,
      kind: 'test',
      pid: me.pid,
      process_started_at: lives ? me.startedAt : 'another start: the pid was given again',
      boot_id: me.bootId,
      user: 'ana',
      version: '0',
      started_at: noon,
    })
    const specPath = `/work/${host}.slipway.yaml`
    const configuration = saveConfiguration(db, { name: host, specPath, projectPath: '/work' }, noon)
    createBatch(db, by(noon, { hostId: host }), plainBatch(configuration.id, 'fill'))
  })
}

test('a fill whose host is gone is removed and reported, one whose host lives stays', () => {
  const db = temporaryDatabase()
  fillBy(db, 'gone', false)
  fillBy(db, 'alive', true)
  expect(removeAbandonedFills(db, by(noon, { hostId }))).toBe(1)
  expect(unsealedBatches(db).map((row) => row.host_id)).toEqual(['alive'])
  expect(eventsPage(db, { limit: 100 }).map((event) => event.kind)).toContain('batch_abandoned')
  expect(removeAbandonedFills(db, by(noon, { hostId }))).toBe(0)
})

test("a host's own fill is never taken for abandoned", () => {
  const db = temporaryDatabase()
  fillBy(db, 'gone', false)
  expect(removeAbandonedFills(db, by(noon, { hostId: 'gone' }))).toBe(0)
})
