/**
 * Owns what a screen reader hears while a batch is dragged by keyboard.
 */
import type { Announcements, ScreenReaderInstructions, UniqueIdentifier } from '@dnd-kit/core'
import type { Batch } from '../../../contract/entities.ts'
import { batchName } from '../../ui/format-count.ts'

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
        'Press Space to pick the batch up, the arrow keys to move it, Space to put it down, Escape to leave it.',
    },
    announcements: {
      onDragStart({ active }) {
        justPickedUp = true
        return `Picked up ${name(active.id)} from place ${place(active.id)}.`
      },
      onDragOver({ active, over }) {
        // Right after the start a row is over itself; saying so would drown the sentence above.
        const nothingNew = justPickedUp && over?.id === active.id
        justPickedUp = false
        return over && !nothingNew ? `${name(active.id)} is over place ${place(over.id)}.` : undefined
      },
      onDragEnd: ({ active, over }) =>
        over
          ? `Put ${name(active.id)} down at place ${place(over.id)}.`
          : `${name(active.id)} stays where it was.`,
      onDragCancel: ({ active }) => `${name(active.id)} stays where it was.`,
    },
  }
}
