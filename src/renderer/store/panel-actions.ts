/**
 * Owns the actions that belong to the panel as a whole, for the palette, the keys and the help sheet.
 */
import { markSeen, pauseQueue } from './act.ts'
import { goToTab, goToView, openDialog, usePanel } from './panel-store.ts'
import { tabs } from './place.ts'
import { undoLast } from './undo.tsx'

export type PanelAction = {
  id: string
  words: string
  /** As the hotkey library writes it; null when only the palette leads here. */
  key: string | null
  keyWords: string | null
  group: 'Go to' | 'Queue' | 'Panel'
  /** True when the key is a bare letter or sign, which a setting can turn off. */
  single: boolean
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
  keyWords: string | null,
  run: () => void,
): PanelAction => ({ id, words, key, keyWords, group, run, single: key !== null && !key.includes('mod') })

const tabWords = { summary: 'Summary', jobs: 'Jobs', log: 'Log', timeline: 'Timeline', events: 'Events' }

export const panelActions: readonly PanelAction[] = [
  action('Go to', 'queue', 'Queue', 'Q', 'Q', () => goToView('queue')),
  action('Go to', 'history', 'History', 'H', 'H', () => goToView('history')),
  action('Go to', 'health', 'Health', 'D', 'D', () => goToView('health')),
  action('Go to', 'settings', 'Settings', 'S', 'S', () => goToView('settings')),
  ...tabs.map((tab, index) =>
    action('Go to', `tab-${tab}`, `Details: ${tabWords[tab]}`, String(index + 1), String(index + 1), () =>
      goToTab(tab),
    ),
  ),
  action('Queue', 'new', 'New batch…', 'N', 'N', () => openDialog({ kind: 'new-batch', file: null })),
  action('Queue', 'queue-pause', 'Pause or resume the queue', 'shift+P', 'Shift P', () => {
    const paused = usePanel.getState().server?.queue.paused ?? false
    void pauseQueue(!paused)
  }),
  action(
    'Queue',
    'queue-stop',
    'Pause the queue and stop running jobs now',
    null,
    null,
    () => void pauseQueue(true, true),
  ),
  action('Queue', 'seen', 'Mark everything as seen', null, null, () => void markSeen()),
  action('Panel', 'undo', 'Undo', 'mod+Z', 'Ctrl Z', () => void undoLast()),
  action('Panel', 'search', 'Search', '/', '/', focusSearch),
  action('Panel', 'keys', 'All keys', '?', '?', () => openDialog({ kind: 'keys' })),
]
