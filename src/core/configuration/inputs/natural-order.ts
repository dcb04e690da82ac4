/**
 * Owns the natural order of paths: `file2` before `file10`, a folder's files together, upper and lower case mixed.
 *
 * An own key instead of a comparing function (natural-orderby): for a million files sorting compares twenty
 * million times, and comparing two precomputed keys is one `<`. Must never call two different paths equal.
 */

/** A text that sorts by `<` as the path sorts naturally. */
export function naturalKey(path: string): string {
  // The separator goes before everything, so that `a/b` stays with `a/c` and before `a b`.
  const decomposed = /[^ -~]/.test(path) ? path.normalize('NFKD') : path
  const folded = decomposed.toLowerCase().replaceAll('/', '\u0001')
  // A run of digits becomes '0', its length and itself: a longer number is a larger one.
  const numbered = folded.replace(
    /0*(\d+)/g,
    (_, digits: string) => `0${String.fromCharCode(digits.length)}${digits}`,
  )
  return `${numbered}\u0000${path}`
}
