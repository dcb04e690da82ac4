/**
 * Owns the queue as a virtual grid that can be reordered by drag, by the drag handle's keys and by Alt with the
 * arrow keys. The order a person makes shows at once; the core's event confirms it.
 */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { queueHead } from '../../../contract/queue-state.ts'
import { batchName, countOf } from '../../../contract/words.ts'
import { moveBatches, stopAfter } from '../../store/batch-commands.ts'
import { shownOrder, usePanel } from '../../store/panel-store.ts'
import { useRowPx } from '../../store/row-height.ts'
import { HeldHint } from '../../ui/HeldHint.tsx'
import { useHeldOrder } from '../../ui/held-order.ts'
import { batchGrid, useListGrid } from '../../ui/list-grid.ts'
import { dragWords } from './drag-words.ts'
import { QueueRow } from './QueueRow.tsx'
import { dropOrder, nudgeOrder, queueItems } from './queue-items.ts'
import { dragWordsId } from './RowDrag.tsx'
import { useQueuePages } from './use-queue-pages.ts'

const otherPx = { stop: 26, heading: 36 }
const nothing: readonly string[] = []
const noBatches: ReadonlyMap<string, Batch> = new Map()

export function QueueList() {
  const batches = usePanel((s) => s.server?.batches ?? noBatches)
  const order = usePanel(shownOrder)
  const own = usePanel((s) => s.pendingOrder?.order ?? null)
  const parked = usePanel((s) => s.server?.parked ?? nothing)
  const runningId = usePanel((s) => s.server?.running?.batch.id ?? null)
  const doneBy = usePanel((s) => s.server?.doneBy)
  const selected = usePanel((s) => s.selected)
  const cursor = usePanel((s) => s.cursor)
  const shownNumber = usePanel((s) => s.place.batch)
  const [menuFor, setMenuFor] = useState<string | null>(null)
  const [dragging, setDragging] = useState<string | null>(null)
  const scroller = useRef<HTMLDivElement>(null)

  const shown = useMemo(() => (runningId === null ? order : [runningId, ...order]), [order, runningId])
  const held = useHeldOrder(shown, menuFor !== null || dragging !== null, own)
  const items = useMemo(
    () => queueItems(batches, held.ids === shown ? runningId : null, held.ids, parked),
    [batches, held.ids, shown, runningId, parked],
  )
  const rowIds = useMemo(
    () => items.flatMap((i) => (i.kind === 'row' || i.kind === 'gap' ? [i.id] : [])),
    [items],
  )
  const sortableIds = useMemo(
    () => items.flatMap((i) => (i.kind === 'row' && i.sortable ? [i.id] : [])),
    [items],
  )

  const rowPx = useRowPx()
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const kind = items[index]?.kind
      return kind === 'stop' || kind === 'heading' ? otherPx[kind] : rowPx
    },
    getItemKey: (index) => itemKey(items[index], index),
    overscan: 8,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is measured anew
  useEffect(() => virtual.measure(), [rowPx])
  const showPlaces = useQueuePages()
  const [firstItem, lastItem] = [virtual.range?.startIndex ?? 0, virtual.range?.endIndex ?? 0]
  const isLong = order.length > queueHead
  useEffect(() => {
    if (isLong) showPlaces(firstItem, lastItem)
  }, [isLong, firstItem, lastItem, showPlaces])

  const find = useCallback((id: string) => usePanel.getState().server?.batches.get(id), [])
  const reveal = useCallback(
    (id: string) => {
      const index = items.findIndex((i) => (i.kind === 'row' || i.kind === 'gap') && i.id === id)
      if (index >= 0) virtual.scrollToIndex(index)
    },
    [items, virtual],
  )
  const grid = useListGrid(scroller, rowIds, find, reveal)

  const chosen = useCallback((id: string): readonly Batch[] => {
    const state = usePanel.getState()
    const wanted = state.selected.has(id) ? [...state.selected] : [id]
    return wanted.flatMap((each) => state.server?.batches.get(each) ?? [])
  }, [])

  const openMenu = useCallback((id: string, opened: boolean) => setMenuFor(opened ? id : null), [])

  const reorder = (moved: ReadonlySet<string>, next: { order: string[]; place: number } | null) => {
    if (!next) return
    void moveBatches(
      [...moved].flatMap((id) => batches.get(id) ?? []),
      next.place,
      next.order,
    )
  }
  const queuedOf = (id: string) => {
    const wanted = selected.has(id) ? selected : new Set([id])
    return new Set(order.filter((each) => wanted.has(each)))
  }
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    setDragging(null)
    const id = String(active.id)
    if (over) {
      const moved = queuedOf(id)
      reorder(moved, dropOrder(order, moved, id, String(over.id)))
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const up = event.key === 'ArrowUp'
    if (event.altKey && cursor !== null && (up || event.key === 'ArrowDown')) {
      event.preventDefault()
      const moved = queuedOf(cursor)
      reorder(moved, nudgeOrder(order, moved, up ? -1 : 1))
      return
    }
    grid.onKeyDown(event)
  }
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const words = useMemo(() => dragWords((id) => find(id)), [find])
  const draggedBatch = dragging === null ? undefined : batches.get(dragging)
  const draggedCount = dragging === null ? 0 : queuedOf(dragging).size
  const current = cursor !== null && rowIds.includes(cursor) ? cursor : rowIds[0]

  return (
    <DndContext
      id={dragWordsId}
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={words}
      onDragStart={({ active }) => setDragging(String(active.id))}
      onDragCancel={() => setDragging(null)}
      onDragEnd={onDragEnd}
    >
      <HeldHint held={held} />
      <SortableContext items={sortableIds} strategy={verticalListSortingStrategy}>
        <div
          ref={scroller}
          {...batchGrid}
          aria-label="Queue"
          aria-rowcount={rowIds.length}
          onKeyDown={onKeyDown}
          {...held.pointer}
        >
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((each) => {
              const item = items[each.index]
              if (!item) return null
              if (item.kind === 'heading')
                return <Heading key={each.key} text={item.text} startPx={each.start} />
              if (item.kind === 'stop') return <StopLine key={each.key} startPx={each.start} />
              if (item.kind === 'gap')
                return (
                  <GapRow
                    key={each.key}
                    id={item.id}
                    place={item.place}
                    rowIndex={each.index + 1}
                    startPx={each.start}
                    current={item.id === current}
                  />
                )
              const batch = batches.get(item.id)
              if (!batch) return null
              return (
                <QueueRow
                  key={each.key}
                  batch={batch}
                  doneBy={doneBy?.[item.id]}
                  sortable={item.sortable}
                  dragging={dragging !== null}
                  rowIndex={each.index + 1}
                  startPx={each.start}
                  selected={selected.has(item.id) || (selected.size === 0 && batch.number === shownNumber)}
                  current={item.id === current}
                  menuOpen={menuFor === item.id}
                  onMenu={openMenu}
                  onChoose={grid.choose}
                  chosen={chosen}
                />
              )
            })}
          </div>
        </div>
      </SortableContext>
      <DragOverlay dropAnimation={null}>
        {draggedBatch ? (
          <div className="q-dragged">
            {draggedCount > 1 ? countOf(draggedCount, 'batch', 'batches') : batchName(draggedBatch)}
          </div>
        ) : null}
      </DragOverlay>
    </DndContext>
  )
}

function itemKey(item: ReturnType<typeof queueItems>[number] | undefined, index: number): string | number {
  if (!item) return index
  if (item.kind === 'row' || item.kind === 'gap') return item.id
  return item.kind === 'stop' ? `stop ${item.after}` : 'heading'
}

type GapRowProps = { id: string; place: number; rowIndex: number; startPx: number; current: boolean }

/** A batch that is being loaded. */
function GapRow({ id, place, rowIndex, startPx, current }: GapRowProps) {
  return (
    <div
      role="row"
      tabIndex={current ? 0 : -1}
      aria-rowindex={rowIndex}
      aria-busy
      aria-label={`place ${place}, loading`}
      data-id={id}
      className="q-row"
      style={{ top: startPx }}
    >
      <span role="gridcell" />
      <span role="gridcell" className="q-place num">
        {place}
      </span>
      <span role="gridcell" className="q-name dim">
        …
      </span>
    </div>
  )
}

function Heading({ text, startPx }: { text: string; startPx: number }) {
  return (
    <div role="row" className="q-heading" style={{ top: startPx }}>
      <span role="gridcell" className="section-title">
        {text}
      </span>
    </div>
  )
}

function StopLine({ startPx }: { startPx: number }) {
  return (
    <div role="row" className="q-stop" style={{ top: startPx }}>
      <span role="gridcell">The queue stops here: nothing below starts</span>
      <span role="gridcell">
        <button type="button" className="link-button" onClick={() => void stopAfter(null)}>
          Remove
        </button>
      </span>
    </div>
  )
}
