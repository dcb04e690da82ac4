/**
 * Owns the row of icons for what can be done to the selected batches.
 */
import { ActionIcon, Tooltip } from '@mantine/core'
import { memo, type RefObject, useRef } from 'react'
import type { Batch } from '../../contract/entities.ts'
import type { BatchAction } from '../store/batch-actions.ts'
import { useKeyWords, withKeyWords } from '../store/use-keys.ts'

export function SelectionTools({
  batches,
  actions,
}: {
  batches: readonly Batch[]
  actions: readonly BatchAction[]
}) {
  const latest = useRef(batches)
  latest.current = batches
  return (
    <div className="view-tools" role="toolbar" aria-label="Actions for the selected batches">
      {batches.length > 1 && <span className="dim tabular view-selected">{batches.length} selected</span>}
      {actions.map((action) => (
        <Tool key={action.id} action={action} batches={latest} />
      ))}
    </div>
  )
}

/** Drawn once, however often a job of the selected batches ends. */
const Tool = memo(function Tool({
  action,
  batches,
}: {
  action: BatchAction
  batches: RefObject<readonly Batch[]>
}) {
  const wordsOf = useKeyWords()
  return (
    <Tooltip label={withKeyWords(action.words, wordsOf(action.key, 'Selected batches'))}>
      <ActionIcon
        size="md"
        aria-label={action.words}
        {...(action.danger ? { className: 'menu-danger' } : {})}
        onClick={() => action.run(batches.current)}
      >
        <action.Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
})
