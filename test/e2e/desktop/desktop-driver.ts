/**
 * Owns what the desktop specs may ask of a running app, whichever Electron runs it, and which drivers there are: the
 * double (double-driver.ts) and Electron itself (electron-driver.ts). A driver that can't run here is reported, not hidden.
 */
import type { Page } from 'playwright'
import { describe } from 'vitest'
import type { record } from '../../electron-double/record.ts'
import { doubleDriver } from './double-driver.ts'
import { electronDriver } from './electron-driver.ts'

/** What the native side shows now: plain data. */
export type DesktopState = typeof record & {
  window: null | {
    url: string
    visible: boolean
    focused: boolean
    crashed: boolean
    bounds: { x: number; y: number; width: number; height: number }
    progress: { value: number; mode: string }
    webPreferences: Record<string, unknown>
  }
  themeSource: string
  schemes: { scheme: string; privileges?: object }[]
  pid: number
}

/** What a test may do that a page can't: what a person or the system does around the window. */
export type DesktopOps = {
  state(): DesktopState
  /** Clicks the item of the menu bar with this label, in whichever menu this system has it. */
  menu(label: string): void
  trayMenu(label: string): void
  trayClick(): void
  trayDrop(...files: string[]): void
  notificationClick(index: number): void
  /** The next dialog is answered at once, by a button's index or with chosen paths. */
  prepareAnswer(answer: number | string[]): void
  /** Answers the oldest open dialog. */
  answer(choice: number | string[]): void
  power(event: string): void
  /** Windows tells the window that the session ends. */
  sessionEnds(): void
  battery(on: boolean): void
  systemDark(dark: boolean): void
  closeWindow(): void
  /** The window loses the focus. */
  blur(): void
  moveWindow(x: number, y: number, width: number, height: number): void
  openFile(file: string): void
  openUrl(url: string): void
  quit(): void
  /** A call from another web contents than the panel's, with whatever address it claims. */
  foreignInvoke(channel: string, address: string, ...args: unknown[]): Promise<{ error?: string }>
  /** A call from a frame inside the panel. */
  frameInvoke(channel: string, ...args: unknown[]): Promise<{ error?: string }>
  permission(name: string): Promise<unknown>
  device(): unknown
  crashRenderer(): void | Promise<void>
  /** What the window shows, as text; works also with a renderer that came after a crash. */
  panelText(): Promise<string>
}

export type Desktop = {
  ask<N extends keyof DesktopOps>(
    op: N,
    ...args: Parameters<DesktopOps[N]>
  ): Promise<Awaited<ReturnType<DesktopOps[N]>>>
  state(): Promise<DesktopState>
  /** The window's page, once it is shown. */
  page(): Promise<Page>
  /** Drops a file on the window, as from a file manager. */
  drop(page: Page, file: string): Promise<void>
  /** Exit code, once the process has ended. */
  ended: Promise<number | null>
  /** Kills main, as a crash would. */
  kill(): Promise<void>
}

export type Launch = { args: readonly string[]; cwd: string; env: NodeJS.ProcessEnv; scratch: string }

export type DesktopDriver = {
  name: string
  /** Why it can't run on this machine, null when it can. */
  missing: string | null
  start(launch: Launch): Desktop
  /** A start that is expected to end by itself; its exit code. */
  startToEnd(launch: Launch): Promise<number | null>
}

/** The same specs on every driver; one that can't run here is skipped, and its title and a line say why. */
export function onEachDesktop(specs: (driver: DesktopDriver) => void): void {
  for (const driver of [doubleDriver, electronDriver(process.env)]) {
    const { name, missing } = driver
    if (missing !== null && process.env.SLIPWAY_REQUIRE_ELECTRON) throw new Error(`${name}: ${missing}`)
    if (missing !== null) process.stderr.write(`skipped: the desktop specs on ${name}, as ${missing}\n`)
    const title = missing === null ? `on ${name}` : `on ${name} (skipped: ${missing})`
    describe.skipIf(missing !== null)(title, () => specs(driver))
  }
}
