/**
 * Owns the rule that rows don't jump under the pointer: while the pointer moves over a list, or a menu of it is
 * open, the order of its rows is fixed and only their content changes.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const quietMs = 1_500

export type HeldOrder = {
  /** The ids to show. */
  ids: readonly string[]
  /** How many rows are new or elsewhere and wait to be shown; 0 when nothing is held back. */
  waiting: number
  /** Shows what waits, at once. */
  release: () => void
  /** Put on the list's element. */
  pointer: { onPointerMove: () => void; onPointerLeave: () => void; onPointerDown: () => void }
}

/**
 * `busy` holds the order regardless of the pointer: a menu is open, a row is being dragged. `own` is the order that a
 * person just made, null where nobody did.
 */
export function useHeldOrder(
  fresh: readonly string[],
  busy: boolean,
  own: readonly string[] | null = null,
): HeldOrder {
  const [hovering, setHovering] = useState(false)
  const [held, setHeld] = useState<readonly string[] | null>(null)
  const timer = useRef<number | undefined>(undefined)
  const latest = useRef(fresh)
  latest.current = fresh

  const leave = useCallback(() => {
    window.clearTimeout(timer.current)
    setHovering(false)
  }, [])
  const move = useCallback(() => {
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(leave, quietMs)
    setHovering(true)
  }, [leave])
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const holding = hovering || busy
  useEffect(() => {
    setHeld(holding ? latest.current : null)
  }, [holding])

  const release = useCallback(() => setHeld((before) => (before ? latest.current : null)), [])
  // An order that a person just made shows at once: they moved a row, it didn't jump. So does the end of it, for one
  // that was refused is not the queue's.
  const before = useRef(own)
  useLayoutEffect(() => {
    if (own !== before.current) release()
    before.current = own
  }, [own, release])
  const ids = held ?? fresh
  return {
    ids,
    waiting: held ? countMoved(held, fresh) : 0,
    release,
    pointer: { onPointerMove: move, onPointerDown: move, onPointerLeave: leave },
  }
}

/** How many ids of `fresh` are not where `held` has them, at least 1 when the two differ at all. */
export function countMoved(held: readonly string[], fresh: readonly string[]): number {
  if (held === fresh) return 0
  const known = new Set(held)
  const added = fresh.filter((id) => !known.has(id)).length
  if (added > 0) return added
  const still = new Set(fresh)
  const gone = held.length - held.filter((id) => still.has(id)).length
  if (gone > 0) return gone
  return held.some((id, index) => id !== fresh[index]) ? 1 : 0
}
