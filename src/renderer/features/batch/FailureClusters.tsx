/**
 * Owns the failures of a finished batch, grouped by their error, each with a retry of just its jobs.
 */

import { Button } from '@mantine/core'
import { IconRefreshAlert } from '@tabler/icons-react'
import { useState } from 'react'
import type { Batch, Summary } from '../../../contract/entities.ts'
import { escaped } from '../../../contract/escapes.ts'
import { amount, countOf } from '../../../contract/words.ts'
import { retryBatches } from '../../store/batch-commands.ts'
import { go } from '../../store/panel-store.ts'
import { jobsOfCluster } from './cluster-jobs.ts'

type Cluster = Summary['failures'][number]

export function FailureClusters({ batch, failures }: { batch: Batch; failures: readonly Cluster[] }) {
  if (failures.length === 0) return null
  return (
    <section aria-label="Failures">
      <h3 className="section-title">Failures</h3>
      <ul className="plain clusters">
        {failures.map((cluster) => (
          <ClusterCard
            key={`${cluster.message} ${cluster.exitCode} ${cluster.signal}`}
            batch={batch}
            cluster={cluster}
          />
        ))}
      </ul>
    </section>
  )
}

function ClusterCard({ batch, cluster }: { batch: Batch; cluster: Cluster }) {
  const [busy, setBusy] = useState(false)
  const retry = async () => {
    setBusy(true)
    const jobs = await jobsOfCluster(batch.id, cluster)
    if (jobs.length > 0) await retryBatches([batch], { jobs })
    setBusy(false)
  }
  const how =
    cluster.signal !== null
      ? `signal ${cluster.signal}`
      : cluster.exitCode !== null
        ? `exit code ${cluster.exitCode}`
        : null
  return (
    <li className="cluster">
      <div className="cluster-head">
        <b className="cluster-count bad tabular">{amount(cluster.count)}×</b>
        <span className="cluster-message mono">{escaped(cluster.message)}</span>
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          leftSection={<IconRefreshAlert size={14} />}
          onClick={() => void retry()}
          aria-label={`Retry these ${cluster.count}: ${cluster.message}`}
        >
          Retry these
        </Button>
      </div>
      <div className="cluster-more dim">
        {how && <span>{how}</span>}
        {cluster.firstLine && <span className="mono">first line: {escaped(cluster.firstLine)}</span>}
        {cluster.examples.map((each) => (
          <button
            type="button"
            key={each.jobId}
            className="link-button"
            title={each.error}
            onClick={() => go({ tab: 'log', job: each.ordinal })}
          >
            {each.ordinal}: {escaped(each.input)}
          </button>
        ))}
        {cluster.count > cluster.examples.length && (
          <span>and {countOf(cluster.count - cluster.examples.length, 'more', 'more')}</span>
        )}
      </div>
    </li>
  )
}
