/**
 * Owns undo: offered in a notification after each action, and by a key for one action after the other. What is taken
 * back, and how, the core decides; so it works after a reload as well.
 */
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { RefusedBatch } from '../../contract/errors.ts'
import type { UndoableCommand } from '../../contract/references.ts'
import { batchNames } from '../../contract/words.ts'
import { act, pendingCommands } from './act.ts'
import { announce } from './panel-store.ts'
import { warnRefused } from './warnings.ts'

export type Done = {
  /** Number of the action in the core; null when it changed nothing that can be taken back. */
  undo: number | null
  refused?: readonly RefusedBatch[]
}

let offered: string | undefined

/** Reports what was done, and what was refused, and offers to take it back for a while. */
export function reportDone(sentence: string, { undo, refused = [] }: Done, button = 'Undo'): void {
  warnRefused(refused)
  withdrawOffer()
  announce(undo === null ? `${sentence}.` : `${sentence}. Can be undone.`)
  offered = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{sentence}</span>
        {undo !== null && (
          <Button size="compact-sm" variant="light" onClick={() => void takeBack({ action: undo })}>
            {button}
          </Button>
        )}
      </Group>
    ),
    autoClose: 10_000,
    withBorder: true,
  })
}

/** Takes the latest action back, also one that is still pending; called again, the one before it. */
export async function undoLast(): Promise<void> {
  await pendingCommands()
  await takeBack({})
}

async function takeBack(which: { action?: number }): Promise<void> {
  withdrawOffer()
  const done = await act('undo', which)
  if (!done) return
  const { command, batches, refused, next } = done
  const [of, alone] = undoWords[command]
  reportDone(
    `Undid ${batches.length > 0 ? `${of} ${batchNames(batches)}` : alone}`,
    { undo: next?.action ?? null, refused },
    next ? `Also undo: ${next.command}` : undefined,
  )
}

/** What was taken back: of the batches that follow, and where there are none. */
const undoWords: Readonly<Record<UndoableCommand, readonly [string, string]>> = {
  pause: ['pausing', 'pausing the queue'],
  resume: ['resuming', 'resuming the queue'],
  cancel: ['cancelling', 'a cancellation'],
  retry: ['retrying', 'a retry'],
  move: ['moving', 'a move'],
  priority: ['the priority of', 'a priority'],
  'stop-after': ['the stop after', 'the stop'],
  clear: ['clearing', 'clearing the history'],
}

function withdrawOffer(): void {
  if (offered !== undefined) notifications.hide(offered)
  offered = undefined
}
