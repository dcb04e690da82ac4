/**
 * Owns where a window opens: where it was, unless that is on no screen any more. Pure.
 */
export type Rectangle = { x: number; y: number; width: number; height: number }

export const smallest = { width: 900, height: 560 }
const usual = { width: 1280, height: 800 }
/** This much of a window must be on a screen to be found and moved. */
const graspable = 80

/** Bounds for a new window given the remembered ones and the screens' work areas; without x, y: centred. */
export function placeWindow(
  remembered: Rectangle | null,
  areas: readonly Rectangle[],
): { width: number; height: number; x?: number; y?: number } {
  const area = areas[0] ?? { x: 0, y: 0, ...usual }
  const home = remembered && areas.find((one) => overlap(remembered, one) >= graspable)
  if (!remembered || !home)
    return { width: Math.min(usual.width, area.width), height: Math.min(usual.height, area.height) }
  const width = Math.max(Math.min(smallest.width, home.width), Math.min(remembered.width, home.width))
  const height = Math.max(Math.min(smallest.height, home.height), Math.min(remembered.height, home.height))
  // The title bar must stay within reach.
  return { x: remembered.x, y: Math.max(remembered.y, home.y), width, height }
}

/** The smaller side of what two rectangles have in common, 0 when they are apart. */
function overlap(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.max(0, Math.min(across, down))
}
