/**
 * Owns the sheet that lists every key, made from the same lists that the keys are.
 */
import { Kbd, Modal } from '@mantine/core'
import { batchActions } from '../../store/batch-actions.ts'
import { panelActions } from '../../store/panel-actions.ts'
import { closeDialog, usePanel } from '../../store/panel-store.ts'
import './keys.css'

const lists: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'Another row'],
  ['Shift ↑ ↓', 'Extend the selection'],
  ['Ctrl ↑ ↓, Space', 'Pick single rows'],
  ['Ctrl A', 'Select all'],
  ['Esc', 'Only this row'],
  ['Alt ↑ ↓', 'Move up or down in the queue'],
  ['Enter', 'To the details'],
]

export function KeySheet() {
  const open = usePanel((s) => s.dialog?.kind === 'keys')
  const batch = batchActions.filter((each) => each.keyWords !== null)
  return (
    <Modal opened={open} onClose={closeDialog} title="Keys" size="xl">
      <div className="keys">
        <section>
          <h3 className="section-title">Everywhere</h3>
          <Line keys="Ctrl K" words="Commands and batches" />
          {panelActions
            .filter((each) => each.keyWords !== null)
            .map((each) => (
              <Line key={each.id} keys={each.keyWords ?? ''} words={each.words} />
            ))}
        </section>
        <section>
          <h3 className="section-title">Selected batches</h3>
          {batch.map((each) => (
            <Line key={each.id} keys={each.keyWords ?? ''} words={each.words} />
          ))}
        </section>
        <section>
          <h3 className="section-title">In a list</h3>
          {lists.map(([keys, words]) => (
            <Line key={keys} keys={keys} words={words} />
          ))}
          <p className="dim keys-note">
            Drag a row with the mouse, or press Space on its handle and use the arrow keys. Single letters can
            be turned off in the settings.
          </p>
        </section>
      </div>
    </Modal>
  )
}

function Line({ keys, words }: { keys: string; words: string }) {
  return (
    <div className="key-line">
      <span>{words}</span>
      <span>
        <Kbd size="xs">{keys}</Kbd>
      </span>
    </div>
  )
}
