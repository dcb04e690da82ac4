/**
 * Owns this process's entry in `hosts`, its heartbeat, and the executor's role: taking it when nobody has it,
 * and succeeding a host that is provably gone. Must never judge by silence alone: a host is gone when that
 * process (pid, start time, boot) is gone, or when it was stopped (SIGSTOP) beyond its lease.
 */
import { userInfo } from 'node:os'
import type { Host } from '../../contract/entities.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { identify, isRunning, isStopped, type ProcessIdentity } from '../process/processes.ts'
import { recordEvent } from '../queue/event-store.ts'
import {
  beat,
  endHost,
  executorHost,
  findHost,
  giveRoleBack,
  type HostRow,
  registerHost,
  succeed,
  takeRole,
} from '../queue/host-store.ts'
import { readSettings } from '../queue/settings-store.ts'

/** This process as it registers itself in `hosts`. */
export type HostSelf = { id: string; kind: Host['kind']; version: string }

export type LeaseEvents = {
  /** The role is ours now; `from` is the host that had it and is gone or stopped. */
  onTaken(from: HostRow | null): void
  /** The role was ours and no longer is; `awayMs` is how long we were suspended. */
  onLost(awayMs: number): void
  /** Another host has the role and is alive. */
  onStandby(holder: HostRow): void
  /** The machine slept. */
  onSlept(sleptMs: number): void
  /** A write failed (disk full, …); the loop continues. */
  onError(cause: unknown): void
}

/** The process a host row stands for. */
function identityOf(host: HostRow): ProcessIdentity {
  return { pid: host.pid, startedAt: host.process_started_at, bootId: host.boot_id }
}

/** How a host is doing, as far as its process shows. */
export function stateOf(host: HostRow, now: number, leaseMs: number): Host['state'] {
  const identity = identityOf(host)
  if (host.ended_at !== null || !isRunning(identity)) return 'gone'
  if (isStopped(identity)) return 'stopped'
  return now - host.heartbeat_at > leaseMs ? 'silent' : 'alive'
}

export class Lease {
  readonly #db: Db
  readonly #clock: Clock
  readonly #self: HostSelf
  readonly #events: LeaseEvents
  #registered = false
  #wanted = false
  #hasRole = false
  #timer: Timer | null = null
  #lastTick: { awakeMs: number; sleptMs: number } | null = null
  /** Awake time at which we first saw the holder's heartbeat with its current value. */
  #silence: { hostId: string; heartbeatAt: number; sinceAwakeMs: number } | null = null
  #notifiedStandby = ''

  constructor(db: Db, clock: Clock, self: HostSelf, events: LeaseEvents) {
    this.#db = db
    this.#clock = clock
    this.#self = self
    this.#events = events
  }

  get hasRole(): boolean {
    return this.#hasRole
  }

  /** Registers this process in `hosts` once; commands that write call it first. */
  register(): void {
    if (this.#registered) return
    const identity = identify(process.pid)
    if (!identity) throw new Error('this process cannot be found in the process table')
    this.#db.note(() =>
      registerHost(this.#db, {
        id: this.#self.id,
        kind: this.#self.kind,
        pid: identity.pid,
        process_started_at: identity.startedAt,
        boot_id: identity.bootId,
        user: userName(),
        version: this.#self.version,
        started_at: this.#clock.now(),
      }),
    )
    this.#registered = true
  }

  /** Competes for the role from now on: takes it at once if it is free, else stands by. */
  start(): void {
    if (this.#wanted) return
    this.register()
    this.#wanted = true
    this.#lastTick = null
    this.#tick()
  }

  /** Gives the role back and stops the heartbeat. */
  stop(): void {
    this.#wanted = false
    this.#timer?.cancel()
    this.#timer = null
    this.#notifiedStandby = ''
    if (!this.#hasRole) return
    this.#hasRole = false
    try {
      this.#db.write(() => giveRoleBack(this.#db, this.#self.id))
    } catch (cause) {
      this.#events.onError(cause) // the next host checks our process, and takes the role once that is gone
    }
  }

  /** Signs this host off for good. */
  end(): void {
    this.stop()
    if (!this.#registered) return
    try {
      this.#db.note(() => endHost(this.#db, this.#self.id, this.#clock.now()))
    } catch {
      // A full disk must not turn what was acknowledged into a failure; the process table shows that we are gone.
    }
  }

  /** Checks now whether the role is still ours (after a verdict was refused). */
  check(): void {
    if (!this.#wanted) return
    this.#timer?.cancel()
    this.#tick()
  }

  #tick(): void {
    let nextMs = 1_000
    try {
      const settings = readSettings(this.#db)
      const awayMs = this.#lookAtSleep(settings['heartbeat-interval-ms'])
      if (this.#hasRole) {
        nextMs = settings['heartbeat-interval-ms']
        if (this.#beat()?.executor !== 1) this.#lose(awayMs)
      } else {
        nextMs = Math.min(1_000, settings['heartbeat-interval-ms'])
        this.#beat()
        this.#tryTake(settings['lease-ms'], awayMs > settings['lease-ms'])
      }
    } catch (cause) {
      this.#events.onError(cause)
    }
    if (this.#wanted) this.#timer = this.#clock.after(nextMs, () => this.#tick())
  }

  /** Where somebody removed our entry, it is made anew: without one this host could never have the role again. */
  #beat(): HostRow | undefined {
    const row = this.#db.note(() => beat(this.#db, this.#self.id, this.#clock.now()))
    if (row !== undefined) return row
    this.#registered = false
    this.register()
    return undefined
  }

  /** How late this tick is, in time during which we didn't run. */
  #lookAtSleep(intervalMs: number): number {
    const now = { awakeMs: this.#clock.awakeMs(), sleptMs: this.#clock.sleptMs() }
    const last = this.#lastTick
    this.#lastTick = now
    if (!last) return 0
    const sleptMs = now.sleptMs - last.sleptMs
    if (sleptMs > 2_000) this.#events.onSlept(sleptMs)
    return Math.max(0, now.awakeMs - last.awakeMs - intervalMs) + Math.max(0, sleptMs)
  }

  #lose(awayMs: number): void {
    this.#hasRole = false
    this.#events.onLost(awayMs)
  }

  #tryTake(leaseMs: number, wasLate: boolean): void {
    const holder = executorHost(this.#db)
    if (!holder) {
      if (this.#db.write(() => takeRole(this.#db, this.#self.id))) this.#take(null)
      return
    }
    const identity = identityOf(holder)
    const gone = !isRunning(identity)
    if (!gone && !(isStopped(identity) && this.#silentFor(holder, wasLate) > leaseMs)) {
      if (this.#notifiedStandby !== holder.id) this.#events.onStandby(holder)
      this.#notifiedStandby = holder.id
      return
    }
    const at = this.#clock.now()
    const succeeded = this.#db.write(() => {
      if (!succeed(this.#db, this.#self.id, holder, gone, at)) return false
      recordEvent(
        this.#db,
        { actor: 'rescuer', hostId: this.#self.id, origin: null, at },
        {
          kind: 'host_took_over',
          reason: { code: gone ? 'process-gone' : 'process-past-lease' },
          details: { from: holder.id, fromKind: holder.kind, fromPid: holder.pid },
        },
      )
      return true
    })
    if (succeeded) this.#take(holder)
  }

  #take(from: HostRow | null): void {
    this.#hasRole = true
    this.#silence = null
    this.#notifiedStandby = ''
    this.#events.onTaken(from)
  }

  /**
   * Awake milliseconds for which the holder's heartbeat has not changed while we watched. If we were late
   * ourselves (the machine slept, we were stopped), watching starts over with a fresh grace period.
   */
  #silentFor(holder: HostRow, wasLate: boolean): number {
    const now = this.#clock.awakeMs()
    const seen = this.#silence
    if (wasLate || !seen || seen.hostId !== holder.id || seen.heartbeatAt !== holder.heartbeat_at) {
      this.#silence = { hostId: holder.id, heartbeatAt: holder.heartbeat_at, sinceAwakeMs: now }
      return 0
    }
    return now - seen.sinceAwakeMs
  }
}

/** True when the host that a batch or fill belongs to can't come back. */
export function isGone(db: Db, hostId: string | null): boolean {
  const host = hostId === null ? undefined : findHost(db, hostId)
  return !host || host.ended_at !== null || !isRunning(identityOf(host))
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? String(process.getuid?.() ?? '')
  }
}
