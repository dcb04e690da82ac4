/**
 * Owns the app's own native dialogs: choosing a file, stopping the countdown, what
 * a crash left. In front of the window where there is one. Decides nothing.
 */
import { type BrowserWindow, dialog, type MessageBoxOptions } from 'electron'

/** Shows it in front of the window if that is visible; the index of the pressed button. */
export async function showQuestion(
  window: BrowserWindow | null,
  question: MessageBoxOptions,
): Promise<number> {
  const answer =
    window?.isVisible() === true
      ? await dialog.showMessageBox(window, question)
      : await dialog.showMessageBox(question)
  return answer.response
}

/** A configuration from the native dialog, null when a person chose none. */
export async function pickConfiguration(window: BrowserWindow | null): Promise<string | null> {
  const options = {
    title: 'Open a configuration',
    properties: ['openFile' as const],
    filters: [
      { name: 'Configurations', extensions: ['yaml', 'yml', 'json'] },
      { name: 'All files', extensions: ['*'] },
    ],
  }
  const answer = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** Whether a newer version is wanted; it is installed at the next quit. */
export async function confirmUpdate(window: BrowserWindow | null, version: string): Promise<boolean> {
  const response = await showQuestion(window, {
    type: 'question',
    message: `Slipway ${version} is available.`,
    detail: 'It is downloaded now and installed when you quit. Running jobs are not affected.',
    buttons: ['Download', 'Not now'],
    defaultId: 1,
    cancelId: 1,
  })
  return response === 0
}

/** What ran at a crash and what happens next; resolves when it was dismissed. */
export async function reportInterruption(window: BrowserWindow | null, sentence: string): Promise<void> {
  await showQuestion(window, {
    type: 'info',
    message: 'Slipway recovered from an interruption',
    detail: sentence,
    buttons: ['OK'],
  })
}

/** Whether the countdown is stopped or skipped; closes by itself when the signal aborts. */
export async function confirmCountdown(sentence: string, signal: AbortSignal): Promise<'now' | 'stop'> {
  const response = await showQuestion(null, {
    type: 'question',
    message: sentence,
    buttons: ['Cancel', 'Continue now'],
    defaultId: 0,
    cancelId: 0,
    signal,
  })
  return response === 1 ? 'now' : 'stop'
}
