/**
 * Owns the one store: `server` and `link` are written by the connection, everything else by components through
 * the functions below. Must never talk to the core: that is store/act.ts.
 */
import { create } from 'zustand'
import type { Batch, Conflict, IfExists } from '../../contract/entities.ts'
import type { Link } from '../../contract/follow-queue.ts'
import type { LiveQueue } from '../../contract/queue-state.ts'
import type { KeptPlace } from '../../contract/references.ts'
import type { JobStatus } from '../../contract/states.ts'
import { formatPlace, type Place, parsePlace, type Tab, type View } from './place.ts'
import { placeOf, type QueuePages, withPages } from './queue-pages.ts'

/** What to do about conflicting batches, and where what replaces or continues them is queued. */
export type DuplicateChoice = { ifExists: Exclude<IfExists, 'fail'>; place: KeptPlace }

/** A question about conflicting batches; `answer` is called once, `null` means "cancel". */
export type DuplicateQuestion = {
  title: string
  conflicts: readonly Conflict[]
  answer: (choice: DuplicateChoice | null) => void
}

/** Which dialog is open; one at a time. */
export type Dialog =
  | { kind: 'new-batch'; file: string | null }
  | { kind: 'cancel'; batches: readonly Batch[] }
  | { kind: 'move'; batches: readonly Batch[] }
  | { kind: 'priority'; batches: readonly Batch[] }
  | { kind: 'keys' }

export type PanelState = {
  /** What the core reported, with the pages of the queue that are on the screen. */
  server: LiveQueue | null
  pages: QueuePages
  link: Link
  place: Place
  /** Ids selected in the list of the current view. */
  selected: ReadonlySet<string>
  /** Id of the row that has the keyboard's attention, and from which a range is extended. */
  cursor: string | null
  anchor: string | null
  /** The order a person just made, shown until the core has confirmed it, and whether its move was answered. */
  pendingOrder: { order: readonly string[]; answered: boolean } | null
  /** Statuses shown in the jobs tab; empty shows all. */
  jobFilter: readonly JobStatus[]
  dialog: Dialog | null
  duplicates: DuplicateQuestion | null
  /** Sentence for the live region. */
  announcement: string
}

export const usePanel = create<PanelState>()(() => ({
  server: null,
  pages: new Map(),
  link: { state: 'connecting' },
  place: parsePlace(typeof location === 'undefined' ? '' : location.hash),
  selected: new Set(),
  cursor: null,
  anchor: null,
  pendingOrder: null,
  jobFilter: [],
  dialog: null,
  duplicates: null,
  announcement: '',
}))

const set = usePanel.setState
const get = usePanel.getState

const nothing: readonly string[] = []

/** As the connection wrote it last, without pages. */
let reported: LiveQueue | null = null

/** Ids of the queued batches in the order that is shown, first one next. */
export function shownOrder({ pendingOrder, server }: PanelState): readonly string[] {
  return pendingOrder?.order ?? server?.order ?? nothing
}

/** Written by the connection only. A new order ends the pending one, unless it may be that of an earlier move. */
export function setServer(live: LiveQueue): void {
  reported = live
  const { server: before, pendingOrder, pages } = get()
  const server = withPages(live, pages, before)
  const isConfirmed = pendingOrder?.answered && before?.order !== server.order
  set({ server, pendingOrder: isConfirmed ? null : pendingOrder })
}

/** Pages of the queue that were read. The cursor goes from a place to the batch that stands there. */
export function setQueuePages(pages: QueuePages): void {
  if (reported === null) return
  const { server: before, cursor, anchor, selected } = get()
  const server = withPages(reported, pages, before)
  const batchAt = (id: string) => {
    const place = placeOf(id)
    return place === null ? id : (server.order[place - 1] ?? id)
  }
  set({ pages, server })
  if ([...selected, cursor, anchor].some((id) => id !== null && placeOf(id) !== null))
    set({
      selected: new Set([...selected].map(batchAt)),
      cursor: cursor && batchAt(cursor),
      anchor: anchor && batchAt(anchor),
    })
}

/** Written by the connection only. */
export function setLink(link: Link): void {
  set({ link })
}

/** Goes to a place and writes it to the URL; `replace` leaves no entry for the Back button. */
export function go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
  const before = get().place
  const place = { ...before, ...change }
  // A job belongs to its batch.
  if (change.batch !== undefined && change.batch !== before.batch && change.job === undefined)
    place.job = null
  if (change.view !== undefined && change.view !== before.view)
    set({ selected: new Set(), cursor: null, anchor: null })
  set({ place })
  const hash = formatPlace(place)
  if (location.hash === hash) return
  if (how === 'replace') history.replaceState(null, '', hash)
  else history.pushState(null, '', hash)
}

/** Follows the Back and Forward buttons; returns the way to stop. */
export function followLocation(): () => void {
  const follow = () => {
    const { dialog, duplicates, place } = get()
    if (dialog === null && duplicates === null) {
      set({ place: parsePlace(location.hash) })
      return
    }
    // Back closes a dialog; the view beneath it stays.
    history.pushState(null, '', formatPlace(place))
    duplicates?.answer(null)
    closeDialog()
  }
  window.addEventListener('popstate', follow)
  window.addEventListener('hashchange', follow)
  return () => {
    window.removeEventListener('popstate', follow)
    window.removeEventListener('hashchange', follow)
  }
}

export function goToView(view: View): void {
  go({ view })
}

export function goToTab(tab: Tab): void {
  go({ tab }, 'replace')
}

/** Shows a batch in the details pane; the tab stays. */
export function showBatch(batch: Batch): void {
  set({ selected: new Set([batch.id]), cursor: batch.id, anchor: batch.id })
  go({ batch: batch.number }, get().place.batch === null ? 'push' : 'replace')
}

/** Shows a batch by its number, wherever it is. */
export function showNumber(number: number): void {
  set({ selected: new Set(), cursor: null, anchor: null })
  go({ batch: number })
}

export function setJobFilter(statuses: readonly JobStatus[]): void {
  set({ jobFilter: statuses })
}

export function select(selected: ReadonlySet<string>, cursor: string | null, anchor: string | null): void {
  set({ selected, cursor, anchor })
}

/** Shows an order before the core has made it; null shows the core's again. */
export function showPendingOrder(order: readonly string[] | null): void {
  set({ pendingOrder: order && { order, answered: false } })
}

/** The move to this order was answered. Its event may have come before, and one that changed nothing has none. */
export function settlePendingOrder(order: readonly string[]): void {
  if (get().pendingOrder?.order !== order) return
  const pendingOrder = { order, answered: true }
  set({ pendingOrder })
  setTimeout(() => {
    if (get().pendingOrder === pendingOrder) set({ pendingOrder: null })
  }, 1_000)
}

export function openDialog(dialog: Dialog): void {
  set({ dialog })
}

export function closeDialog(): void {
  set({ dialog: null })
}

/** Opens the question what to do about conflicts; resolves with the answer. */
export function confirmDuplicates(
  title: string,
  conflicts: readonly Conflict[],
): Promise<DuplicateChoice | null> {
  return new Promise((resolve) => {
    const answer = (choice: DuplicateChoice | null) => {
      set({ duplicates: null })
      resolve(choice)
    }
    set({ duplicates: { title, conflicts, answer } })
  })
}

/** Has a screen reader read a sentence. */
export function announce(sentence: string): void {
  set({ announcement: sentence })
}
