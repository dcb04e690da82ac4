/**
 * Owns what the tray shows: which picture, which sentence, which menu. Pure.
 */

import { type LiveQueue, queuedBatches } from '../contract/queue-state.ts'
import { batchName, doneJobs, progressWords } from '../contract/words.ts'
import { unseenFailures } from './queue-steps.ts'

export type TrayAct =
  | { kind: 'open' }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'batch'; number: number }
  | { kind: 'quit' }
export type TrayItem = { label: string; act: TrayAct | null } | { separator: true }

/** `idle`, `paused`, `attention`, or `running-0` … `running-8` in eighths done. */
export function pictureFor(state: LiveQueue): string {
  if (state.attention.length > 0 || unseenFailures(state) > 0) return 'attention'
  if (state.queue.paused) return 'paused'
  const batch = state.running?.batch
  if (batch === undefined) return 'idle'
  const share = batch.jobs.total === 0 ? 0 : doneJobs(batch.jobs) / batch.jobs.total
  return `running-${Math.floor(share * 8)}`
}

/** The same sentence as in the panel, short enough for every system. */
export function tooltipFor(state: LiveQueue): string {
  const text = `Slipway: ${state.queue.sentence}`
  return text.length <= 127 ? text : `${text.slice(0, 126)}…`
}

/** The tray's menu, from top to bottom. */
export function menuFor(state: LiveQueue): TrayItem[] {
  const batch = state.running?.batch
  const next = queuedBatches(state).slice(0, 3)
  const more = state.counts.queued - next.length
  return [
    { label: 'Open Slipway', act: { kind: 'open' } },
    { separator: true },
    batch === undefined
      ? { label: clip(state.queue.sentence), act: null }
      : {
          label: clip(`${batchName(batch)}: ${progressWords(batch.jobs)}`),
          act: { kind: 'batch', number: batch.number },
        },
    ...next.map(
      (one, index): TrayItem => ({
        label: clip(`${index + 1}  ${batchName(one)}`),
        act: { kind: 'batch', number: one.number },
      }),
    ),
    ...(more > 0 ? [{ label: `and ${more} more`, act: { kind: 'open' } } satisfies TrayItem] : []),
    { separator: true },
    state.queue.paused
      ? { label: 'Resume queue', act: { kind: 'resume' } }
      : { label: 'Pause queue', act: { kind: 'pause' } },
    { separator: true },
    { label: 'Quit', act: { kind: 'quit' } },
  ]
}

function clip(text: string): string {
  return text.length <= 70 ? text : `${text.slice(0, 69)}…`
}
