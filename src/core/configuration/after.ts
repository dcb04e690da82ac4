/** Owns the checks of `after`: every type exists and there is no cycle. Must never reorder anything. */

import { nearest } from '../../contract/nearest.ts'
import type { BatchType } from './configuration.ts'
import type { Place, Problems } from './problem.ts'

/** Adds a problem for each unknown type in an `after` and for each cycle; names may include broken batches. */
export function checkAfter(
  batchTypes: readonly BatchType[],
  names: readonly string[],
  problems: Problems,
): void {
  for (const { after } of batchTypes) {
    for (const { text: type, place } of after) {
      if (names.includes(type)) continue
      problems.add(place, {
        found: type,
        expected: `one of ${names.join(', ')}`,
        message: `after names "${type}", which is no batch type of this configuration`,
        suggestion: nearest(type, names),
      })
    }
  }
  const byType = new Map(batchTypes.map((batchType) => [batchType.type, batchType]))
  const done = new Set<string>()
  for (const { type, place } of batchTypes) walk(type, [], place)

  function walk(type: string, trail: string[], place: Place): void {
    const batchType = byType.get(type)
    if (batchType === undefined || done.has(type)) return
    const from = trail.indexOf(type)
    if (from >= 0) {
      const cycle = [...trail.slice(from), type].join(' → ')
      const message = `after forms a cycle: ${cycle}; none of these batches could ever start`
      problems.add(place, { found: cycle, expected: 'an order without a cycle', message })
      return
    }
    for (const next of batchType.after) walk(next.text, [...trail, type], next.place)
    done.add(type)
  }
}
