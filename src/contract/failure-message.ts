/**
 * Owns which failure messages are equal. A message is normalised by replacing what differs from job to job:
 *
 *   quoted text with a slash, absolute and relative paths, URLs  -> <path>
 *   other quoted text                                            -> '<name>' (in its quotes)
 *   UUIDs, 0x…, and runs of 8 or more hex digits with a digit    -> <id>
 *   durations such as 1.4s or 2h 5m                              -> <time>
 *   other numbers, but not an exit code's                        -> <number>
 *
 * and white space is one space. Normalising twice changes nothing. Here, as both the core (which clusters
 * failures) and the panel (which retries a cluster) must agree on it.
 */

/** Longer messages are compared, and shown, by their beginning. */
const comparedLength = 300

// One pass with alternatives in order of precedence; quotes need a word's edge, so that "can't" opens nothing.
const varying = new RegExp(
  [
    // What distinguishes clusters anyway stays readable.
    /(?<kept>\bexit (?:code|status) \d+|<(?:path|id|time|number|name)>)/iu.source,
    /(?<![\p{L}\p{N}])(?<quote>["'`])(?<inner>(?:(?!\k<quote>).)+)\k<quote>(?![\p{L}\p{N}])/u.source,
    /“(?<inner2>[^”]+)”|‘(?<inner3>[^’]+)’|«(?<inner4>[^»]+)»/u.source,
    /(?<path>[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>]+|[A-Za-z]:\\[^\s"'`<>]*|(?:[\p{L}\p{N}_.~-]*\/)+[^\s"'`<>:,;()[\]{}]*)/u
      .source,
    /(?<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b)/u
      .source,
    /(?<time>(?<![\p{L}\p{N}.])\d+(?:\.\d+)?(?:ms|[smhd])(?: \d+(?:\.\d+)?(?:ms|[smhd]))*(?![\p{L}\p{N}]))/u
      .source,
    /(?<number>(?<![\p{L}\p{N}])[+-]?\d[\d_,]*(?:\.\d+)*(?:[eE][+-]?\d+)?|\d+)/u.source,
  ].join('|'),
  'gu',
)

/** The beginning of a message as one line, with nothing replaced. */
export function inOneLine(message: string): string {
  return message.slice(0, comparedLength).replace(/\s+/g, ' ').trim()
}

/** A pattern, and the quoted names that were replaced in it, in order. */
export type Normal = { pattern: string; names: string[] }

function once(text: string, names: string[]): string {
  return text.replace(varying, (...found) => {
    const groups = found.at(-1) as Record<string, string | undefined>
    const matched = String(found[0])
    if (groups.kept !== undefined) return matched
    if (groups.path !== undefined) return '<path>'
    if (groups.id !== undefined) return '<id>'
    if (groups.time !== undefined) return '<time>'
    if (groups.number !== undefined) return '<number>'
    const inner = matched.slice(1, -1)
    if (/^<(?:path|id|time|number|name)>$/.test(inner)) return matched
    if (/[/\\]/.test(inner)) return `${matched.at(0)}<path>${matched.at(-1)}`
    names.push(inner)
    return `${matched.at(0)}<name>${matched.at(-1)}`
  })
}

/** As `normaliseMessage`; patterns in `stable` are known to be final, and new ones are added to it. */
export function normalise(message: string, stable: Set<string>): Normal {
  const names: string[] = []
  let pattern = inOneLine(message)
  // What is left after one pass may match anew (a quote that found another partner). Each change uses up a
  // quote, digit or slash and placeholders have none, so this ends. Most messages end in a pattern seen before.
  while (!stable.has(pattern)) {
    const next = once(pattern, names).slice(0, comparedLength).trim()
    if (next === pattern && stable.size < 10_000) stable.add(pattern)
    if (next === pattern) break
    pattern = next
  }
  return { pattern, names }
}

/** The message with placeholders for all that differs from job to job; idempotent. */
export function normaliseMessage(message: string): string {
  return normalise(message, new Set()).pattern
}

/** A failed job's message; how it ended where it left none. */
export function failureMessage(failed: {
  error: string | null
  exitCode: number | null
  signal: string | null
}): string {
  if (failed.error !== null) return failed.error
  if (failed.signal !== null) return `ended by ${failed.signal}`
  return failed.exitCode === null ? 'failed without a message' : `exit code ${failed.exitCode}`
}
