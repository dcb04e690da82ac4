/** Who is the executor: taking the role, standing by, succeeding, losing it, with real processes behind the hosts. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { isGone, Lease, stateOf } from '../../../src/core/host/lease.ts'
import { identify, type ProcessIdentity } from '../../../src/core/process/processes.ts'
import {
  beat,
  executorHost,
  findHost,
  giveRoleBack,
  type HostRow,
  registerHost,
  takeRole,
} from '../../../src/core/queue/host-store.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { writeSetting } from '../../../src/core/queue/settings-store.ts'
import { hostId, noon, temporaryDatabase } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const beatMs = 2_000
const leaseMs = 10_000
const ownId = 'this-host'

/** A process that lives until the test ends. */
function aProcess(): ProcessIdentity {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const identity = identify(child.pid ?? 0)
  if (!identity) throw new Error('the process is not there')
  return identity
}

async function stop(process_: ProcessIdentity): Promise<void> {
  process.kill(process_.pid, 'SIGSTOP')
  await until(() => / T /.test(readFileSync(`/proc/${process_.pid}/stat`, 'utf8')), 'it is stopped')
}

/** Another host, which is this process of the machine and has the role. */
function aHolder(db: Db, id: string, identity: ProcessIdentity): void {
  db.write(() => {
    registerHost(db, {
      id,
      kind: 'desktop',
      pid: identity.pid,
      process_started_at: identity.startedAt,
      boot_id: identity.bootId,
      user: 'ben',
      version: '0',
      started_at: noon,
    })
    takeRole(db, id)
  })
}

const silent = { onTaken() {}, onLost() {}, onStandby() {}, onSlept() {}, onError() {} }

function aLease(db: Db) {
  db.write(() => {
    writeSetting(db, 'heartbeat-interval-ms', beatMs, noon)
    writeSetting(db, 'lease-ms', leaseMs, noon)
  })
  const clock = stubClock(noon)
  const reports: string[] = []
  const errors: unknown[] = []
  const lease = new Lease(
    db,
    clock,
    { id: ownId, kind: 'cli', version: '1.2.3' },
    {
      onTaken: (from) => reports.push(`taken from ${from?.id ?? 'nobody'}`),
      onLost: (awayMs) => reports.push(`lost after ${awayMs}`),
      onStandby: (holder) => reports.push(`standby behind ${holder.id}`),
      onSlept: (ms) => reports.push(`slept ${ms}`),
      onError: (cause) => errors.push(cause),
    },
  )
  const row = () => {
    const found = findHost(db, ownId)
    if (!found) throw new Error('the host is not registered')
    return found
  }
  return { lease, clock, reports, errors, row }
}

const free = () => temporaryDatabase({ executor: false })

/** A lease that waits for the role of `other`, which is stopped. */
async function behindAStoppedHost() {
  const db = free()
  const other = aProcess()
  aHolder(db, 'other', other)
  await stop(other)
  const { lease, clock, reports } = aLease(db)
  lease.start()
  return { db, clock, reports }
}

describe('a host', () => {
  test('that registers is known by its process, once', () => {
    const db = free()
    const { lease, row, reports } = aLease(db)
    lease.register()
    lease.register()
    expect(row()).toEqual({
      id: ownId,
      kind: 'cli',
      pid: process.pid,
      process_started_at: identify(process.pid)?.startedAt,
      boot_id: identify(process.pid)?.bootId,
      user: userInfo().username,
      version: '1.2.3',
      started_at: noon,
      heartbeat_at: noon,
      executor: 0,
      ended_at: null,
    })
    expect(reports).toEqual([])
    expect(lease.hasRole).toBe(false)
  })

  test('that works takes the free role at once, keeps its heart beating, and gives the role back', () => {
    const db = free()
    const { lease, clock, reports, row } = aLease(db)
    lease.start()
    lease.start()
    expect(reports).toEqual(['taken from nobody'])
    expect(lease.hasRole).toBe(true)
    expect(executorHost(db)?.id).toBe(ownId)
    clock.advance(1_000)
    expect(row().heartbeat_at).toBe(noon + 1_000)
    clock.advance(beatMs - 1)
    expect(row().heartbeat_at).toBe(noon + 1_000)
    clock.advance(1)
    expect(row().heartbeat_at).toBe(noon + 1_000 + beatMs)
    expect(clock.pending()).toBe(1)
    lease.stop()
    expect(lease.hasRole).toBe(false)
    expect(executorHost(db)).toBeUndefined()
    expect(clock.pending()).toBe(0)
    clock.advance(10 * beatMs)
    expect(row()).toMatchObject({ heartbeat_at: noon + 1_000 + beatMs, ended_at: null })
    lease.start()
    expect(reports).toEqual(['taken from nobody', 'taken from nobody'])
  })

  test('that signs off has ended and has no role', () => {
    const db = free()
    const { lease, clock, row } = aLease(db)
    lease.start()
    clock.advance(1)
    lease.end()
    expect(row()).toMatchObject({ executor: 0, ended_at: noon + 1 })
    expect(clock.pending()).toBe(0)
    expect(lease.hasRole).toBe(false)
  })

  test('that was never registered needs no signing off', () => {
    const db = free()
    const { lease, errors } = aLease(db)
    lease.end()
    expect(findHost(db, ownId)).toBeUndefined()
    expect(errors).toEqual([])
  })
})

describe('the role of a host that is gone', () => {
  test('is taken at once, which is recorded in the audit trail', () => {
    const db = temporaryDatabase() // its executor's process does not exist
    const { lease, reports } = aLease(db)
    lease.start()
    expect(reports).toEqual([`taken from ${hostId}`])
    expect(findHost(db, hostId)).toMatchObject({ executor: 0, ended_at: noon })
    expect(executorHost(db)?.id).toBe(ownId)
    expect(eventsPage(db, { limit: 1 })).toMatchObject([
      {
        kind: 'host_took_over',
        actor: 'rescuer',
        hostId: ownId,
        at: noon,
        reason: 'its process is gone',
        details: { from: hostId, fromKind: 'test', fromPid: 4_242 },
      },
    ])
  })

  test('is not taken if it beat in that very moment', () => {
    const db = temporaryDatabase()
    const racing: Db = {
      ...db,
      write(action) {
        db.note(() => beat(db, hostId, noon + 7))
        return db.write(action)
      },
    }
    const { reports } = aLease(db)
    const clock = stubClock(noon)
    const lease = new Lease(
      racing,
      clock,
      { id: ownId, kind: 'cli', version: '1' },
      { ...silent, onTaken: () => reports.push('taken') },
    )
    lease.start()
    expect(reports).toEqual([])
    expect(lease.hasRole).toBe(false)
    expect(executorHost(db)?.id).toBe(hostId)
    expect(eventsPage(db, { limit: 1 }).map((event) => event.kind)).not.toContain('host_took_over')
  })
})

describe('behind a host that lives', () => {
  test('another one stands by, reports it once, and takes the role within a second of its being free', () => {
    const db = free()
    aHolder(db, 'other', aProcess())
    const { lease, clock, reports, row } = aLease(db)
    lease.start()
    clock.advance(100 * leaseMs) // silence alone proves nothing
    expect(reports).toEqual(['standby behind other'])
    expect(row().heartbeat_at).toBeGreaterThan(noon + 99 * leaseMs)
    expect(lease.hasRole).toBe(false)
    db.write(() => giveRoleBack(db, 'other'))
    clock.advance(1_000)
    expect(reports).toEqual(['standby behind other', 'taken from nobody'])
  })

  test('the holder is reported again when it is another one, or on a new request', () => {
    const db = free()
    aHolder(db, 'first', aProcess())
    const { lease, clock, reports } = aLease(db)
    lease.start()
    db.write(() => giveRoleBack(db, 'first'))
    aHolder(db, 'second', aProcess())
    clock.advance(1_000)
    lease.stop()
    expect(executorHost(db)?.id).toBe('second')
    lease.start()
    expect(reports).toEqual(['standby behind first', 'standby behind second', 'standby behind second'])
  })

  test('with a short interval it looks as often as it beats', () => {
    const db = free()
    aHolder(db, 'other', aProcess())
    const { lease, clock, reports } = aLease(db)
    db.write(() => writeSetting(db, 'heartbeat-interval-ms', 500, noon))
    lease.start()
    db.write(() => giveRoleBack(db, 'other'))
    clock.advance(500)
    expect(reports).toContain('taken from nobody')
  })
})

describe('behind a stopped host', () => {
  test('the role is taken once its heart has not beaten for the lease, and not before', async () => {
    const { db, clock, reports } = await behindAStoppedHost()
    clock.advance(leaseMs)
    expect(reports).toEqual(['standby behind other'])
    clock.advance(1_000)
    expect(reports).toEqual(['standby behind other', 'taken from other'])
    expect(findHost(db, 'other')).toMatchObject({ executor: 0, ended_at: null })
    expect(eventsPage(db, { limit: 1 })).toMatchObject([{ reason: 'it was stopped beyond its lease' }])
  })

  test('a single beat begins the lease anew', async () => {
    const { db, clock, reports } = await behindAStoppedHost()
    clock.advance(leaseMs - 1_000)
    db.note(() => beat(db, 'other', noon + 5_000))
    clock.advance(leaseMs)
    expect(reports).toEqual(['standby behind other'])
    clock.advance(2_000)
    expect(reports).toContain('taken from other')
  })

  test('a machine that slept grants one fresh lease', async () => {
    const { clock, reports } = await behindAStoppedHost()
    clock.advance(leaseMs)
    clock.sleep(leaseMs + 1_000)
    clock.advance(leaseMs)
    expect(reports).toEqual(['standby behind other', `slept ${leaseMs + 1_000}`])
    clock.advance(3_000)
    expect(reports).toContain('taken from other')
  })

  test('a nap shorter than the lease grants none', async () => {
    const { clock, reports } = await behindAStoppedHost()
    clock.advance(leaseMs)
    clock.sleep(leaseMs - 3_000)
    clock.advance(1_000)
    expect(reports).toContain('taken from other')
  })

  test('another holder has its own lease', async () => {
    const db = free()
    const [one, two] = [aProcess(), aProcess()]
    aHolder(db, 'one', one)
    await Promise.all([stop(one), stop(two)])
    const { lease, clock, reports } = aLease(db)
    lease.start()
    clock.advance(leaseMs)
    db.write(() => giveRoleBack(db, 'one'))
    aHolder(db, 'two', two)
    clock.advance(leaseMs)
    expect(reports).toEqual(['standby behind one', 'standby behind two'])
  })
})

describe('the role', () => {
  test('that somebody took is noticed at the next beat, with how long we stood still', () => {
    const db = free()
    const { lease, clock, reports } = aLease(db)
    lease.start()
    db.write(() => db.sql('UPDATE hosts SET executor = 0').run())
    aHolder(db, 'other', aProcess())
    clock.advance(beatMs)
    expect(reports).toEqual(['taken from nobody', 'lost after 0'])
    expect(lease.hasRole).toBe(false)
    clock.advance(beatMs)
    expect(reports).toEqual(['taken from nobody', 'lost after 0', 'standby behind other'])
  })

  test('that was lost while the machine slept is reported with the time it slept', () => {
    const db = free()
    const { lease, clock, reports } = aLease(db)
    lease.start()
    clock.sleep(90_000)
    db.write(() => db.sql('UPDATE hosts SET executor = 0').run())
    clock.advance(beatMs)
    expect(reports).toEqual(['taken from nobody', 'slept 90000', 'lost after 90000'])
  })

  test('of a host whose row is gone is lost too', () => {
    const db = free()
    const { lease, clock, reports } = aLease(db)
    lease.start()
    db.write(() => db.sql('DELETE FROM hosts').run())
    clock.advance(beatMs)
    expect(reports).toContain('lost after 0')
  })

  test('is checked on request, without waiting for the next heartbeat, and only by a candidate', () => {
    const db = free()
    const { lease, clock, reports } = aLease(db)
    lease.register()
    lease.check()
    expect([clock.pending(), lease.hasRole, reports]).toEqual([0, false, []])
    lease.start()
    db.write(() => db.sql('UPDATE hosts SET executor = 0').run())
    lease.check()
    expect(reports).toContain('lost after 0')
    expect(clock.pending()).toBe(1)
  })

  test('that is given back in the moment of its loss leaves no heartbeat behind', () => {
    const db = free()
    const clock = stubClock(noon)
    const lease: Lease = new Lease(
      db,
      clock,
      { id: ownId, kind: 'cli', version: '1' },
      { ...silent, onLost: () => lease.stop() },
    )
    lease.start()
    db.write(() => db.sql('UPDATE hosts SET executor = 0').run())
    clock.advance(60_000)
    expect(clock.pending()).toBe(0)
  })

  test('a moment of sleep is not reported', () => {
    const db = free()
    const { lease, clock, reports } = aLease(db)
    lease.start()
    clock.sleep(2_000)
    clock.advance(beatMs)
    clock.sleep(2_001)
    clock.advance(beatMs)
    expect(reports).toEqual(['taken from nobody', 'slept 2001'])
  })
})

describe('a database that refuses', () => {
  test('a heartbeat is reported, and the next one is tried', () => {
    const db = free()
    let full = false
    const refusing: Db = {
      ...db,
      note(action) {
        if (full) throw new Error('the disk is full')
        return db.note(action)
      },
      write(action) {
        if (full) throw new Error('the disk is full')
        return db.write(action)
      },
    }
    const { lease, clock, errors, row } = aLease(refusing)
    lease.start()
    full = true
    clock.advance(beatMs)
    expect(errors.map(String)).toEqual(['Error: the disk is full'])
    expect(lease.hasRole).toBe(true)
    full = false
    clock.advance(beatMs)
    expect(row().heartbeat_at).toBeGreaterThan(noon)
    full = true
    lease.end() // a goodbye that can't be written must not fail what was acknowledged
    expect(errors).toHaveLength(2)
    expect(lease.hasRole).toBe(false)
    expect(clock.pending()).toBe(0)
  })
})

describe('how a host is doing', () => {
  const host = (identity: ProcessIdentity, more: Partial<HostRow> = {}): HostRow => ({
    id: 'h',
    kind: 'cli',
    pid: identity.pid,
    process_started_at: identity.startedAt,
    boot_id: identity.bootId,
    user: 'ana',
    version: '1',
    started_at: noon,
    heartbeat_at: noon,
    executor: 0,
    ended_at: null,
    ...more,
  })

  test('is reported by its process first, and by its heartbeat only then', async () => {
    const it = aProcess()
    expect(stateOf(host(it), noon + leaseMs, leaseMs)).toBe('alive')
    expect(stateOf(host(it), noon + leaseMs + 1, leaseMs)).toBe('silent')
    expect(stateOf(host(it, { ended_at: noon }), noon, leaseMs)).toBe('gone')
    expect(stateOf(host({ ...it, startedAt: 'other' }), noon, leaseMs)).toBe('gone')
    expect(stateOf(host({ ...it, bootId: 'other' }), noon, leaseMs)).toBe('gone')
    await stop(it)
    expect(stateOf(host(it), noon, leaseMs)).toBe('stopped')
  })

  test('a host is gone if it is unknown, has ended or has no process any more', () => {
    const db = temporaryDatabase()
    aHolder(db, 'alive', aProcess())
    expect(isGone(db, null)).toBe(true)
    expect(isGone(db, 'never heard of')).toBe(true)
    expect(isGone(db, hostId)).toBe(true)
    expect(isGone(db, 'alive')).toBe(false)
    db.note(() => db.sql("UPDATE hosts SET ended_at = 5 WHERE id = 'alive'").run())
    expect(isGone(db, 'alive')).toBe(true)
  })
})
