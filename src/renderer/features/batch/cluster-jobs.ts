/**
 * Owns finding all jobs of a failure cluster. A summary names only a few examples; the others are the failed jobs
 * that ended the same way with the same message once it is normalised, as the summary's clusters are.
 */
import type { CommandOutput } from '../../../contract/commands.ts'
import type { Summary } from '../../../contract/entities.ts'
import { failureMessage, normaliseMessage } from '../../../contract/failure-message.ts'
import { act } from '../../store/act.ts'

type Cluster = Summary['failures'][number]

const pageSize = 10_000

/** Ids of the cluster's jobs; none when they can't be read, which is shown. */
export async function jobsOfCluster(batchId: string, cluster: Cluster): Promise<number[]> {
  const examples = cluster.examples.map((each) => each.jobId)
  if (cluster.count <= examples.length) return examples
  const shapes = new Set(cluster.examples.map((each) => normaliseMessage(each.error)))
  const found = new Set(examples)
  let after: number | null = 0
  while (after !== null) {
    const page: CommandOutput<'jobs'> | undefined = await act('jobs', {
      batch: batchId,
      status: ['failed'],
      after,
      limit: pageSize,
    })
    if (page === undefined) return []
    for (const job of page.jobs)
      if (
        job.exitCode === cluster.exitCode &&
        job.signal === cluster.signal &&
        shapes.has(normaliseMessage(failureMessage(job)))
      )
        found.add(job.id)
    after = page.next
  }
  return [...found]
}
