/**
 * Runs inside main of a real Electron before the app does (`-r`): records and steers what a test can't see or reach
 * there. Native dialogs, notifications, the browser and the file manager are replaced; windows, tray, menus, sessions
 * and IPC stay Electron's own and are only listened to. Its types are taken away before it is loaded, so it has no
 * imports at run time.
 */
import type * as Electron from 'electron'
import type { DialogRecord, MenuRecord } from '../../electron-double/record.ts'
import type { DesktopOps, DesktopState } from './desktop-driver.ts'

export type Hook = DesktopOps

const electron = require('electron') as typeof Electron
const { app, dialog, ipcMain, Menu, nativeImage, nativeTheme, powerMonitor, powerSaveBlocker } = electron

const seen = {
  tray: null as DesktopState['tray'],
  notifications: [] as DesktopState['notifications'],
  dialogs: [] as DialogRecord[],
  answers: [] as (number | string[])[],
  blockers: [] as DesktopState['blockers'],
  opened: [] as string[],
  revealed: [] as string[],
  badge: 0,
  strangers: [] as string[],
  schemes: [] as DesktopState['schemes'],
  loginItem: null as DesktopState['loginItem'],
  focused: false,
  progress: { value: -1, mode: 'none' },
}
const live = {
  tray: null as Electron.Tray | null,
  trayMenu: null as Electron.Menu | null,
  notifications: [] as Electron.Notification[],
  questions: [] as { id: number; answer: (choice: number | string[]) => void }[],
  handlers: new Map<string, (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown>(),
  permission: null as Parameters<Electron.Session['setPermissionRequestHandler']>[0],
  device: null as Parameters<Electron.Session['setDevicePermissionHandler']>[0],
  onBattery: false,
  systemDark: false,
}

/** Puts `instead` in the place of a method; it gets the original, bound. */
function replace<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  instead: (original: T[K], self: () => unknown) => T[K],
): void {
  const original = owner[name]
  let self: unknown = owner
  const bound = ((...args: unknown[]) => (original as (...a: unknown[]) => unknown).apply(self, args)) as T[K]
  const made = instead(bound, () => self) as (...args: unknown[]) => unknown
  const placed = function (this: unknown, ...args: unknown[]) {
    self = this ?? owner
    return made(...args)
  }
  Object.defineProperty(owner, name, { value: placed, writable: true, configurable: true })
}

const pictures = new WeakMap<object, string>()
replace(nativeImage, 'createFromPath', (original) => (file) => {
  const image = original(file)
  pictures.set(image, file)
  return image
})
const trayOf = (self: unknown) => {
  live.tray = self as Electron.Tray
  seen.tray ??= { picture: '', tooltip: '', menu: [] }
  return seen.tray
}
replace(electron.Tray.prototype, 'setImage', (original, self) => (image) => {
  trayOf(self()).picture = typeof image === 'string' ? image : (pictures.get(image) ?? '')
  original(image)
})
replace(electron.Tray.prototype, 'setToolTip', (original, self) => (text) => {
  trayOf(self()).tooltip = text
  original(text)
})
replace(electron.Tray.prototype, 'setContextMenu', (original, self) => (menu) => {
  trayOf(self()).menu = menu === null ? [] : recordOf(menu.items)
  live.trayMenu = menu
  original(menu)
})

function recordOf(items: readonly Electron.MenuItem[]): MenuRecord[] {
  return items.map((item) => ({
    label: item.label || item.role || item.type,
    enabled: item.enabled,
    ...(item.role ? { role: item.role } : {}),
    ...(item.accelerator ? { accelerator: String(item.accelerator) } : {}),
    ...(item.submenu ? { items: recordOf(item.submenu.items) } : {}),
  }))
}

// Not shown: a machine without a notification service would refuse, and nobody could click.
electron.Notification.isSupported = () => true
replace(electron.Notification.prototype, 'show', (_original, self) => () => {
  const one = self() as Electron.Notification
  live.notifications.push(one)
  seen.notifications.push({ title: one.title, body: one.body, closed: false })
})
replace(electron.Notification.prototype, 'close', (_original, self) => () => {
  const one = seen.notifications[live.notifications.indexOf(self() as Electron.Notification)]
  if (one) one.closed = true
})

let dialogs = 0
function ask(kind: string, options: object, quiet: number | string[], signal?: AbortSignal) {
  const entry = { id: ++dialogs, kind, options: JSON.parse(JSON.stringify(options)), open: true }
  seen.dialogs.push(entry)
  return new Promise<number | string[]>((resolve) => {
    const answer = (choice: number | string[]) => {
      entry.open = false
      live.questions = live.questions.filter((one) => one.id !== entry.id)
      resolve(choice)
    }
    signal?.addEventListener('abort', () => answer(quiet))
    const ready = seen.answers.shift()
    if (ready !== undefined) answer(ready)
    else live.questions.push({ id: entry.id, answer })
  })
}
/** The window is the optional first argument. */
const lastOf = (args: unknown[]) => args[args.length - 1]
Object.assign(dialog, {
  async showMessageBox(...args: unknown[]) {
    const options = lastOf(args) as Electron.MessageBoxOptions
    const answer = await ask('message', options, options.cancelId ?? 0, options.signal)
    return { response: typeof answer === 'number' ? answer : 0, checkboxChecked: false }
  },
  async showOpenDialog(...args: unknown[]) {
    const answer = await ask('open', lastOf(args) as object, [])
    const filePaths = typeof answer === 'number' ? [] : answer
    return { canceled: filePaths.length === 0, filePaths }
  },
  async showSaveDialog(...args: unknown[]) {
    const answer = await ask('save', lastOf(args) as object, [])
    const filePath = typeof answer === 'number' ? '' : (answer[0] ?? '')
    return { canceled: filePath === '', filePath }
  },
  showErrorBox(title: string, content: string) {
    seen.dialogs.push({ id: ++dialogs, kind: 'error', options: { title, content }, open: false })
  },
})

replace(powerSaveBlocker, 'start', (original) => (kind) => {
  const id = original(kind)
  seen.blockers.push({ id, kind, open: true })
  return id
})
replace(powerSaveBlocker, 'stop', (original) => (id) => {
  for (const one of seen.blockers) if (one.id === id) one.open = false
  return original(id)
})
powerMonitor.isOnBatteryPower = () => live.onBattery
electron.shell.openExternal = async (url) => void seen.opened.push(url)
electron.shell.showItemInFolder = (file) => void seen.revealed.push(file)
replace(app, 'setBadgeCount', (original) => (count) => {
  seen.badge = count ?? 0
  return original(count)
})
app.setLoginItemSettings = (settings) => {
  seen.loginItem = { ...settings }
}
Object.defineProperty(nativeTheme, 'shouldUseDarkColors', {
  configurable: true,
  get: () => nativeTheme.themeSource === 'dark' || (nativeTheme.themeSource === 'system' && live.systemDark),
})
replace(electron.protocol, 'registerSchemesAsPrivileged', (original) => (schemes) => {
  seen.schemes.push(...(schemes as DesktopState['schemes']))
  original(schemes)
})
replace(ipcMain, 'handle', (original) => (channel, listener) => {
  live.handlers.set(channel, listener)
  original(channel, listener)
})

// A machine without a window manager never says that a window has the focus.
const windows = electron.BrowserWindow.prototype
const gains = (original: () => void) => () => {
  seen.focused = true
  original()
}
replace(windows, 'show', gains)
replace(windows, 'focus', gains)
replace(windows, 'hide', (original) => () => {
  seen.focused = false
  original()
})
windows.isFocused = () => seen.focused
replace(windows, 'setProgressBar', (original) => (value, options) => {
  seen.progress = { value, mode: options?.mode ?? 'normal' }
  original(value, options)
})

// Requested before the app's own request, so this comes first.
void app.whenReady().then(() => {
  const session = electron.session.defaultSession
  replace(session, 'setPermissionRequestHandler', (original) => (handler) => {
    live.permission = handler
    original(handler)
  })
  replace(session, 'setDevicePermissionHandler', (original) => (handler) => {
    live.device = handler
    original(handler)
  })
  // After the app's own listener: the native dialog can't be answered, so the prepared path takes its place.
  const onDownload = (event: Electron.Event, item: Electron.DownloadItem) => {
    if (event.defaultPrevented) return
    const entry = { id: ++dialogs, kind: 'save', options: { ...item.getSaveDialogOptions() }, open: false }
    seen.dialogs.push(JSON.parse(JSON.stringify(entry)))
    const [file] = [seen.answers.shift()].flat()
    if (typeof file === 'string') item.setSavePath(file)
    else item.cancel()
  }
  setImmediate(() => session.on('will-download', onDownload))
  type Answer = (response: Electron.CallbackResponse) => void
  type Listener = (details: Electron.OnBeforeRequestListenerDetails, answer: Answer) => void
  const requests = session.webRequest as unknown as { onBeforeRequest(listener: Listener): void }
  replace(requests, 'onBeforeRequest', (original) => (listener) => {
    original((details, answer) =>
      listener(details, (response) => {
        if (response.cancel) seen.strangers.push(details.url)
        answer(response)
      }),
    )
  })
})

/** The panel's; the one that waits for the end of a Windows session has no address. */
const theWindow = () =>
  electron.BrowserWindow.getAllWindows().find((window) => window.webContents.getURL() !== '') ?? null
function windowState(): DesktopState['window'] {
  const window = theWindow()
  if (window === null) return null
  const contents = window.webContents as Electron.WebContents & {
    getLastWebPreferences?: () => Record<string, unknown> | null
  }
  return {
    url: contents.getURL(),
    visible: window.isVisible(),
    focused: seen.focused,
    crashed: contents.isCrashed(),
    bounds: window.getNormalBounds(),
    progress: seen.progress,
    webPreferences: { ...contents.getLastWebPreferences?.() },
  }
}

function clickIn(menu: Electron.Menu | null, label: string): boolean {
  for (const item of menu?.items ?? []) {
    if (item.label.replace(/&(?!&)/g, '') === label) {
      if (!item.enabled) throw new Error(`${label} is not enabled`)
      // Electron's own click needs no real one: it calls the template's.
      item.click()
      return true
    }
    if (item.submenu && clickIn(item.submenu, label)) return true
  }
  return false
}
function click(menu: Electron.Menu | null, label: string): void {
  if (!clickIn(menu, label)) throw new Error(`no menu item ${label}`)
}

async function invokeAs(event: object, channel: string, args: unknown[]): Promise<{ error?: string }> {
  try {
    await live.handlers.get(channel)?.(event as Electron.IpcMainInvokeEvent, ...args)
    return {}
  } catch (cause) {
    return { error: String(cause) }
  }
}
/** What ends the app happens after the test has its answer. */
const soon = (work: () => void) => void setImmediate(work)

const hook: Hook = {
  state: () => ({
    tray: seen.tray,
    menu: recordOf(Menu.getApplicationMenu()?.items ?? []),
    notifications: seen.notifications,
    dialogs: seen.dialogs,
    answers: seen.answers,
    blockers: seen.blockers,
    opened: seen.opened,
    revealed: seen.revealed,
    badge: seen.badge,
    strangers: seen.strangers,
    refusedWindows: [],
    loginItem: seen.loginItem,
    window: windowState(),
    themeSource: nativeTheme.themeSource,
    schemes: seen.schemes,
    pid: process.pid,
  }),
  menu: (label) => click(Menu.getApplicationMenu(), label),
  trayMenu: (label) => click(live.trayMenu, label),
  trayClick: () => void live.tray?.emit('click', {}),
  trayDrop: (...files) => void live.tray?.emit('drop-files', {}, files),
  notificationClick: (index) => void live.notifications[index]?.emit('click', {}),
  prepareAnswer: (answer) => void seen.answers.push(answer),
  answer(choice) {
    const [question] = live.questions
    if (question === undefined) throw new Error('no question is open')
    soon(() => question.answer(choice))
  },
  power: (event) => soon(() => (powerMonitor as unknown as NodeJS.EventEmitter).emit(event)),
  sessionEnds: () =>
    soon(() => {
      for (const window of electron.BrowserWindow.getAllWindows())
        (window as unknown as NodeJS.EventEmitter).emit('session-end', {})
    }),
  battery(on) {
    live.onBattery = on
    ;(powerMonitor as unknown as NodeJS.EventEmitter).emit(on ? 'on-battery' : 'on-ac')
  },
  systemDark(dark) {
    live.systemDark = dark
    nativeTheme.emit('updated')
  },
  closeWindow: () => theWindow()?.close(),
  blur() {
    seen.focused = false
  },
  moveWindow: (x, y, width, height) => theWindow()?.setBounds({ x, y, width, height }),
  openFile: (file) => void app.emit('open-file', { preventDefault() {} }, file),
  openUrl: (url) => void app.emit('open-url', { preventDefault() {} }, url),
  quit: () => soon(() => app.quit()),
  foreignInvoke(channel, address, ...args) {
    const frame = { url: address }
    return invokeAs({ sender: { id: 9_999, mainFrame: frame }, senderFrame: frame }, channel, args)
  },
  frameInvoke(channel, ...args) {
    const sender = theWindow()?.webContents
    return invokeAs({ sender, senderFrame: sender?.mainFrame.frames[0] ?? null }, channel, args)
  },
  permission: (name) =>
    new Promise((resolve) => {
      const contents = theWindow()?.webContents
      live.permission?.(contents as never, name as never, resolve, {} as never)
    }),
  device: () => live.device?.({} as never) ?? null,
  crashRenderer: () => theWindow()?.webContents.forcefullyCrashRenderer(),
  panelText: async () =>
    String((await theWindow()?.webContents.executeJavaScript('document.body.innerText')) ?? ''),
}
Object.assign(globalThis, { __slipwayHook: hook })
