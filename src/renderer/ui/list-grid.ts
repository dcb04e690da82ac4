/**
 * Owns what every list of batches does with keys and clicks: moving, extending and toggling the selection, and
 * keeping the keyboard's focus on the current row although rows come and go. Used by the queue and the history.
 */
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useEffect } from 'react'
import type { Batch } from '../../contract/entities.ts'
import { go, select, usePanel } from '../store/panel-store.ts'
import { clicked, type Selection, stepped } from './list-selection.ts'

const pageStep = 12
const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: pageStep,
  PageUp: -pageStep,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** What the element around every list of batches has in common. */
export const batchGrid = {
  className: 'q-list',
  role: 'grid',
  'aria-multiselectable': true,
  tabIndex: -1,
} as const

export type ListGrid = {
  onKeyDown: (event: KeyboardEvent) => void
  choose: (batch: Batch, event: MouseEvent) => void
}

/** `ids` in the order shown; `find` gives a batch; `reveal` scrolls a row into view. */
export function useListGrid(
  element: RefObject<HTMLElement | null>,
  ids: readonly string[],
  find: (id: string) => Batch | undefined,
  reveal: (id: string) => void,
): ListGrid {
  const cursor = usePanel((s) => s.cursor)

  const apply = useCallback(
    (next: Selection) => {
      select(next.selected, next.cursor, next.anchor)
      const only = next.selected.size === 1 ? [...next.selected][0] : undefined
      const batch = only === undefined ? undefined : find(only)
      if (batch) go({ batch: batch.number }, usePanel.getState().place.batch === null ? 'push' : 'replace')
      if (next.cursor !== null) reveal(next.cursor)
    },
    [find, reveal],
  )

  // The row may be drawn a frame later than the cursor moved there.
  useEffect(() => {
    const list = element.current
    if (cursor === null || !list?.contains(document.activeElement)) return
    const frame = requestAnimationFrame(() => {
      const row = list.querySelector<HTMLElement>(`[data-id="${cursor}"]`)
      if (row && !row.contains(document.activeElement)) row.focus({ preventScroll: true })
    })
    return () => cancelAnimationFrame(frame)
  }, [cursor, element])

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    if (target.closest('button, input, [role="menu"]') || event.altKey) return
    const before = usePanel.getState()
    const toggle = event.ctrlKey || event.metaKey
    const step = steps[event.key]
    if (step !== undefined) apply(stepped(before, ids, step, { shift: event.shiftKey, toggle }))
    else if (event.key === ' ' && before.cursor !== null)
      apply(clicked(before, ids, before.cursor, { shift: false, toggle: true }))
    else if (event.key === 'a' && toggle) select(new Set(ids), before.cursor, before.anchor)
    else if (event.key === 'Escape' && before.selected.size > 1 && before.cursor !== null)
      apply({ selected: new Set([before.cursor]), cursor: before.cursor, anchor: before.cursor })
    else if (event.key === 'Enter') document.getElementById('details')?.focus()
    else return
    event.preventDefault()
  }

  const choose = useCallback(
    (batch: Batch, event: MouseEvent) => {
      const before = usePanel.getState()
      // A right click on one of several selected rows means all of them.
      if (event.type === 'contextmenu' && before.selected.has(batch.id)) return
      apply(clicked(before, ids, batch.id, { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey }))
    },
    [apply, ids],
  )
  return { onKeyDown, choose }
}
