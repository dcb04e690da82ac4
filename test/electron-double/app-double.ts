/** The double of `app`: readiness, one instance, quitting. Its lock is a file in the user data folder. */
import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { App } from 'electron'
import { Emitter, loud, type Modelled, refusable } from './loud.ts'
import { record } from './record.ts'

const paths = new Map<string, string>()
const lockFile = () => path.join(paths.get('userData') ?? '/nowhere', 'double.lock')
export const userData = () => paths.get('userData') ?? '/nowhere'
/** Closes the windows; set by windows-double.ts. */
export const ending = { windows: () => true as boolean }
/** What macOS knows of the app's start. */
export const login = { openedTheApp: false }
let holdsLock = false
let quitting = false

const model = {
  isPackaged: false,
  setName() {},
  setAppUserModelId() {},
  getAppPath: () => path.resolve(import.meta.dirname, '../..'),
  getVersion: () => '0.0.0',
  setPath(name: string, value: string) {
    paths.set(name, value)
  },
  requestSingleInstanceLock() {
    const folder = userData()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      writeFileSync(lockFile(), String(process.pid), { flag: 'wx' })
    } catch {
      const holder = Number(readFileSync(lockFile(), 'utf8'))
      if (isAlive(holder)) {
        const note = path.join(folder, `handover-${randomUUID()}`)
        writeFileSync(`${note}.new`, JSON.stringify({ argv: process.argv, cwd: process.cwd() }))
        renameSync(`${note}.new`, `${note}.json`)
        return false
      }
      writeFileSync(lockFile(), String(process.pid))
    }
    holdsLock = true
    listenForSecond(folder)
    return true
  },
  async whenReady() {
    await new Promise((resolve) => setImmediate(resolve))
  },
  quit() {
    if (quitting) return
    const event = refusable({})
    app.emit('before-quit', event)
    if (event.defaultPrevented || !ending.windows()) return
    app.emit('will-quit', refusable({}))
    leave(0)
  },
  exit: (code?: number) => leave(code ?? 0),
  setBadgeCount(count?: number) {
    record.badge = count ?? 0
    return true
  },
  /** As on Windows: an entry is found only by the program and the arguments that it was made with. */
  getLoginItemSettings: (entry?: Entry) =>
    ({
      openAtLogin: record.loginItem?.openAtLogin === true && isSameEntry(record.loginItem, entry),
      wasOpenedAtLogin: login.openedTheApp,
    }) as Electron.LoginItemSettings,
  setLoginItemSettings(settings: Electron.Settings) {
    if (settings.openAtLogin !== true && !isSameEntry(record.loginItem, settings))
      throw new Error('electron double: no login item has this program and these arguments')
    record.loginItem = { ...settings }
  },
} satisfies Modelled<App>

type Entry = { path?: string; args?: string[] }

function isSameEntry(one: Entry | null, other: Entry = {}): boolean {
  return one?.path === other.path && JSON.stringify(one?.args) === JSON.stringify(other.args)
}

function leave(code: number): void {
  quitting = true
  if (holdsLock) rmSync(lockFile(), { force: true })
  // Playwright ends Chromium with this process. The answer to the test's last question goes out first: messages are
  // written in their order, and this one behind it.
  setImmediate(() =>
    process.send ? process.send({ leaving: code }, () => process.exit(code)) : process.exit(code),
  )
}

function listenForSecond(folder: string): void {
  const look = () => {
    for (const name of readdirSync(folder).filter((one) => /^handover-.*\.json$/.test(one))) {
      const file = path.join(folder, name)
      if (!existsSync(file)) continue
      const { argv, cwd } = JSON.parse(readFileSync(file, 'utf8'))
      rmSync(file, { force: true })
      app.emit('second-instance', refusable({}), argv, cwd, undefined)
    }
  }
  watch(folder, look).unref()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const app = loud('app', Object.assign(new Emitter(), model))
