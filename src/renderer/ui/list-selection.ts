/**
 * Owns selection in a list by keyboard and mouse, as in a file manager: alone, with Shift and with Ctrl. Pure.
 */

export type Selection = {
  selected: ReadonlySet<string>
  cursor: string | null
  anchor: string | null
}

/** Ids from `a` to `b` in the list's order, both included. */
function between(ids: readonly string[], a: string | null, b: string): string[] {
  const from = a === null ? -1 : ids.indexOf(a)
  const to = ids.indexOf(b)
  if (from < 0 || to < 0) return [b]
  return ids.slice(Math.min(from, to), Math.max(from, to) + 1)
}

/** The selection after a click on `id`. */
export function clicked(
  before: Selection,
  ids: readonly string[],
  id: string,
  keys: { shift: boolean; toggle: boolean },
): Selection {
  if (keys.shift) {
    const anchor = before.anchor ?? before.cursor ?? id
    return { selected: new Set(between(ids, anchor, id)), cursor: id, anchor }
  }
  if (keys.toggle) {
    const selected = new Set(before.selected)
    if (!selected.delete(id)) selected.add(id)
    return { selected, cursor: id, anchor: id }
  }
  return { selected: new Set([id]), cursor: id, anchor: id }
}

/** The selection after moving the cursor by `step` rows (a large number goes to an end). */
export function stepped(
  before: Selection,
  ids: readonly string[],
  step: number,
  keys: { shift: boolean; toggle: boolean },
): Selection {
  if (ids.length === 0) return before
  const at = before.cursor === null ? -1 : ids.indexOf(before.cursor)
  const to = at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.max(0, Math.min(ids.length - 1, at + step))
  const id = ids[to]
  if (id === undefined) return before
  if (keys.toggle) return { ...before, cursor: id }
  return clicked(before, ids, id, { shift: keys.shift, toggle: false })
}
