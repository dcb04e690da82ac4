/**
 * Owns the actions that belong to the panel as a whole, for the palette, the keys and the help sheet.
 */
import { markSeen, pauseQueue } from './batch-commands.ts'
import { goToTab, goToView, openDialog, usePanel } from './panel-store.ts'
import { tabs } from './place.ts'
import { undoLast } from './undo.tsx'

export type PanelAction = {
  id: string
  words: string
  /** The key it comes with, as the hotkey library writes it; null when only the palette leads here. */
  key: string | null
  group: 'Go to' | 'Queue' | 'Panel'
  run: () => void
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('.view [data-search], .details [data-search]')
  if (field) field.focus()
  else {
    goToView('history')
    requestAnimationFrame(() => document.querySelector<HTMLInputElement>('.view [data-search]')?.focus())
  }
}

const action = (
  group: PanelAction['group'],
  id: string,
  words: string,
  key: string | null,
  run: () => void,
): PanelAction => ({ id, words, key, group, run })

const tabWords = { summary: 'Summary', jobs: 'Jobs', log: 'Log', timeline: 'Timeline', events: 'Events' }

export const panelActions: readonly PanelAction[] = [
  action('Go to', 'queue', 'Queue', 'Q', () => goToView('queue')),
  action('Go to', 'history', 'History', 'H', () => goToView('history')),
  action('Go to', 'health', 'Health', 'D', () => goToView('health')),
  action('Go to', 'settings', 'Settings', 'S', () => goToView('settings')),
  ...tabs.map((tab, index) =>
    action('Go to', `tab-${tab}`, `Details: ${tabWords[tab]}`, String(index + 1), () => goToTab(tab)),
  ),
  action('Queue', 'new', 'New batch…', 'N', () => openDialog({ kind: 'new-batch', file: null })),
  action('Queue', 'queue-pause', 'Pause or resume the queue', 'shift+P', () => {
    const paused = usePanel.getState().server?.queue.paused ?? false
    void pauseQueue(!paused)
  }),
  action(
    'Queue',
    'queue-stop',
    'Pause the queue and stop running jobs now',
    null,
    () => void pauseQueue(true, true),
  ),
  action('Queue', 'seen', 'Mark all as seen', null, () => void markSeen()),
  action('Panel', 'undo', 'Undo', 'mod+Z', () => void undoLast()),
  action('Panel', 'search', 'Search', '/', focusSearch),
  action('Panel', 'keys', 'Keyboard shortcuts', '?', () => openDialog({ kind: 'keys' })),
]
