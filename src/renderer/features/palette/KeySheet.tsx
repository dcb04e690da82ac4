/**
 * Owns the sheet that lists every key, made from the same lists that the keys are.
 */
import { Kbd, Modal } from '@mantine/core'
import { keyed, keyFor, keyWords } from '../../store/key-map.ts'
import { closeDialog, usePanel } from '../../store/panel-store.ts'
import { useKeyChanges } from '../../store/use-keys.ts'
import './keys.css'

const lists: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'Select a row'],
  ['Shift ↑ ↓', 'Extend the selection'],
  ['Ctrl ↑ ↓, Space', 'Select individual rows'],
  ['Ctrl A', 'Select all'],
  ['Esc', 'Select only this row'],
  ['Alt ↑ ↓', 'Move up or down in the queue'],
  ['Enter', 'Go to the details'],
]

export function KeySheet() {
  const open = usePanel((s) => s.dialog?.kind === 'keys')
  const [changes] = useKeyChanges()
  const shortcuts = (group: (typeof keyed)[number]['group']) =>
    keyed.flatMap((each) => {
      const key = keyFor(each.usual, group, changes)
      return each.group === group && key !== null
        ? [<Shortcut key={each.id} keys={keyWords(key)} words={each.words} />]
        : []
    })
  return (
    <Modal opened={open} onClose={closeDialog} title="Keyboard shortcuts" size="xl">
      <div className="keys">
        <section>
          <h3 className="section-title">Everywhere</h3>
          <Shortcut keys="Ctrl K" words="Commands and batches" />
          {shortcuts('Everywhere')}
        </section>
        <section>
          <h3 className="section-title">Selected batches</h3>
          {shortcuts('Selected batches')}
        </section>
        <section>
          <h3 className="section-title">In a list</h3>
          {lists.map(([keys, words]) => (
            <Shortcut key={keys} keys={keys} words={words} />
          ))}
          <p className="dim keys-note">
            Drag a row with the mouse, or press Space on its handle and use the arrow keys. Keys can be
            changed, and single letters turned off, in the settings.
          </p>
        </section>
      </div>
    </Modal>
  )
}

function Shortcut({ keys, words }: { keys: string; words: string }) {
  return (
    <div className="key-line">
      <span>{words}</span>
      <span>
        <Kbd size="xs">{keys}</Kbd>
      </span>
    </div>
  )
}
