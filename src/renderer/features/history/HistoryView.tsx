/**
 * Owns the history: everything that finished, with counts that are filters, search, and marks on what nobody
 * has seen yet.
 */
import { Button, EmptyState, Switch } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { type FinalBatchStatus, finalBatchStatuses } from '../../../contract/states.ts'
import { amount } from '../../../contract/words.ts'
import { possibleActions } from '../../store/batch-actions.ts'
import { clearFinished, markSeen } from '../../store/batch-commands.ts'
import { usePanel } from '../../store/panel-store.ts'
import { useRowPx } from '../../store/row-height.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { HeldHint } from '../../ui/HeldHint.tsx'
import { useHeldOrder } from '../../ui/held-order.ts'
import { batchGrid, useListGrid } from '../../ui/list-grid.ts'
import { SearchField } from '../../ui/SearchField.tsx'
import { SelectionTools } from '../../ui/SelectionTools.tsx'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'
import { HistoryRow } from './HistoryRow.tsx'
import { type History, type HistoryFilter, useHistory } from './use-history.ts'
import './history.css'

export function HistoryView() {
  const [statuses, setStatuses] = useState<readonly FinalBatchStatus[]>([])
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 200)
  const [cleared, setCleared] = useState(false)
  const filter = useMemo<HistoryFilter>(() => ({ statuses, search, cleared }), [statuses, search, cleared])
  const history = useHistory(filter)
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const narrowed = statuses.length > 0 || search !== ''
  return (
    <section className="view" aria-labelledby="history-title">
      <div className="view-head">
        <h1 id="history-title">History</h1>
        <Tools batches={history.batches} />
        {unseen > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => void markSeen()}>
            Mark {amount(unseen)} as seen
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          disabled={history.batches.length === 0 || cleared}
          onClick={() => void clearFinished(narrowed ? history.batches : undefined)}
        >
          {narrowed ? `Clear these ${amount(history.batches.length)}` : 'Clear all'}
        </Button>
      </div>
      <div className="history-tools">
        <Chips history={history} chosen={statuses} onChoose={setStatuses} />
        <SearchField
          className="history-search"
          label="Search configurations, inputs and errors"
          placeholder="Search configurations, inputs, errors"
          typed={typed}
          onTyped={setTyped}
        />
        <Switch
          size="xs"
          label="Show cleared"
          checked={cleared}
          onChange={(event) => setCleared(event.currentTarget.checked)}
        />
      </div>
      {history.error !== null && (
        <div style={{ padding: 12 }}>
          <AnswerError error={history.error} again={history.again} />
        </div>
      )}
      {!history.waiting && history.error === null && history.batches.length === 0 ? (
        <div className="view-empty">
          <EmptyState
            icon={<IconHistory size={34} stroke={1.4} />}
            title={narrowed ? 'No matches' : 'Nothing has finished yet'}
            description={
              narrowed ? 'Try fewer words or another filter.' : 'Batches appear here when they end.'
            }
          />
        </div>
      ) : (
        <HistoryList history={history} />
      )}
    </section>
  )
}

function Tools({ batches }: { batches: readonly Batch[] }) {
  const selected = usePanel((s) => s.selected)
  const chosen = useMemo(() => batches.filter((b) => selected.has(b.id)), [batches, selected])
  return <SelectionTools batches={chosen} actions={possibleActions(chosen)} />
}

function Chips({
  history,
  chosen,
  onChoose,
}: {
  history: History
  chosen: readonly FinalBatchStatus[]
  onChoose: (statuses: readonly FinalBatchStatus[]) => void
}) {
  const toggle = (status: FinalBatchStatus) =>
    onChoose(chosen.includes(status) ? chosen.filter((s) => s !== status) : [...chosen, status])
  return (
    <fieldset className="chips history-chips" aria-label="Filter by status">
      {finalBatchStatuses.map((status) => {
        const number = history.counts[status] ?? 0
        return (
          <button
            type="button"
            key={status}
            className="chip"
            aria-pressed={chosen.includes(status)}
            data-empty={number === 0}
            onClick={() => toggle(status)}
          >
            <StatusMark status={status} silent size={14} />
            {statusWord(status)} <b>{amount(number)}</b>
          </button>
        )
      })}
    </fieldset>
  )
}

function HistoryList({ history }: { history: History }) {
  const scroller = useRef<HTMLDivElement>(null)
  const selected = usePanel((s) => s.selected)
  const cursor = usePanel((s) => s.cursor)
  const shownNumber = usePanel((s) => s.place.batch)
  const live = usePanel((s) => s.server?.batches)
  const [menuFor, setMenuFor] = useState<string | null>(null)
  const byId = useMemo(() => new Map(history.batches.map((b) => [b.id, b])), [history.batches])
  const fresh = useMemo(() => history.batches.map((b) => b.id), [history.batches])
  const held = useHeldOrder(fresh, menuFor !== null)
  const ids = useMemo(() => held.ids.filter((id) => byId.has(id)), [held.ids, byId])
  const rowPx = useRowPx()
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is measured anew
  useEffect(() => virtual.measure(), [rowPx])
  const find = useCallback((id: string) => byId.get(id), [byId])
  const reveal = useCallback(
    (id: string) => {
      const index = ids.indexOf(id)
      if (index >= 0) virtual.scrollToIndex(index)
    },
    [ids, virtual],
  )
  const grid = useListGrid(scroller, ids, find, reveal)
  const rows = virtual.getVirtualItems()
  const lastShown = rows.at(-1)?.index ?? 0
  const { loadMore, more } = history
  useEffect(() => {
    if (more && lastShown >= ids.length - 30) loadMore()
  }, [lastShown, ids.length, more, loadMore])
  const openMenu = useCallback((id: string, opened: boolean) => setMenuFor(opened ? id : null), [])
  const chosen = useCallback(
    (id: string) => {
      const { selected: wanted } = usePanel.getState()
      return [...byId.values()].filter((b) => (wanted.has(id) ? wanted.has(b.id) : b.id === id))
    },
    [byId],
  )
  const current = cursor !== null && byId.has(cursor) ? cursor : ids[0]

  return (
    <>
      <HeldHint held={held} />
      <div
        ref={scroller}
        {...batchGrid}
        aria-label="History"
        aria-rowcount={more ? -1 : ids.length}
        onKeyDown={grid.onKeyDown}
        {...held.pointer}
      >
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {rows.map((row) => {
            const id = ids[row.index]
            const batch = id === undefined ? undefined : (live?.get(id) ?? byId.get(id))
            if (id === undefined || !batch) return null
            return (
              <HistoryRow
                key={row.key}
                batch={batch}
                rowIndex={row.index + 1}
                startPx={row.start}
                selected={selected.has(id) || (selected.size === 0 && batch.number === shownNumber)}
                current={id === current}
                menuOpen={menuFor === id}
                onMenu={openMenu}
                onChoose={grid.choose}
                chosen={chosen}
              />
            )
          })}
        </div>
      </div>
    </>
  )
}
