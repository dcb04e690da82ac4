/**
 * Composition root: opens the data folder, wires lease, executor, finalizer, feed and commands together, and
 * hands a host one object. Must hold no rule of its own.
 */

import { randomUUID } from 'node:crypto'
import type { Caller, SlipwayApi } from '../contract/api.ts'
import { type CommandName, commands } from '../contract/commands.ts'
import type { Batch, Host } from '../contract/entities.ts'
import { ok, type Result } from '../contract/errors.ts'
import type { Origin } from '../contract/origin.ts'
import { duration } from '../contract/words.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Scope } from './commands/command.ts'
import { dispatch, explainThrown } from './commands/dispatch.ts'
import { diskTrouble, openDatabase } from './db/open.ts'
import { watchDatabase } from './db/watch.ts'
import { failpoint } from './failpoint.ts'
import { Feed } from './feed.ts'
import { Expander } from './fill/expander.ts'
import { Hasher } from './fill/hasher.ts'
import { DiskWatch } from './host/disk-watch.ts'
import { Lease } from './host/lease.ts'
import { notePlace } from './host/place-note.ts'
import { makeSummary } from './insight/summary.ts'
import { firstLine } from './logs/log-lines.ts'
import { removeOld } from './logs/retention.ts'
import { setLauncherFolder } from './process/win32.ts'
import type { Context } from './queue/context.ts'
import { recordEvent } from './queue/event-store.ts'
import { findBatch } from './queue/queries.ts'
import type { BatchRow } from './queue/rows.ts'
import { findToken, type Token } from './queue/token-store.ts'
import { logPath } from './run/batch-options.ts'
import { Executor, type StopMode } from './run/executor.ts'
import { Finalizer } from './run/finalizer.ts'
import { Renumbering } from './run/renumbering.ts'
import { version } from './version.ts'

export type CoreOptions = {
  /** The data folder, as a whole path; created with mode 0700. */
  home: string
  kind: Host['kind']
  /** Folder of the built launchers (`out/launcher`). */
  launcherDir: string
  /** Runs the Node launcher where the host's own program is no Node (the desktop app). */
  nodePath?: string
  clock?: Clock
  /** Base environment of jobs; defaults to this process's. */
  env?: NodeJS.ProcessEnv
  /** Lines for a log file or a terminal; the default drops them. */
  log?: (line: string) => void
  /** How long to wait for a locked database. */
  busyTimeoutMs?: number
  /** Opens a data folder even if it can't be written; then only commands that change nothing work. */
  mayOnlyRead?: boolean
  /** Called once when the wait for a locked database takes longer than a moment. */
  onDatabaseBusy?: () => void
}

/** What a host may want to report to a person at once. */
export type Notice =
  | { kind: 'working' }
  | { kind: 'standby'; sentence: string }
  | { kind: 'claim-lost'; sentence: string }
  | { kind: 'finished'; batch: Batch }
  | { kind: 'attention'; sentence: string; batch: Batch | null }
  | { kind: 'crash-found'; sentence: string }

export type { Token } from './queue/token-store.ts'

export type Core = {
  readonly hostId: string
  readonly home: string
  /** The contract, bound to who calls. */
  api(caller: Caller): SlipwayApi
  /**
   * Become the executor, or stand by for it. Idempotent. With a `goal` (ids of batches) nothing is claimed any
   * more once these have ended: whoever requested them doesn't wait for other people's batches.
   */
  startWorking(goal?: readonly string[]): void
  /**
   * Gives the executor's role back. 'finish' lets running jobs end first; 'stop' stops them (they go back to
   * pending); 'leave' lets them run on under the launcher for the next host to adopt. A later call with a
   * stronger mode overtakes an earlier one. Resolves when nothing of ours runs any more.
   */
  stopWorking(mode: StopMode): Promise<void>
  onNotice(listener: (notice: Notice) => void): () => void
  /** Whose token this is, for hosts that programs call. */
  findToken(token: string): Token | undefined
  /** Where the change feed stands, for hosts that pass events on and greet late listeners. */
  feedPlace(): { epoch: string; seq: number }
  /** Stops everything that this host started (as stopWorking('stop')) and closes the database. Idempotent. */
  close(): Promise<void>
}

/** How long a host that stops still hashes what the last jobs read. */
const hashBudgetMs = 500

/** Opens the core; an unusable database is an error with code `database`, never an exception. */
export async function openCore(options: CoreOptions): Promise<Result<Core>> {
  const { home } = options
  const clock = options.clock ?? systemClock
  setLauncherFolder(options.launcherDir)
  const log = options.log ?? (() => {})
  const opened = openDatabase(home, {
    mayOnlyRead: options.mayOnlyRead ?? false,
    onMigrationStep: () => failpoint('mid-migration'),
    ...(options.onDatabaseBusy === undefined ? {} : { onWaiting: options.onDatabaseBusy }),
    ...(options.busyTimeoutMs === undefined ? {} : { busyTimeoutMs: options.busyTimeoutMs }),
  })
  if (!opened.ok) return opened
  const db = opened.value
  const hostId = randomUUID()
  const listeners = new Set<(notice: Notice) => void>()
  const notify = (notice: Notice) => {
    for (const listener of listeners) listener(notice)
  }
  const onError = (cause: unknown) => {
    log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const message = diskTrouble(code) ?? (cause instanceof Error ? cause.message : String(cause))
    notify({ kind: 'attention', sentence: `Something failed and is tried again: ${message}.`, batch: null })
  }
  const feed = new Feed(db, clock, home, onError)

  const lease = new Lease(
    db,
    clock,
    { id: hostId, kind: options.kind, version },
    {
      onTaken() {
        notify({ kind: 'working' })
        void executor.begin()
      },
      onLost(awayMs) {
        executor.lose()
        const away = awayMs >= 1_000 ? ` after being suspended for ${duration(awayMs)}` : ''
        db.note(() => recordEvent(db, context('executor'), { kind: 'host_lost_claim', details: { awayMs } }))
        notify({
          kind: 'claim-lost',
          sentence: `Another host took over${away}; this one records and starts nothing any more.`,
        })
      },
      onStandby(holder) {
        notify({
          kind: 'standby',
          sentence: `Another host (${holder.kind}, process ${holder.pid}) is working; this one waits.`,
        })
      },
      onSlept(sleptMs) {
        const details = { ms: sleptMs, until: clock.now() }
        db.note(() => recordEvent(db, context('executor'), { kind: 'machine_slept', details }))
      },
      onError,
    },
  )
  const context = (actor: string, origin: Origin | null = null): Context => ({
    actor,
    hostId,
    origin,
    at: clock.now(),
  })

  const finalizer = new Finalizer({
    db,
    clock,
    hostId,
    makeSummary: (from, id) =>
      makeSummary(from, id, {}, (number, job) => firstLine(logPath(home, number, job.ordinal, job.attempts))),
    onClosed(row) {
      changed()
      const batch = findBatch(db, row.id)
      if (batch) notify({ kind: 'finished', batch })
    },
    housekeeping: () => removeOld(db, home, clock.now()),
    onError,
  })

  const executor = new Executor({
    db,
    clock,
    home,
    hostId,
    launcherDir: options.launcherDir,
    ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
    env: options.env ?? process.env,
    events: {
      onFinished: (row) => finished(row),
      onChanged(onlyJobs) {
        feed.touch(onlyJobs)
        if (!onlyJobs) renumbering.touch()
      },
      onUnexpanded: (batchId) => expander.start(batchId),
      onRefused: () => lease.check(),
      onCrashFound: (sentence) => notify({ kind: 'crash-found', sentence }),
      onAttention: (sentence, batchId) =>
        notify({
          kind: 'attention',
          sentence,
          batch: batchId === null ? null : (findBatch(db, batchId) ?? null),
        }),
      onPlaceState(state) {
        notePlace(db, state, clock.now())
        feed.touch()
      },
      onError,
    },
  })

  const finished = (row: BatchRow) => {
    // After the next batch's jobs have been started: the summary holds nothing up.
    setImmediate(() => {
      if (closing) return
      finalizer.summarize(row.id, row.run)
      const batch = findBatch(db, row.id)
      if (batch) notify({ kind: 'finished', batch })
      changed()
    })
  }
  const expander = new Expander({
    db,
    clock,
    hostId,
    onChanged: () => changed(),
    onFailed: finished,
    onError,
  })
  const renumbering = new Renumbering(db, clock, hostId, onError)
  const hasher = new Hasher({ db, clock, onError })
  const changed = () => {
    feed.touch()
    executor.wake()
    if (keepAlive) renumbering.touch()
  }
  const diskWatch = new DiskWatch({
    db,
    clock,
    home,
    hostId,
    onChanged: changed,
    onError,
  })
  let stopWatching: (() => void) | null = null
  const watchOthers = () => {
    stopWatching ??= watchDatabase(db, changed)
  }

  let keepAlive: NodeJS.Timeout | null = null
  let closing: Promise<void> | null = null

  const core: Core = {
    hostId,
    home,
    api: (caller) => ({
      async invoke(name, input) {
        if (closing) return { ok: false, error: { code: 'not-possible', message: 'This host is closing.' } }
        const mutates = Object.hasOwn(commands, name) && commands[name as CommandName].mutates
        try {
          if (mutates) lease.register()
        } catch (cause) {
          return explainThrown(name, cause)
        }
        const scope: Scope = {
          db,
          clock,
          home,
          launcherDir: options.launcherDir,
          hostId,
          finalizer,
          feed: () => feed.place(),
          version,
          caller,
          context: context(caller.actor, caller.origin),
        }
        const result = await dispatch(scope, name, input)
        if (mutates) changed()
        return result
      },
      subscribe(listener) {
        watchOthers()
        return feed.subscribe(listener)
      },
    }),
    startWorking(goal) {
      if (closing) return
      executor.limitTo(goal ?? null)
      // Timers of the core don't keep a process alive; a working host does.
      keepAlive ??= setInterval(() => {}, 2_147_483_647)
      watchOthers()
      finalizer.start()
      lease.start()
      diskWatch.start()
      hasher.start()
    },
    async stopWorking(mode) {
      await executor.end(mode)
      if (keepAlive) renumbering.settle()
      await hasher.stop(mode === 'leave' ? 0 : hashBudgetMs)
      lease.stop()
      finalizer.stop()
      diskWatch.stop()
      if (keepAlive) clearInterval(keepAlive)
      keepAlive = null
    },
    onNotice(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    findToken: (token) => findToken(db, token),
    feedPlace: () => feed.place(),
    close() {
      closing ??= (async () => {
        expander.stop()
        await core.stopWorking('stop')
        feed.stop()
        stopWatching?.()
        lease.end()
        db.close()
      })()
      return closing
    },
  }
  return ok(core)
}
