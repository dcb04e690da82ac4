/**
 * Owns what a screen reader announces while a batch is dragged by keyboard.
 */
import type { Announcements, ScreenReaderInstructions, UniqueIdentifier } from '@dnd-kit/core'
import type { Batch } from '../../../contract/entities.ts'
import { batchName } from '../../../contract/words.ts'

/** Words for the drag-and-drop library; `find` gives the batch of an id. */
export function dragWords(find: (id: string) => Batch | undefined): {
  announcements: Announcements
  screenReaderInstructions: ScreenReaderInstructions
} {
  let justPickedUp = false
  const name = (id: UniqueIdentifier) => {
    const batch = find(String(id))
    return batch ? batchName(batch) : 'The batch'
  }
  const place = (id: UniqueIdentifier) => find(String(id))?.position ?? '?'
  return {
    screenReaderInstructions: {
      draggable:
        'Press Space to pick up the batch, the arrow keys to move it, Space to drop it, Escape to cancel.',
    },
    announcements: {
      onDragStart({ active }) {
        justPickedUp = true
        return `Picked up ${name(active.id)} from position ${place(active.id)}.`
      },
      onDragOver({ active, over }) {
        // Right after the start a row is over itself; announcing that would replace the sentence above.
        const nothingNew = justPickedUp && over?.id === active.id
        justPickedUp = false
        return over && !nothingNew ? `${name(active.id)} is over position ${place(over.id)}.` : undefined
      },
      onDragEnd: ({ active, over }) =>
        over
          ? `Dropped ${name(active.id)} at position ${place(over.id)}.`
          : `${name(active.id)} stays in its position.`,
      onDragCancel: ({ active }) => `${name(active.id)} stays in its position.`,
    },
  }
}
