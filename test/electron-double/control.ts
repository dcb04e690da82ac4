/** Owns the line to the test: it asks over Node's own channel between processes, and every question is answered. */

import type { MenuItemConstructorOptions } from 'electron'
import { app } from './app-double.ts'
import { debugAddress } from './browser.ts'
import { live, nativeTheme, powerMonitor } from './native-double.ts'
import { record } from './record.ts'
import { handlers } from './session-double.ts'
import { onlyWindow } from './windows-double.ts'

type Items = readonly MenuItemConstructorOptions[]

function click(items: Items, labels: readonly string[]): void {
  const [label, ...below] = labels
  const item = items.find((one) => one.label?.replace(/&(?!&)/g, '') === label)
  if (item === undefined) throw new Error(`no menu item ${label}`)
  if (below.length > 0) return click(item.submenu as Items, below)
  if (item.enabled === false) throw new Error(`${label} is not enabled`)
  ;(item.click as () => void)()
}

/** What a test may ask for, by name. */
export const ops = {
  state: () => {
    const window = onlyWindow()
    return {
      ...record,
      window: window && {
        ...window.double,
        url: window.webContents.getURL(),
        crashed: window.webContents.isCrashed(),
      },
      themeSource: nativeTheme.themeSource,
      schemes: handlers.schemes,
      pid: process.pid,
    }
  },
  debugAddress,
  menu: (...labels: string[]) => click(live.menu?.double ?? [], labels),
  trayMenu: (label: string) => click(live.trayMenu?.double ?? [], [label]),
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
  activate: () => void app.emit('activate', {}),
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
  crashRenderer: async () => {
    const page = await onlyWindow()?.webContents.double.page
    if (!page) throw new Error('no window')
    const line = await page.context().newCDPSession(page)
    void line.send('Page.crash').catch(() => {})
  },
}
export type Ops = typeof ops

process.on('message', async (message: { id: number; op: keyof Ops; args: never[] }) => {
  try {
    const value = await (ops[message.op] as (...args: never[]) => unknown)(...message.args)
    process.send?.({ id: message.id, value: value ?? null })
  } catch (cause) {
    process.send?.({ id: message.id, error: String(cause) })
  }
})
