/**
 * Owns the sentences about what needs a person. Nothing is shown when nothing does.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { isFinal } from '../../../contract/states.ts'
import { remediesOf } from '../../store/attention-remedies.ts'
import { markSeen } from '../../store/batch-commands.ts'
import { goToView, showBatch, usePanel } from '../../store/panel-store.ts'
import { Note } from '../../ui/Note.tsx'

const shownAtOnce = 2

export function Attention() {
  const attention = usePanel((s) => s.server?.attention)
  const [all, setAll] = useState(false)
  if (!attention || attention.length === 0) return null
  const shown = all ? attention : attention.slice(0, shownAtOnce)
  return (
    <section className="attention" aria-label="Needs attention">
      {shown.map((each) => (
        <Note
          key={`${each.kind} ${each.batchId} ${each.sentence}`}
          kind="warn"
          title={each.sentence}
          action={<Actions batchId={each.batchId} />}
        />
      ))}
      {attention.length > shownAtOnce && (
        <button type="button" className="link-button" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${attention.length - shownAtOnce} more`}
        </button>
      )}
    </section>
  )
}

function Actions({ batchId }: { batchId: string | null }) {
  const batches = usePanel((s) => s.server?.batches)
  const batch = batchId === null ? undefined : batches?.get(batchId)
  if (!batch)
    return (
      <Button size="compact-sm" variant="default" onClick={() => goToView('health')}>
        Open Health
      </Button>
    )
  const byNumber = new Map([...(batches?.values() ?? [])].map((each) => [each.number, each]))
  return (
    <div className="attention-actions">
      {remediesOf(batch, (number) => byNumber.get(number)).map(({ words, run }) => (
        <Button key={words} size="compact-sm" variant="default" onClick={run}>
          {words}
        </Button>
      ))}
      <Button size="compact-sm" variant="default" onClick={() => showBatch(batch)}>
        Show #{batch.number}
      </Button>
      {isFinal(batch.status) && !batch.seen && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void markSeen([batch])}>
          Dismiss
        </Button>
      )}
    </div>
  )
}
