/**
 * Owns commands that a person gives: every failure is shown, and undo can wait for those that are not answered yet.
 * Must never change the server slice: the core's event does that.
 */
import { notifications } from '@mantine/notifications'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import type { Result, SlipwayError } from '../../contract/errors.ts'
import { request } from '../api/current.ts'
import { announce } from './panel-store.ts'

const pending = new Set<Promise<unknown>>()

/** Resolves once every command that was given until now is answered. */
export async function pendingCommands(): Promise<void> {
  await Promise.allSettled(pending)
}

/** Shows why something was refused, and what to do next. */
export function showError(error: SlipwayError): void {
  notifications.show({
    color: 'red',
    title: error.message,
    message: error.hint ?? '',
    autoClose: 10_000,
    withBorder: true,
  })
  announce(error.message)
}

/** Runs a command whose failure the caller handles. */
export function tryCommand<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<Result<CommandOutput<N>>> {
  const answer = request(name, input)
  pending.add(answer)
  return answer.finally(() => pending.delete(answer))
}

/** Runs a command; a failure is shown and gives `undefined`. */
export async function act<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N> | undefined> {
  const result = await tryCommand(name, input)
  if (result.ok) return result.value
  showError(result.error)
  return undefined
}
