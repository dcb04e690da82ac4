/**
 * Owns a row's part in drag and drop. It is there only while something is dragged or a drag may begin: the drag
 * library draws all its rows again with each one that comes or goes, which is every row that scrolls into view.
 */
import { useSortable } from '@dnd-kit/sortable'
import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { flushSync } from 'react-dom'

type Listeners = ReturnType<typeof useSortable>['listeners']

/** What reads the instructions to a screen reader; the drag context's id. */
export const dragWordsId = 'queue-drag-words'

export type DragStart = {
  /** Whether the row has to draw a `RowDrag`. */
  armed: boolean
  listeners: RefObject<Listeners>
  onPointerDown: (event: PointerEvent) => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** Lets a drag begin on a row that the drag library doesn't know yet. */
export function useDragStart(sortable: boolean, dragging: boolean): DragStart {
  const [ready, setReady] = useState(false)
  const listeners = useRef<Listeners>(undefined)

  useEffect(() => {
    if (!dragging) return
    return () => setReady(false)
  }, [dragging])
  useEffect(() => {
    if (!ready) return
    const leave = () => setReady(false)
    window.addEventListener('pointerup', leave)
    window.addEventListener('pointercancel', leave)
    return () => {
      window.removeEventListener('pointerup', leave)
      window.removeEventListener('pointercancel', leave)
    }
  }, [ready])

  const begin = (kind: 'onPointerDown' | 'onKeyDown', event: PointerEvent | KeyboardEvent) => {
    if (!sortable) return
    // The library's own listeners must see this very event.
    flushSync(() => setReady(true))
    listeners.current?.[kind]?.(event)
  }
  return {
    armed: sortable && (ready || dragging),
    listeners,
    onPointerDown: (event) => begin('onPointerDown', event),
    onKeyDown(event) {
      if (dragging || event.key === ' ' || event.key === 'Enter') begin('onKeyDown', event)
    },
  }
}

/** Makes `row` one that can be dragged and dropped on. */
export function RowDrag({
  id,
  row,
  listeners,
}: {
  id: string
  row: RefObject<HTMLElement | null>
  listeners: RefObject<Listeners>
}) {
  const drag = useSortable({ id })
  const { setNodeRef, isDragging, transition } = drag
  const shift = drag.transform?.y ?? 0

  useLayoutEffect(() => {
    setNodeRef(row.current)
    return () => setNodeRef(null)
  }, [setNodeRef, row])
  useLayoutEffect(() => {
    listeners.current = drag.listeners
  })
  useLayoutEffect(() => {
    const element = row.current
    if (!element) return
    element.dataset.dragging = String(isDragging)
    // The drag library measures without transforms: only what it moves itself may be one.
    element.style.transform = shift === 0 ? '' : `translateY(${shift}px)`
    element.style.transition = transition ?? ''
    return () => {
      element.dataset.dragging = 'false'
      element.style.transform = ''
      element.style.transition = ''
    }
  }, [row, isDragging, shift, transition])
  return null
}
