/**
 * One of several processes that fight for the executor's role and the head of the queue with the core's own
 * statements, until every batch was claimed RUNS times. Prints what it claimed. Usage: claimer.ts DATABASE HOST RUNS
 */
import Database from 'better-sqlite3'
import { wrap } from '../../src/core/db/db.ts'
import { endBatch } from '../../src/core/queue/batch-ending.ts'
import { claimHead, reopenBatch } from '../../src/core/queue/batch-store.ts'
import { giveRoleBack, registerHost, takeRole } from '../../src/core/queue/host-store.ts'

const [file = '', hostId = '', runs = '1'] = process.argv.slice(2)
const db = wrap(new Database(file, { timeout: 30_000 }))
const context = () => ({ actor: 'executor', hostId, origin: null, at: Date.now() })
const claimed: string[] = []

db.write(() =>
  registerHost(db, {
    id: hostId,
    kind: 'test',
    pid: process.pid,
    process_started_at: '1',
    boot_id: 'boot',
    user: 'ana',
    version: '0',
    started_at: Date.now(),
  }),
)
const left = () => db.sql('SELECT 1 FROM batches WHERE completed_at IS NULL LIMIT 1').get() !== undefined
while (left()) {
  const row = db.write(() => {
    takeRole(db, hostId)
    return claimHead(db, context(), `${hostId}-${claimed.length}`)
  })
  if (row) claimed.push(`${row.id} ${row.run}`)
  // The claim and its end are transactions of their own: in between the others see a running batch.
  db.write(() => {
    giveRoleBack(db, hostId)
    if (!row) return
    endBatch(db, context(), row.id, 'cancelled', {
      reason: null,
      kind: 'batch_cancelled',
      closedBy: 'command',
    })
    if (row.run < Number(runs)) reopenBatch(db, context(), row.id, [])
  })
}
db.close()
console.log(JSON.stringify(claimed))
