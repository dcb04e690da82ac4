/** Owns the channel to the test: it sends requests over Node's own channel between processes, and every question is answered. */

import type { MenuItemConstructorOptions } from 'electron'
import type { DesktopOps } from '../e2e/desktop/desktop-driver.ts'
import { app } from './app-double.ts'
import { debugAddress } from './browser.ts'
import { live, nativeTheme, powerMonitor } from './native-double.ts'
import { record } from './record.ts'
import { handlers } from './session-double.ts'
import { onlyWindow } from './windows-double.ts'

type Items = readonly MenuItemConstructorOptions[]

/** Clicks the item with this label, in whichever menu it is; false when there is none. */
function clickIn(items: Items, label: string): boolean {
  return items.some((item) => {
    if (Array.isArray(item.submenu) && clickIn(item.submenu, label)) return true
    if (item.label?.replace(/&(?!&)/g, '') !== label) return false
    if (item.enabled === false) throw new Error(`${label} is not enabled`)
    ;(item.click as () => void)()
    return true
  })
}

function click(items: Items, label: string): void {
  if (!clickIn(items, label)) throw new Error(`no menu item ${label}`)
}

/** What a test may ask for, by name. */
const ops = {
  state: () => {
    const window = onlyWindow()
    return {
      ...record,
      window: window && {
        visible: window.double.visible,
        focused: window.double.focused,
        bounds: window.double.bounds,
        progress: window.double.progress,
        webPreferences: { ...window.double.options.webPreferences },
        url: window.webContents.getURL(),
        crashed: window.webContents.isCrashed(),
      },
      themeSource: nativeTheme.themeSource,
      schemes: handlers.schemes,
      pid: process.pid,
    }
  },
  debugAddress,
  menu: (label: string) => click(live.menu?.double ?? [], label),
  trayMenu: (label: string) => click(live.trayMenu?.double ?? [], label),
  trayClick: () => void live.tray?.emit('click', {}),
  trayDrop: (...files: string[]) => void live.tray?.emit('drop-files', {}, files),
  notificationClick: (index: number) => void live.notifications[index]?.emit('click', {}),
  prepareAnswer: (answer: number | string[]) => void record.answers.push(answer),
  answer: (choice: number | string[]) => {
    const [question] = live.questions
    if (question === undefined) throw new Error('no question is open')
    question.answer(choice)
  },
  power: (event: string) => void powerMonitor.emit(event),
  sessionEnds: () => void onlyWindow()?.emit('session-end', {}),
  battery: (on: boolean) => {
    live.onBattery = on
    powerMonitor.emit(on ? 'on-battery' : 'on-ac')
  },
  systemDark: (dark: boolean) => {
    live.systemDark = dark
    nativeTheme.emit('updated')
  },
  closeWindow: () => onlyWindow()?.close(),
  blur: () => {
    const window = onlyWindow()
    if (window) window.double.focused = false
  },
  moveWindow: (x: number, y: number, width: number, height: number) => {
    const window = onlyWindow()
    if (window) window.double.bounds = { x, y, width, height }
  },
  openFile: (file: string) => {
    const event = { preventDefault() {} }
    return void app.emit('open-file', event, file)
  },
  openUrl: (url: string) => void app.emit('open-url', { preventDefault() {} }, url),
  quit: () => app.quit(),
  /** A call from another web contents than the panel's, with whatever address it claims. */
  foreignInvoke: async (channel: string, address: string, ...args: unknown[]) => {
    const frame = { url: address }
    const sender = { id: 9_999, mainFrame: frame }
    const handler = handlers.invoke.get(channel)
    try {
      return { value: await handler?.({ sender, senderFrame: frame } as never, ...args) }
    } catch (cause) {
      return { error: String(cause) }
    }
  },
  permission: (name: string) =>
    new Promise((resolve) => {
      const contents = onlyWindow()?.webContents
      handlers.permissionRequest?.(contents as never, name as never, resolve, {} as never)
    }),
  device: () => handlers.device?.({} as never) ?? null,
  frameInvoke: async (channel: string, ...args: unknown[]) => {
    const page = await onlyWindow()?.webContents.double.page
    const frame = page?.frames()[1]
    if (!frame) throw new Error('there is no frame in the panel')
    return frame.evaluate(
      ([name, values]) =>
        (
          window as unknown as { __electronDoubleInvoke(c: unknown, a: unknown): Promise<{ error?: string }> }
        ).__electronDoubleInvoke(name, values),
      [channel, args] as const,
    )
  },
  panelText: async () => (await (await onlyWindow()?.webContents.double.page)?.innerText('body')) ?? '',
  crashRenderer: async () => {
    const page = await onlyWindow()?.webContents.double.page
    if (!page) throw new Error('no window')
    const line = await page.context().newCDPSession(page)
    void line.send('Page.crash').catch(() => {})
  },
} satisfies DesktopOps & { debugAddress: unknown }
type Ops = typeof ops

process.on('message', async (message: { id: number; op: keyof Ops; args: never[] }) => {
  try {
    const value = await (ops[message.op] as (...args: never[]) => unknown)(...message.args)
    process.send?.({ id: message.id, value: value ?? null })
  } catch (cause) {
    process.send?.({ id: message.id, error: String(cause) })
  }
})
