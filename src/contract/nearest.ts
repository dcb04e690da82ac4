/** Owns the guess at what a mistyped word was meant to be. Must never guess when nothing is near. */
import { distance } from 'fastest-levenshtein'

/** The nearest of the words, or undefined; case, `-`, `_` and spaces count for nothing. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = comparable(word)
  let best: string | undefined
  let least = mostEdits(wanted.length) + 1
  for (const candidate of words) {
    const edits = distance(wanted, comparable(candidate))
    if (edits < least) {
      best = candidate
      least = edits
    }
  }
  return best
}

const comparable = (word: string): string => word.slice(0, 64).toLowerCase().replace(/[-_ ]/g, '')

/** A single letter could mean anything; two swapped neighbours are two edits. */
function mostEdits(length: number): number {
  if (length < 2) return 0
  return length < 3 ? 1 : Math.max(2, Math.floor(length * 0.4))
}
