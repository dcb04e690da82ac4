/**
 * Owns which failures are one cluster: those with the same normalised message, exit code and signal. Where all of
 * a cluster quote the same name, the name is put back: "no column 'area'" is more useful than "no column '<name>'".
 */
import type { Summary } from '../../contract/entities.ts'
import { failureMessage, inOneLine, normalise } from '../../contract/failure-message.ts'
import type { FailedRow } from '../queue/insight-queries.ts'

type Cluster = Summary['failures'][number]
const exampleLength = 1_000
const exampleCount = 5
/** Beyond this many clusters the rest is one cluster of its own, so that a summary stays readable. */
const clusterLimit = 200

/** The first line that a job printed. */
export type FirstLineOf = (job: FailedRow) => string | null

type Growing = Cluster & { names: (string | null)[] }

/** Clusters of failures, the largest first; a stream, so that 100,000 failures need no memory of their own. */
export function clusterFailures(
  failures: Iterable<FailedRow>,
  firstLineOf: FirstLineOf = () => null,
): Cluster[] {
  const clusters = new Map<string, Growing>()
  const stable = new Set<string>()
  for (const failure of failures) {
    const message = failureMessage({ ...failure, exitCode: failure.exit_code })
    const { pattern, names } = normalise(message, stable)
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
              firstLine: differing(firstLineOf(failure), message),
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
    .map(({ names, ...cluster }) => ({ ...cluster, message: messageOf(cluster, names) }))
    .sort((a, b) => b.count - a.count || (a.examples[0]?.ordinal ?? 0) - (b.examples[0]?.ordinal ?? 0))
}

const differing = (line: string | null, said: string): string | null => (line === said ? null : line)

/** A single failure is shown as it is: what would vary between several is what identifies it. */
function messageOf({ message, count, examples }: Cluster, names: readonly (string | null)[]): string {
  const [alone] = examples
  return count === 1 && alone ? inOneLine(alone.error) : withNames(message, names)
}

function withNames(pattern: string, names: readonly (string | null)[]): string {
  let index = 0
  return pattern.replaceAll('<name>', (placeholder) => names[index++] ?? placeholder)
}
