/**
 * Owns what the desktop app opens in the panel: `#/queue?new=<file>` shows the new-batch dialog with that file
 * (or empty) and leaves no trace in the address. It only shows the preview; nothing is added without a person.
 */
import { openDialog } from './panel-store.ts'
import { formatPlace, parsePlace } from './place.ts'

/** Reads the address now and whenever it changes; returns the way to stop. */
export function followOpenedFiles(): () => void {
  const openFromAddress = () => {
    const query = location.hash.split('?')[1]
    const file = query === undefined ? null : new URLSearchParams(query).get('new')
    if (file === null) return
    history.replaceState(null, '', formatPlace(parsePlace(location.hash)))
    openDialog({ kind: 'new-batch', file: file === '' ? null : file })
  }
  openFromAddress()
  window.addEventListener('hashchange', openFromAddress)
  return () => window.removeEventListener('hashchange', openFromAddress)
}
