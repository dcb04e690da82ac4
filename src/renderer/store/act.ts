/**
 * Owns commands that a person gives: every failure is shown, and undo can wait for those that are not answered yet.
 * Must never change the server slice: the core's event does that.
 */
import { notifications } from '@mantine/notifications'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import { fail, type Result, type SlipwayError } from '../../contract/errors.ts'
import { request } from '../api/current.ts'
import { announce, usePanel } from './panel-store.ts'

/** After this time without an answer a notice reports that it is still awaited. */
const slowMs = 4_000
const slowId = 'slow-answer'
const unreachable = 'unreachable'

/** Reason -> the notice that shows it. */
const shown = new Map<string, string>()

const pending = new Set<Promise<unknown>>()

/** Resolves once every command that was given until now is answered. */
export async function pendingCommands(): Promise<void> {
  await Promise.allSettled(pending)
}

/** Shows why something was refused, and what to do next; the same reason, and a lost connection, only once. */
export function showError(error: SlipwayError): void {
  const reason = error.code === 'unreachable' ? unreachable : error.message
  // A new notice in place of the same one before: a person who tries again sees that it failed again.
  closeError(reason)
  const id = notifications.show({
    color: 'red',
    title: error.message,
    message: error.hint ?? '',
    autoClose: 10_000,
    withBorder: true,
    onClose: () => void shown.delete(reason),
  })
  shown.set(reason, id)
  announce(error.message)
}

/** Closes the notice that an action was not carried out; called when the connection is back. */
export function closeUnreachable(): void {
  closeError(unreachable)
}

function closeError(reason: string): void {
  const id = shown.get(reason)
  if (id !== undefined) notifications.hide(id)
}

/** Runs a command whose failure the caller handles. Without a connection it is refused and not sent later. */
export async function tryCommand<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<Result<CommandOutput<N>>> {
  if (usePanel.getState().link.state === 'lost')
    return fail('unreachable', 'Not done: there is no connection to Slipway.', {
      hint: 'Try again when it is back.',
    })
  const answer = request(name, input)
  pending.add(answer)
  const timer = setTimeout(showSlow, slowMs)
  const result = await answer
  clearTimeout(timer)
  pending.delete(answer)
  if (pending.size === 0) notifications.hide(slowId)
  return result
}

function showSlow(): void {
  notifications.show({
    id: slowId,
    loading: true,
    message: 'Still waiting for an answer from Slipway.',
    autoClose: false,
    withBorder: true,
  })
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
