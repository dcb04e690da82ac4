/**
 * Owns what the row of a batch has in common in the queue and in the history: how it is selected, and its menu.
 */
import type { MouseEvent } from 'react'
import type { Batch } from '../../contract/entities.ts'
import { batchName } from '../../contract/words.ts'
import { BatchMenu } from './BatchMenu.tsx'

export type BatchRowProps = {
  batch: Batch
  rowIndex: number
  startPx: number
  selected: boolean
  current: boolean
  menuOpen: boolean
  onMenu: (id: string, opened: boolean) => void
  onChoose: (batch: Batch, event: MouseEvent) => void
  /** The batches that a row's menu acts on. */
  chosen: (id: string) => readonly Batch[]
}

/** The attributes of the row's element. */
export function batchRow(props: BatchRowProps) {
  const { batch } = props
  return {
    role: 'row',
    tabIndex: props.current ? 0 : -1,
    'aria-selected': props.selected,
    'aria-rowindex': props.rowIndex,
    'data-id': batch.id,
    style: { top: props.startPx },
    onClick: (event: MouseEvent) => props.onChoose(batch, event),
    onContextMenu: (event: MouseEvent) => {
      event.preventDefault()
      props.onChoose(batch, event)
      props.onMenu(batch.id, true)
    },
  }
}

/** The last cell of the row. */
export function RowMenu({ batch, current, menuOpen, onMenu, chosen }: BatchRowProps) {
  return (
    <span role="gridcell" className="q-menu">
      <BatchMenu
        batches={() => chosen(batch.id)}
        label={`Actions for ${batchName(batch)}`}
        opened={menuOpen}
        onChange={(opened) => onMenu(batch.id, opened)}
        tabIndex={current ? 0 : -1}
      />
    </span>
  )
}
