/**
 * The doubles of BrowserWindow and WebContents: each is a page of a real Chromium. `app://x/` is shown as
 * `https://x.app.invalid/` (a secure origin of its own, served by the real protocol handler with its real headers),
 * and translated back wherever main looks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type * as Real from 'electron'
import type { Frame, Page, Route } from 'playwright'
import { app, ending } from './app-double.ts'
import { browser } from './browser.ts'
import { Emitter, loud, onlyReal, refusable } from './loud.ts'
import { ask, live, nativeTheme } from './native-double.ts'
import { record } from './record.ts'
import { handlers, willDownload } from './session-double.ts'

export const toPage = (url: string) => url.replace(/^app:\/\/([^/]+)/, 'https://$1.app.invalid')
export const toMain = (url: string) => url.replace(/^https:\/\/([^/]+)\.app\.invalid/, 'app://$1')

const world = readFileSync(new URL('./preload-world.js', import.meta.url), 'utf8')
const all = new Set<DoubleWindow>()
/** Windows that were not destroyed; the set holds them without their loud wrapping. */
const shown = () => [...all].filter((window) => !window.double.destroyed)
let ids = 0

class DoubleContents extends Emitter {
  readonly id = ++ids
  readonly double: {
    page: Promise<Page> | null
    preload: string
    expected: string | null
    crashed: boolean
    destroyed: boolean
    url: string
    frames: Map<Frame, object>
    open: ((details: { url: string }) => { action: string }) | null
    fresh: () => Promise<Page>
    size: { width: number; height: number }
  }
  constructor(preload: string, size: { width: number; height: number }) {
    super()
    this.double = {
      page: null,
      preload,
      expected: null,
      crashed: false,
      destroyed: false,
      url: '',
      frames: new Map(),
      open: null,
      fresh: () => openPage(this),
      size,
    }
  }
  get mainFrame() {
    return this.double.frames.get(mainKey(this)) as Real.WebFrameMain
  }
  getURL() {
    return this.double.url
  }
  isDestroyed() {
    return this.double.destroyed
  }
  isCrashed() {
    return this.double.crashed
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }) {
    this.double.open = handler
  }
  send(channel: string, ...args: unknown[]) {
    const copied = structuredClone(args)
    void this.double.page
      ?.then((page) =>
        page.evaluate(
          ([name, values]) =>
            (
              window as unknown as { __electronDoubleEmit?: (c: string, a: unknown[]) => void }
            ).__electronDoubleEmit?.(name as string, values as unknown[]),
          [channel, copied] as const,
        ),
      )
      // A page that navigates or is gone misses the message, as in Electron.
      .catch(() => {})
  }
  reload() {
    void this.double.page?.then(async (page) => {
      this.double.expected = toPage(this.double.url)
      if (!this.double.crashed) return page.reload()
      this.double.crashed = false
      await page.close().catch(() => {})
      this.double.page = this.double.fresh()
      return (await this.double.page).goto(toPage(this.double.url))
    })
  }
}
onlyReal<Exclude<keyof DoubleContents, keyof Real.WebContents | 'double'>>()

const keys = new WeakMap<object, Frame>()
const mainKey = (contents: object) => keys.get(contents) as Frame

/** One object for each frame, so that main can compare them. */
function frameOf(contents: DoubleContents, frame: Frame): object {
  const known = contents.double.frames.get(frame)
  if (known) return known
  const made = Object.defineProperty({}, 'url', { get: () => toMain(frame.url()) })
  contents.double.frames.set(frame, made)
  return made
}

async function openPage(contents: DoubleContents): Promise<Page> {
  const context = await browser()
  const page = await context.newPage()
  keys.set(contents, page.mainFrame())
  frameOf(contents, page.mainFrame())
  await page.setViewportSize(contents.double.size)
  await page.emulateMedia({ colorScheme: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' })
  await page.exposeBinding('__electronDoubleInvoke', async ({ frame }, channel: string, args: unknown[]) => {
    const handler = handlers.invoke.get(channel)
    if (handler === undefined) return { error: `No handler registered for '${channel}'` }
    const event = { sender: contents, senderFrame: frameOf(contents, frame), frameId: 0, processId: 0 }
    try {
      return { value: structuredClone(await handler(event as unknown as Real.IpcMainInvokeEvent, ...args)) }
    } catch (cause) {
      return { error: String(cause) }
    }
  })
  await page.exposeBinding('__electronDoubleOpen', (_source, address: string) => {
    const verdict = contents.double.open?.({ url: toMain(address) })
    if (verdict?.action !== 'deny') throw new Error('electron double: only refused windows are modelled')
    record.refusedWindows.push(toMain(address))
  })
  await page.addInitScript(world.replace('PRELOAD', () => readFileSync(contents.double.preload, 'utf8')))
  await page.route('**/*', (route) => answer(contents, page, route))
  page.on('popup', (popup) => {
    void popup.waitForEvent('domcontentloaded').catch(() => {})
    record.refusedWindows.push(toMain(popup.url()))
    void popup.close().catch(() => {})
  })
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) return
    contents.double.url = toMain(frame.url())
  })
  page.on('load', () => {
    if (page.url() === 'about:blank') return
    contents.emit('did-finish-load')
    contents.emit('double-loaded')
  })
  await page.exposeBinding(
    '__electronDoubleDownload',
    async (_source, url: string, name: string, bytes: number[]) => {
      const options = willDownload(
        url.replace(/^blob:https:\/\/([^/]+)\.app\.invalid/, 'blob:app://$1'),
        name,
      )
      const chosen = options === null ? [] : await ask('save', options, [])
      const [file] = Array.isArray(chosen) ? chosen : []
      if (file !== undefined) writeFileSync(file, Buffer.from(bytes))
    },
  )
  page.on('crash', () => {
    contents.double.crashed = true
    contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
  })
  return page
}

/** What Chromium wants to load passes main's guards first, and then its protocol handler. */
async function answer(contents: DoubleContents, page: Page, route: Route): Promise<void> {
  const request = route.request()
  const url = toMain(request.url())
  if (request.isNavigationRequest() && request.url() !== contents.double.expected) {
    const isMainFrame = request.frame() === page.mainFrame()
    const event = refusable({ url, isMainFrame, isSameDocument: false })
    contents.emit('will-frame-navigate', event)
    if (isMainFrame) contents.emit('will-navigate', event, url)
    if (event.defaultPrevented) return route.abort('aborted')
  }
  contents.double.expected = null
  if (await handlers.beforeRequest?.(url)) {
    record.strangers.push(url)
    return route.abort('blockedbyclient')
  }
  const scheme = url.split(':')[0] ?? ''
  const handler = handlers.protocol.get(scheme)
  if (handler === undefined) {
    record.strangers.push(url)
    return route.abort('addressunreachable')
  }
  const response = await handler(new Request(url, { method: request.method() }))
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  })
}

class DoubleWindow extends Emitter {
  readonly webContents: DoubleContents
  readonly double: {
    options: Real.BrowserWindowConstructorOptions
    bounds: Real.Rectangle
    visible: boolean
    focused: boolean
    minimized: boolean
    maximized: boolean
    destroyed: boolean
    progress: { value: number; mode: string }
  }
  constructor(options: Real.BrowserWindowConstructorOptions = {}) {
    super()
    const { width = 800, height = 600, x = 100, y = 80 } = options
    this.webContents = loud(
      'webContents',
      new DoubleContents(options.webPreferences?.preload ?? '', { width, height }),
    )
    this.double = {
      options,
      bounds: { x, y, width, height },
      visible: options.show !== false,
      focused: false,
      minimized: false,
      maximized: false,
      destroyed: false,
      progress: { value: -1, mode: 'none' },
    }
    all.add(this)
    this.webContents.once('double-loaded', () => this.emit('ready-to-show'))
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string) {
    const contents = this.webContents
    contents.double.url = url
    contents.double.page ??= contents.double.fresh()
    const page = await contents.double.page
    contents.double.expected = toPage(url)
    await page.goto(toPage(url))
  }
  show() {
    this.double.visible = true
    this.focus()
  }
  hide() {
    this.double.visible = false
    this.double.focused = false
  }
  focus() {
    this.double.focused = true
    this.emit('focus')
  }
  isVisible() {
    return this.double.visible
  }
  isFocused() {
    return this.double.focused
  }
  isMinimized() {
    return this.double.minimized
  }
  restore() {
    this.double.minimized = false
  }
  maximize() {
    this.double.maximized = true
  }
  isMaximized() {
    return this.double.maximized
  }
  isDestroyed() {
    return this.double.destroyed
  }
  getNormalBounds() {
    return { ...this.double.bounds }
  }
  setProgressBar(value: number, options?: Real.ProgressBarOptions) {
    this.double.progress = { value, mode: options?.mode ?? 'normal' }
  }
  close() {
    const event = refusable({})
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    if (this.double.destroyed) return
    this.double.destroyed = true
    this.webContents.double.destroyed = true
    void this.webContents.double.page?.then((page) => page.close()).catch(() => {})
    this.emit('closed')
  }
}
onlyReal<Exclude<keyof DoubleWindow, keyof Real.BrowserWindow | 'double'>>()
export const BrowserWindow = loud('BrowserWindow', DoubleWindow)

ending.windows = () => {
  for (const window of shown()) window.close()
  return shown().length === 0
}

nativeTheme.on('updated', () => {
  for (const window of shown())
    void window.webContents.double.page?.then((page) =>
      page.emulateMedia({ colorScheme: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' }),
    )
})

/** The one window a test drives. */
export function onlyWindow(): DoubleWindow | null {
  return shown()[0] ?? null
}

export { live }
