/**
 * Owns the progress on the taskbar or dock icon, and the badge with the failures nobody has seen.
 */
import { app, type BrowserWindow, nativeImage } from 'electron'
import type { LiveQueue } from '../contract/queue-state.ts'
import { doneJobs } from '../contract/words.ts'
import { unseenFailures } from './queue-steps.ts'

type Progress = { value: number; mode: 'none' | 'normal' | 'paused' | 'error' }

/** What the icon shows; value -1 shows nothing. */
function progressFor(state: LiveQueue): Progress {
  const batch = state.running?.batch
  if (batch === undefined || batch.jobs.total === 0) return { value: -1, mode: 'none' }
  const value = doneJobs(batch.jobs) / batch.jobs.total
  if (state.queue.paused || batch.pausing) return { value, mode: 'paused' }
  return { value, mode: batch.jobs.failed > 0 ? 'error' : 'normal' }
}

/** Shows it on the window's icon and the app's badge. */
export function showProgress(state: LiveQueue, window: BrowserWindow | null, overlay: string): void {
  const failures = unseenFailures(state)
  app.setBadgeCount(failures)
  if (window === null || window.isDestroyed()) return
  const { value, mode } = progressFor(state)
  window.setProgressBar(value, { mode })
  // Windows has no badge for desktop apps, but a small picture on the taskbar button.
  if (process.platform === 'win32') {
    const picture = failures > 0 ? nativeImage.createFromPath(overlay) : null
    window.setOverlayIcon(picture, failures > 0 ? `${failures} new failures` : '')
  }
}
