/**
 * Owns the sentences about what needs a person. Nothing is shown when nothing does.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { isFinal } from '../../../contract/states.ts'
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
  const batch = usePanel((s) => (batchId === null ? undefined : s.server?.batches.get(batchId)))
  return (
    <>
      {batch && isFinal(batch.status) && !batch.seen && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void markSeen([batch])}>
          Mark as seen
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => (batch ? showBatch(batch) : goToView('health'))}
      >
        {batch ? `Show #${batch.number}` : 'Open Health'}
      </Button>
    </>
  )
}
