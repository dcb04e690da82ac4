/**
 * Owns what the tab says while nobody looks at the page: how far the running batch is, and red where something needs a
 * person.
 */
import { useEffect } from 'react'
import { percentDone } from '../../contract/words.ts'
import { type PanelState, usePanel } from '../store/panel-store.ts'

/** '43 % · Slipway', 'Paused · Slipway', 'Not connected · Slipway', or just 'Slipway'. */
function tabTitle({ link, server }: Pick<PanelState, 'link' | 'server'>): string {
  const parts = ['Slipway']
  if (link.state === 'lost') parts.unshift('Not connected')
  else if (server?.running) parts.unshift(`${percentDone(server.running.batch.jobs)} %`)
  else if (server?.queue.paused) parts.unshift('Paused')
  return parts.join(' · ')
}

/** Whether the icon is red: something needs attention, the running batch has failures, or nothing is known. */
function isAlarming({ link, server }: Pick<PanelState, 'link' | 'server'>): boolean {
  if (link.state === 'lost') return true
  return (server?.attention.length ?? 0) > 0 || (server?.running?.batch.jobs.failed ?? 0) > 0
}

/** Keeps title and icon of the tab up to date. */
export function useTabTitle(): void {
  const title = usePanel(tabTitle)
  const alarming = usePanel(isAlarming)
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (icon) icon.href = alarming ? './icon-alert.svg' : './icon.svg'
  }, [alarming])
}
