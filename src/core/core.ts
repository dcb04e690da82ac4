/**
 * Composition root: opens the data folder, wires stores, executor, rescuer, finalizer and commands together,
 * and hands a host one object. Must hold no logic of its own.
 */
import type { Caller, SlipwayApi } from '../contract/api.ts'
import type { Batch, Host } from '../contract/entities.ts'
import type { Result } from '../contract/errors.ts'
import type { Clock } from './clock.ts'

export type CoreOptions = {
  /** The data folder; created with mode 0700. */
  home: string
  kind: Host['kind']
  /** Folder of the built launchers (`out/launcher`). */
  launcherDir: string
  clock?: Clock
  /** Lines for a log file or a terminal; the default drops them. */
  log?: (line: string) => void
}

/** What a host may want to tell a person at once. */
export type Notice =
  | { kind: 'working' }
  | { kind: 'standby'; sentence: string }
  | { kind: 'claim-lost'; sentence: string }
  | { kind: 'finished'; batch: Batch }
  | { kind: 'attention'; sentence: string; batch: Batch | null }
  | { kind: 'crash-found'; sentence: string }

export type Core = {
  readonly hostId: string
  readonly home: string
  /** The contract, bound to who calls. */
  api(caller: Caller): SlipwayApi
  /** Become the executor, or wait in line for it. Idempotent. */
  startWorking(): void
  /**
   * Gives the executor's role back. 'finish' lets running jobs end first; 'stop' stops them (they go back to
   * pending); 'leave' lets them run on under the launcher for the next host to adopt. A later call with a
   * stronger mode overtakes an earlier one. Resolves when nothing of ours runs any more.
   */
  stopWorking(mode: 'finish' | 'stop' | 'leave'): Promise<void>
  onNotice(listener: (notice: Notice) => void): () => void
  /** Stops everything that this host started (as stopWorking('stop')) and closes the database. Idempotent. */
  close(): Promise<void>
}

/** Opens the core; an unusable database is an error with code `database`, never an exception. */
export async function openCore(_options: CoreOptions): Promise<Result<Core>> {
  return { ok: false, error: { code: 'internal', message: 'the core is being built' } }
}
