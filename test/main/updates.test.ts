/** Looking for updates is prepared, and off until the packed app has a feed. */
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followUpdates, hasFeed, type Updater } from '../../src/main/updates.ts'

let resources: string
beforeEach(() => {
  resources = mkdtempSync(path.join(tmpdir(), 'slipway-updates-'))
})
afterEach(() => rmSync(resources, { recursive: true, force: true }))

const withFeed = () => writeFileSync(path.join(resources, 'app-update.yml'), 'provider: generic\n')

class AnUpdater extends EventEmitter implements Updater {
  autoDownload = true
  autoInstallOnAppQuit = true
  looked = 0
  downloads = 0
  offer: string | null = null
  async checkForUpdates() {
    this.looked += 1
    if (this.offer !== null) this.emit('update-available', { version: this.offer })
  }
  async downloadUpdate() {
    this.downloads += 1
  }
}

const follow = (updater: AnUpdater, wanted: boolean, lines: string[] = []) =>
  followUpdates({
    isPackaged: true,
    resources,
    load: async () => updater,
    confirm: async () => wanted,
    log: (line) => lines.push(line),
  })

describe('looking for updates', () => {
  it('is off without a feed, and in a checkout: nothing is even loaded', async () => {
    expect(hasFeed(true, resources)).toBe(false)
    const never = () => Promise.reject(new Error('loaded'))
    const options = { resources, load: never, confirm: never, log: () => {} }
    expect(await followUpdates({ ...options, isPackaged: true })).toBeNull()
    withFeed()
    expect(await followUpdates({ ...options, isPackaged: false })).toBeNull()
    expect(hasFeed(true, resources)).toBe(true)
  })

  it.each([
    [true, 1],
    [false, 0],
  ])('downloads nothing before a person was asked (%s)', async (wanted, downloads) => {
    withFeed()
    const updater = new AnUpdater()
    updater.offer = '2.0.0'
    const updates = await follow(updater, wanted)
    await expect.poll(() => updater.looked).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(updater.downloads).toBe(downloads)
    expect(updater.autoDownload).toBe(false)
    updates?.stop()
  })

  it('installs at a quit, unless something continues from the installed files', async () => {
    withFeed()
    const updater = new AnUpdater()
    const updates = await follow(updater, true)
    expect(updater.autoInstallOnAppQuit).toBe(true)
    updates?.hold()
    expect(updater.autoInstallOnAppQuit).toBe(false)
    updates?.stop()
  })

  it('is only logged when it fails', async () => {
    withFeed()
    const updater = new AnUpdater()
    updater.checkForUpdates = () => Promise.reject(new Error('no network'))
    const lines: string[] = []
    const updates = await follow(updater, true, lines)
    await expect.poll(() => lines).toEqual(['checking for updates: Error: no network'])
    updater.emit('error', new Error('bad feed'))
    expect(lines).toHaveLength(2)
    updates?.stop()
  })
})
