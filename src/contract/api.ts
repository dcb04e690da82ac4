/**
 * The one contract between the core and its clients: `invoke` a command, `subscribe` to changes.
 * Implemented by the core itself, by the preload bridge (IPC) and by the web client (HTTP).
 */
import type { CommandInput, CommandName, CommandOutput } from './commands.ts'
import type { Result } from './errors.ts'
import type { ChangeEvent } from './events.ts'
import type { Origin } from './origin.ts'

/** Who calls, for the events; hosts fill it in, callers of the panel can't. */
export type Caller = {
  /** User's name, or 'executor', 'finalizer', 'rescuer'. */
  actor: string
  origin: Origin
  /** A configuration must have been trusted before this caller may enqueue it (panels; not command lines). */
  mustTrust?: boolean
}

export type SlipwayApi = {
  /** Never rejects for an expected failure: that is a value with `ok: false`. */
  invoke<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  /** Calls `listener` after each commit that changed something; returns a function that unsubscribes. */
  subscribe(listener: (event: ChangeEvent) => void): () => void
}
