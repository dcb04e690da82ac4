/**
 * Owns the first view: what needs attention, the queue with its toolbar, and finished batches that are new.
 */
import { Button, EmptyState, Group } from '@mantine/core'
import { IconPlus, IconShip } from '@tabler/icons-react'
import { useShallow } from 'zustand/react/shallow'
import { activeCount } from '../../../contract/queue-state.ts'
import { countOf } from '../../../contract/words.ts'
import { possibleActions } from '../../store/batch-actions.ts'
import { openDialog, usePanel } from '../../store/panel-store.ts'
import { SelectionTools } from '../../ui/SelectionTools.tsx'
import { Attention } from './Attention.tsx'
import { FinishedShelf } from './FinishedShelf.tsx'
import { FirstRun } from './FirstRun.tsx'
import { QueueList } from './QueueList.tsx'
import './queue.css'

export function QueueView() {
  const active = usePanel((s) => (s.server ? activeCount(s.server) : 0))
  const ever = usePanel((s) =>
    s.server ? Object.values(s.server.counts).reduce((sum, each) => sum + each, 0) : null,
  )
  return (
    <section className="view" aria-labelledby="queue-title">
      <div className="view-head">
        <h1 id="queue-title">Queue</h1>
        <span className="dim tabular">{active > 0 && countOf(active, 'batch', 'batches')}</span>
        <SelectionBar />
      </div>
      <Attention />
      {active > 0 && <QueueList />}
      {active === 0 && ever === 0 && <FirstRun />}
      {active === 0 && ever !== 0 && ever !== null && <NothingToDo />}
      <FinishedShelf />
    </section>
  )
}

function SelectionBar() {
  const chosen = usePanel(useShallow((s) => [...s.selected].flatMap((id) => s.server?.batches.get(id) ?? [])))
  const actions = possibleActions(chosen).filter((a) => a.id !== 'clear' && a.id !== 'retry-all')
  return <SelectionTools batches={chosen} actions={actions} />
}

function NothingToDo() {
  return (
    <div className="view-empty">
      <EmptyState
        icon={<IconShip size={36} stroke={1.4} />}
        title="The queue is empty"
        description="Finished batches are in History."
      >
        <Group justify="center">
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => openDialog({ kind: 'new-batch', file: null })}
          >
            New batch
          </Button>
        </Group>
      </EmptyState>
    </div>
  )
}
