/** Owns the guess at what a mistyped word was meant to be. Must never guess when nothing is near. */

/** The nearest of the words, or undefined; case, `-`, `_` and spaces count for nothing. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = normalized(word)
  let best: string | undefined
  // One edit for a short word, one more for every three letters; a single letter could be anything.
  let bestDistance = wanted.length < 2 ? 1 : Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of words) {
    const other = normalized(candidate)
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue
    const found = distance(wanted, other)
    if (found < bestDistance) {
      best = candidate
      bestDistance = found
    }
  }
  return best
}

const normalized = (word: string): string => word.slice(0, 64).toLowerCase().replace(/[-_ ]/g, '')

/** Edits between two words, where two swapped neighbours are one edit. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
