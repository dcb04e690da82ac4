/**
 * Owns the row of icons for what can be done to the selected batches.
 */
import { ActionIcon, Tooltip } from '@mantine/core'
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
  const wordsOf = useKeyWords()
  return (
    <div className="view-tools" role="toolbar" aria-label="Actions for the selected batches">
      {batches.length > 1 && <span className="dim tabular view-selected">{batches.length} selected</span>}
      {actions.map((action) => (
        <Tooltip key={action.id} label={withKeyWords(action.words, wordsOf(action.key, 'Selected batches'))}>
          <ActionIcon
            size="md"
            aria-label={action.words}
            {...(action.danger ? { className: 'menu-danger' } : {})}
            onClick={() => action.run(batches)}
          >
            <action.Icon size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  )
}
