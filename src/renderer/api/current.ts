/**
 * Owns which api the panel talks to: set once at start, read by store/act.ts and by features that only read.
 */
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import { fail, type Result } from '../../contract/errors.ts'
import type { PanelApi } from './panel-api.ts'

let current: PanelApi | undefined

/** Called once by main.tsx, before anything is rendered. */
export function setApi(api: PanelApi): void {
  current = api
}

/** Invokes a command of the core; every failure is a value, also one of the transport. */
export async function request<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<Result<CommandOutput<N>>> {
  if (!current) throw new Error('request() before setApi()')
  try {
    return await current.invoke(name, input)
  } catch (cause) {
    return fail('unreachable', 'The request failed.', {
      hint: cause instanceof Error ? cause.message : String(cause),
    })
  }
}

/** Tries to reach the host now; where the host is this process there is nothing to reach. */
export function reconnect(): void {
  current?.reconnect?.()
}
