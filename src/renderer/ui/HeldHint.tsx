/** Owns the hint that rows of a list wait to be shown; nothing where none do. */
import type { HeldOrder } from './held-order.ts'

export function HeldHint({ held }: { held: HeldOrder }) {
  if (held.waiting === 0) return null
  return (
    <div className="held-anchor">
      <button type="button" className="held-hint" onClick={held.release}>
        Show {held.waiting} new
      </button>
    </div>
  )
}
