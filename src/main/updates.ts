/**
 * Owns the check for a newer Slipway. Off: without a feed in the packed app (`app-update.yml`, which the packager writes
 * once `publish` names one) nothing is loaded and nothing is offered. With one, a person is asked before anything is
 * downloaded, and it is installed at a quit that leaves nothing running.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

const checkEveryMs = 24 * 3_600_000

/** The used part of `electron-updater`. */
export type Updater = {
  autoDownload: boolean
  autoInstallOnAppQuit: boolean
  on(event: 'update-available', listener: (info: { version: string }) => void): unknown
  on(event: 'error', listener: (cause: Error) => void): unknown
  checkForUpdates(): Promise<unknown>
  downloadUpdate(): Promise<unknown>
}

export type UpdateOptions = {
  isPackaged: boolean
  /** The packed app's folder of resources. */
  resources: string
  load: () => Promise<Updater>
  /** Whether a person wants this version. */
  confirm: (version: string) => Promise<boolean>
  log: (line: string) => void
}

export type Updates = {
  /** Skips the installation at this quit: something still runs from the installed files. */
  hold(): void
  stop(): void
}

/** True when this app was packed with a feed. */
export function hasFeed(isPackaged: boolean, resources: string): boolean {
  return isPackaged && existsSync(path.join(resources, 'app-update.yml'))
}

/** Checks now and once a day; null when there is no feed. A failure is logged and ignored. */
export async function followUpdates(options: UpdateOptions): Promise<Updates | null> {
  if (!hasFeed(options.isPackaged, options.resources)) return null
  const updater = await options.load()
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = true
  const failed = (cause: unknown) => options.log(`checking for updates: ${String(cause)}`)
  const offered = new Set<string>()
  updater.on('error', failed)
  updater.on('update-available', ({ version }) => {
    if (offered.has(version)) return
    offered.add(version)
    void options
      .confirm(version)
      .then((wanted) => (wanted ? updater.downloadUpdate() : undefined))
      .catch(failed)
  })
  const check = () => void updater.checkForUpdates().catch(failed)
  const timer = setInterval(check, checkEveryMs)
  check()
  return {
    hold: () => {
      updater.autoInstallOnAppQuit = false
    },
    stop: () => clearInterval(timer),
  }
}

/** The real one; loaded only where there is a feed. */
export async function loadUpdater(): Promise<Updater> {
  const { default: all } = await import('electron-updater')
  return all.autoUpdater
}
