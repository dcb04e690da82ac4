/**
 * Owns the table of hosts and the executor's role. Whether a process lives is judged elsewhere (run/lease.ts);
 * here are only the guarded writes.
 */
import type { Host } from '../../contract/entities.ts'
import type { Db } from '../db/db.ts'

export type HostRow = {
  id: string
  kind: Host['kind']
  pid: number
  process_started_at: string
  boot_id: string
  user: string
  version: string
  started_at: number
  heartbeat_at: number
  executor: number
  ended_at: number | null
}

export type NewHost = Omit<HostRow, 'executor' | 'ended_at' | 'heartbeat_at'>

/** Registers this process; hosts that ended more than 30 days ago are removed. */
export function registerHost(db: Db, host: NewHost): void {
  db.sql('DELETE FROM hosts WHERE ended_at < ?').run(host.started_at - 30 * 86_400_000)
  db.sql(
    `INSERT INTO hosts (id, kind, pid, process_started_at, boot_id, user, version, started_at, heartbeat_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    host.id,
    host.kind,
    host.pid,
    host.process_started_at,
    host.boot_id,
    host.user,
    host.version,
    host.started_at,
    host.started_at,
  )
}

/** Renews the host's heartbeat, even if its row says that it has ended; the row shows whether it still has the executor's role. */
export function beat(db: Db, id: string, at: number): HostRow | undefined {
  return db
    .sql<HostRow>('UPDATE hosts SET heartbeat_at = ?, ended_at = NULL WHERE id = ? RETURNING *')
    .get(at, id)
}

/** A heartbeat that always changes its row, so that a durable transaction with it reaches the disk. */
export function mark(db: Db, id: string, at: number): void {
  db.sql('UPDATE hosts SET heartbeat_at = max(heartbeat_at + 1, ?) WHERE id = ?').run(at, id)
}

/** Takes the executor's role if nobody has it. */
export function takeRole(db: Db, id: string): boolean {
  return (
    db
      .sql(
        `UPDATE hosts SET executor = 1
         WHERE id = ? AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM hosts WHERE executor = 1)`,
      )
      .run(id) === 1
  )
}

/** Takes the role from the host that has it, if that still is `from`, seen with this heartbeat. */
export function succeed(db: Db, id: string, from: HostRow, gone: boolean, at: number): boolean {
  const freed = db
    .sql(
      'UPDATE hosts SET executor = 0, ended_at = CASE WHEN ? THEN ? END WHERE id = ? AND executor = 1 AND heartbeat_at = ?',
    )
    .run(gone ? 1 : 0, at, from.id, from.heartbeat_at)
  return freed === 1 && takeRole(db, id)
}

/** Gives the role back. */
export function giveRoleBack(db: Db, id: string): void {
  db.sql('UPDATE hosts SET executor = 0 WHERE id = ? AND executor = 1').run(id)
}

/** Signs the host off. */
export function endHost(db: Db, id: string, at: number): void {
  db.sql('UPDATE hosts SET executor = 0, ended_at = ? WHERE id = ? AND ended_at IS NULL').run(at, id)
}

/** The host that has the role. */
export function executorHost(db: Db): HostRow | undefined {
  return db.sql<HostRow>('SELECT * FROM hosts WHERE executor = 1').get()
}

/** Hosts that did not sign off, latest first. */
export function openHosts(db: Db): HostRow[] {
  return db.sql<HostRow>('SELECT * FROM hosts WHERE ended_at IS NULL ORDER BY started_at DESC').all()
}

/** Any host by id. */
export function findHost(db: Db, id: string): HostRow | undefined {
  return db.sql<HostRow>('SELECT * FROM hosts WHERE id = ?').get(id)
}
