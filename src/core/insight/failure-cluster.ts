/**
 * Owns which failures count as the same one. A message is normalised by replacing what differs from job to job:
 *
 *   quoted text with a slash, absolute and relative paths, URLs  -> <path>
 *   other quoted text                                            -> '<name>' (in its quotes)
 *   UUIDs, 0x…, and runs of 8 or more hex digits with a digit    -> <id>
 *   numbers, but not an exit code's                              -> <number>
 *
 * and white space is one space. Failures with the same normalised message, exit code and signal are one
 * cluster. Where all of a cluster quote the same name, the name is put back: "no column 'area'" says more than
 * "no column '<name>'". Normalising twice changes nothing.
 */
import type { Summary } from '../../contract/entities.ts'

type Cluster = Summary['failures'][number]
export type Failure = {
  id: number
  ordinal: number
  input: string
  error: string | null
  exit_code: number | null
  signal: string | null
}

/** Longer messages are compared, and shown, by their beginning. */
const comparedLength = 300
const exampleLength = 1_000
const exampleCount = 5
/** Beyond this many clusters the rest is one cluster of its own, so that a summary stays readable. */
const clusterLimit = 200

// One pass with alternatives in order of precedence; quotes need a word's edge, so that "can't" opens nothing.
const varying = new RegExp(
  [
    // What tells clusters apart anyway stays readable.
    /(?<kept>\bexit (?:code|status) \d+|<(?:path|id|number|name)>)/iu.source,
    /(?<![\p{L}\p{N}])(?<quote>["'`])(?<inner>(?:(?!\k<quote>).)+)\k<quote>(?![\p{L}\p{N}])/u.source,
    /“(?<inner2>[^”]+)”|‘(?<inner3>[^’]+)’|«(?<inner4>[^»]+)»/u.source,
    /(?<path>[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>]+|[A-Za-z]:\\[^\s"'`<>]*|(?:[\p{L}\p{N}_.~-]*\/)+[^\s"'`<>:,;()[\]{}]*)/u
      .source,
    /(?<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b)/u
      .source,
    /(?<number>(?<![\p{L}\p{N}])[+-]?\d[\d_,]*(?:\.\d+)*(?:[eE][+-]?\d+)?|\d+)/u.source,
  ].join('|'),
  'gu',
)

type Normal = { pattern: string; names: string[] }

function once(text: string, names: string[]): string {
  return text.replace(varying, (...found) => {
    const groups = found.at(-1) as Record<string, string | undefined>
    const matched = String(found[0])
    if (groups.kept !== undefined) return matched
    if (groups.path !== undefined) return '<path>'
    if (groups.id !== undefined) return '<id>'
    if (groups.number !== undefined) return '<number>'
    const inner = matched.slice(1, -1)
    if (/^<(?:path|id|number|name)>$/.test(inner)) return matched
    if (/[/\\]/.test(inner)) return `${matched.at(0)}<path>${matched.at(-1)}`
    names.push(inner)
    return `${matched.at(0)}<name>${matched.at(-1)}`
  })
}

function normal(message: string, stable: Set<string>): Normal {
  const names: string[] = []
  let pattern = message.slice(0, comparedLength).replace(/\s+/g, ' ').trim()
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
  return normal(message, new Set()).pattern
}

type Growing = Cluster & { names: (string | null)[] }

/** Clusters of failures, the largest first; a stream, so that 100,000 failures need no memory of their own. */
export function clusterFailures(failures: Iterable<Failure>): Cluster[] {
  const clusters = new Map<string, Growing>()
  const stable = new Set<string>()
  for (const failure of failures) {
    const message = failure.error ?? describeExit(failure)
    const { pattern, names } = normal(message, stable)
    let key = `${failure.exit_code}\0${failure.signal}\0${pattern}`
    let cluster = clusters.get(key)
    if (!cluster) {
      const other = clusters.size >= clusterLimit
      if (other) key = 'other'
      cluster = clusters.get(key)
      if (!cluster) {
        cluster = other
          ? { message: 'other messages', exitCode: null, signal: null, count: 0, examples: [], names: [] }
          : {
              message: pattern,
              exitCode: failure.exit_code,
              signal: failure.signal,
              count: 0,
              examples: [],
              names: [...names],
            }
        clusters.set(key, cluster)
      }
    }
    cluster.count += 1
    names.forEach((name, index) => {
      if (cluster.names[index] !== name) cluster.names[index] = null
    })
    if (cluster.examples.length < exampleCount)
      cluster.examples.push({
        jobId: failure.id,
        ordinal: failure.ordinal,
        input: failure.input,
        error: message.slice(0, exampleLength),
      })
  }
  return [...clusters.values()]
    .map(({ names, ...cluster }) => ({ ...cluster, message: withNames(cluster.message, names) }))
    .sort((a, b) => b.count - a.count || (a.examples[0]?.ordinal ?? 0) - (b.examples[0]?.ordinal ?? 0))
}

function withNames(pattern: string, names: readonly (string | null)[]): string {
  let index = 0
  return pattern.replaceAll('<name>', (placeholder) => names[index++] ?? placeholder)
}

function describeExit(failure: Failure): string {
  if (failure.signal !== null) return `ended by ${failure.signal}`
  return failure.exit_code === null ? 'failed without a message' : `exit code ${failure.exit_code}`
}
