/**
 * A process that claims and completes batches until the queue is empty, and prints the number of each it got. After its
 * first it waits until another process has got one too, so that none is through before the race has begun.
 */
import { randomUUID } from 'node:crypto'
import { openDatabase } from '../../../src/core/db/open.ts'
import { endBatch } from '../../../src/core/queue/batch-ending.ts'
import { claimHead } from '../../../src/core/queue/batch-store.ts'
import { executorHost, registerHost, succeed, takeRole } from '../../../src/core/queue/host-store.ts'
import { queuedIds } from '../../../src/core/queue/queries.ts'

const [home = ''] = process.argv.slice(2)
const opened = openDatabase(home)
if (!opened.ok) throw new Error(opened.error.message)
const db = opened.value
const hostId = `host-${process.pid}`
const context = () => ({ actor: 'executor', hostId, origin: null, at: Date.now() })

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
const another = db.sql<{ n: number }>(
  "SELECT count(*) AS n FROM events WHERE kind = 'batch_claimed' AND host_id <> ?",
)
const alone = () => queuedIds(db).length > 0 && another.get(hostId)?.n === 0
process.stdout.write('ready\n')
process.stdin.once('data', () => {
  // Everybody takes the role from everybody, as no well-behaved host would: the claim itself must hold.
  while (queuedIds(db).length > 0) {
    const row = db.write(() => {
      const holder = executorHost(db)
      if (!holder) takeRole(db, hostId)
      else if (holder.id !== hostId) succeed(db, hostId, holder, false, Date.now())
      return claimHead(db, context(), randomUUID())
    })
    if (!row) continue
    process.stdout.write(`got ${row.number}\n`)
    db.write(() =>
      endBatch(db, context(), row.id, 'completed', {
        reason: null,
        kind: 'batch_completed',
        closedBy: 'event',
      }),
    )
    while (alone());
  }
  db.close()
  process.stdin.pause()
})
