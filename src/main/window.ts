/**
 * Owns the one window: made when needed, hidden instead of closed, its place remembered, brought back after its
 * renderer died. Knows nothing of the queue; the panel in it talks to the core by itself.
 */
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import { eventsChannel, type WindowMessage } from '../contract/ipc.ts'
import { readPreferences, writePreferences } from './preferences.ts'
import { panelUrl } from './protocol.ts'
import { placeWindow, smallest } from './window-place.ts'

export type PanelWindowOptions = {
  preload: string
  icon: string
  /** Where the window's place is kept. */
  folder: string
  /** Called when a person closes the window: true hides it, false lets the app quit. */
  hideOnClose: () => boolean
  onHidden: () => void
  onFocus: () => void
  log: (line: string) => void
}

/** More crashes than this within a minute are not repaired without a question. */
const crashesAllowed = 3

export class PanelWindow {
  readonly #options: PanelWindowOptions
  #window: BrowserWindow | null = null
  #loaded = false
  #goTo: string | null = null
  #crashes: number[] = []

  constructor(options: PanelWindowOptions) {
    this.#options = options
  }

  /** The window while there is one. */
  get current(): BrowserWindow | null {
    return this.#window
  }

  get isInFront(): boolean {
    return this.#window?.isVisible() === true && this.#window.isFocused()
  }

  /** Shows the window (a new one if need be), in front; `hash` is a place in the panel, such as `#/history`. */
  show(hash?: string): void {
    if (hash !== undefined) this.#goTo = hash
    if (this.#window === null) {
      this.#create()
      return
    }
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
    this.#go()
  }

  /** Closes the window for good. */
  destroy(): void {
    this.#remember()
    this.#window?.destroy()
    this.#window = null
  }

  #create(): void {
    const preferences = readPreferences(this.#options.folder)
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((one) => one.workArea)
    const window = new BrowserWindow({
      ...placeWindow(preferences.bounds, areas),
      minWidth: smallest.width,
      minHeight: smallest.height,
      title: 'Slipway',
      show: false,
      icon: this.#options.icon,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1e' : '#ffffff',
      webPreferences: {
        preload: this.#options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    })
    this.#window = window
    this.#loaded = false
    if (preferences.maximized) window.maximize()
    // Shown once there is something to see, unless it was closed to the tray before.
    let closedEarly = false
    window.once('ready-to-show', () => closedEarly || window.show())
    window.on('close', (event) => {
      this.#remember()
      if (!this.#options.hideOnClose()) return
      event.preventDefault()
      closedEarly = true
      window.hide()
      this.#options.onHidden()
    })
    window.on('closed', () => {
      this.#window = null
    })
    window.on('focus', this.#options.onFocus)
    const contents = window.webContents
    contents.on('did-finish-load', () => {
      this.#loaded = true
      this.#go()
    })
    contents.on('render-process-gone', (_event, details) => {
      this.#loaded = false
      if (details.reason !== 'clean-exit') void this.#afterCrash(window, details.reason)
    })
    window.on('unresponsive', () => void this.#whileHung(window))
    // Rejects when the window is closed while it loads; a panel that fails to load is logged.
    window.loadURL(panelUrl).catch((cause: unknown) => this.#options.log(String(cause)))
  }

  #go(): void {
    if (this.#goTo === null || !this.#loaded || this.#window === null) return
    const message: WindowMessage = { go: this.#goTo }
    this.#goTo = null
    this.#window.webContents.send(eventsChannel, message)
  }

  #remember(): void {
    if (this.#window === null || this.#window.isDestroyed()) return
    writePreferences(this.#options.folder, {
      bounds: this.#window.getNormalBounds(),
      maximized: this.#window.isMaximized(),
    })
  }

  /** The queue is unaffected by a renderer's end: the core lives here. */
  async #afterCrash(window: BrowserWindow, reason: string): Promise<void> {
    const now = Date.now()
    this.#crashes = [...this.#crashes.filter((at) => now - at < 60_000), now]
    this.#options.log(`the window's renderer ended (${reason})`)
    if (this.#crashes.length > crashesAllowed) {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        message: 'The window keeps crashing.',
        detail: 'The queue is still running. Reopen the window, or keep it closed and use the tray.',
        buttons: ['Reopen', 'Keep closed'],
        defaultId: 0,
        cancelId: 1,
      })
      if (response !== 0) {
        window.destroy()
        return
      }
      this.#crashes = []
    }
    if (!window.isDestroyed()) window.webContents.reload()
  }

  async #whileHung(window: BrowserWindow): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'warning',
      message: 'The window is not responding.',
      detail: 'The queue is still running.',
      buttons: ['Wait', 'Reload'],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 1 && !window.isDestroyed()) window.webContents.reload()
  }
}
