/**
 * Owns undo: the last thing that can be taken back, offered in a notification and by a key.
 */
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { announce } from './panel-store.ts'

/** Commands that the core has not answered yet. */
export const underWay = new Set<Promise<unknown>>()

let last: { id: string; undo: () => Promise<void> } | undefined

/** Announces what was done and offers to take it back for a while. */
export function offerUndo(sentence: string, undo: () => Promise<void>): void {
  if (last) notifications.hide(last.id)
  announce(`${sentence}. Can be undone.`)
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{sentence}</span>
        <Button size="compact-sm" variant="light" onClick={() => void undoLast()}>
          Undo
        </Button>
      </Group>
    ),
    autoClose: 10_000,
    withBorder: true,
  })
  last = { id, undo }
}

/** Takes the last undoable action back, also one that is still pending; without one it reports so. */
export async function undoLast(): Promise<void> {
  await Promise.allSettled(underWay)
  const taken = last
  last = undefined
  if (!taken) {
    notifications.show({ message: 'Nothing to undo.', autoClose: 3_000, withBorder: true })
    return
  }
  notifications.hide(taken.id)
  await taken.undo()
  announce('Undone.')
}
