/**
 * Owns undo: offered in a notification after each action, and by a key for one action after the other. What is taken
 * back, and how, the core decides; so it works after a reload as well.
 */
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { RefusedBatch } from '../../contract/errors.ts'
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
export function reportDone(sentence: string, { undo, refused = [] }: Done): void {
  warnRefused(refused)
  withdrawOffer()
  announce(undo === null ? `${sentence}.` : `${sentence}. Can be undone.`)
  offered = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{sentence}</span>
        {undo !== null && (
          <Button size="compact-sm" variant="light" onClick={() => void takeBack({ action: undo })}>
            Undo
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
  announce('Undone.')
  warnRefused(done.refused)
}

function withdrawOffer(): void {
  if (offered !== undefined) notifications.hide(offered)
  offered = undefined
}
