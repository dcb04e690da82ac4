/**
 * Owns finding all jobs of a failure cluster. A summary names only a few examples; the others are the failed jobs
 * that ended the same way with the same message once it is normalised, as the summary's clusters are.
 */
import type { Summary } from '../../../contract/entities.ts'
import { failureMessage, normaliseMessage } from '../../../contract/failure-message.ts'
import { request } from '../../api/current.ts'

type Cluster = Summary['failures'][number]

const pageSize = 10_000

/** Ids of the cluster's jobs, at least its examples. */
export async function jobsOfCluster(batchId: string, cluster: Cluster): Promise<number[]> {
  const examples = cluster.examples.map((each) => each.jobId)
  if (cluster.count <= examples.length) return examples
  const shapes = new Set(cluster.examples.map((each) => normaliseMessage(each.error)))
  const found = new Set(examples)
  let after: number | null = 0
  while (after !== null) {
    const page: Awaited<ReturnType<typeof request<'jobs'>>> = await request('jobs', {
      batch: batchId,
      status: ['failed'],
      after,
      limit: pageSize,
    })
    if (!page.ok) break
    for (const job of page.value.jobs)
      if (
        job.exitCode === cluster.exitCode &&
        job.signal === cluster.signal &&
        shapes.has(normaliseMessage(failureMessage(job)))
      )
        found.add(job.id)
    after = page.value.next
  }
  return [...found]
}
