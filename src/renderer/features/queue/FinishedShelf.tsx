/**
 * Owns the shelf under the queue: finished batches that nobody has seen, failures first, then the newest.
 */
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { moment } from '../../../contract/moments.ts'
import { amount, countOf, duration } from '../../../contract/words.ts'
import { markSeen } from '../../store/batch-commands.ts'
import { goToView, showBatch, usePanel } from '../../store/panel-store.ts'
import { BatchTitle } from '../../ui/BatchTitle.tsx'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'

const shownAtOnce = 4

export function FinishedShelf() {
  const finished = usePanel((s) => s.server?.finished)
  const batches = usePanel((s) => s.server?.batches)
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const shown = useMemo(
    () =>
      (finished ?? [])
        .flatMap((id) => batches?.get(id) ?? [])
        .filter((b) => !b.seen)
        .sort((a, b) => urgency(a) - urgency(b)),
    [finished, batches],
  )
  if (shown.length === 0) return null
  return (
    <section className="shelf" aria-labelledby="shelf-title">
      <header>
        <h2 id="shelf-title" className="section-title">
          New in history · {amount(unseen)}
        </h2>
        <span style={{ flex: 1 }} />
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => goToView('history')}>
          History
        </Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void markSeen()}>
          Mark all as seen
        </Button>
      </header>
      <ul>
        {shown.slice(0, shownAtOnce).map((batch) => (
          <li key={batch.id}>
            <ShelfRow batch={batch} />
          </li>
        ))}
      </ul>
      {shown.length > shownAtOnce && (
        <p className="dim shelf-more">and {countOf(unseen - shownAtOnce, 'more', 'more')} in History</p>
      )}
    </section>
  )
}

/** Failures first; among equals the newest stays first. */
function urgency({ status }: Batch): number {
  return status === 'failed' ? 0 : status === 'completed_with_errors' ? 1 : 2
}

function ShelfRow({ batch }: { batch: Batch }) {
  const now = useNow()
  const cycle = useHourCycle()
  const chosen = usePanel((s) => s.selected.has(batch.id))
  const failed = batch.jobs.failed
  const tookMs = batch.startedAt === null ? null : (batch.completedAt ?? now) - batch.startedAt
  return (
    <button type="button" className="shelf-row" aria-pressed={chosen} onClick={() => showBatch(batch)}>
      <StatusMark status={batch.status} silent />
      <BatchTitle batch={batch} />
      <span className="clip dim" data-status={batch.status}>
        {statusWord(batch.status)}
        {failed > 0 && <span className="bad"> · {amount(failed)} failed</span>}
      </span>
      <span className="num dim">{tookMs === null ? '' : duration(tookMs)}</span>
      <span className="num dim">
        {batch.completedAt === null ? '' : moment(batch.completedAt, now, cycle)}
      </span>
    </button>
  )
}
