/**
 * Owns noticing that Windows ends the session. Windows reports it to windows only, so there is always one: hidden,
 * with nothing in it, also after a start without the panel. Elsewhere the power monitor and signals report it.
 */
import { BrowserWindow } from 'electron'

/** Calls `onEnd` when the session ends; returns what stops watching. Does nothing on other systems. */
export function watchSessionEnd(onEnd: () => void, platform: NodeJS.Platform): () => void {
  if (platform !== 'win32') return () => {}
  const window = new BrowserWindow({ show: false, skipTaskbar: true })
  window.on('session-end', onEnd)
  return () => window.destroy()
}
