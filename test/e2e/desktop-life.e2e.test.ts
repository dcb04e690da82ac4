/** The life of the desktop app: one instance, the tray, quitting in every way, coming back after a crash. */
import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desktop, onEachDesktop } from './desktop/desktop-driver.ts'
import { aPlace, type Place } from './desktop/place.ts'
import { processesOf } from './desktop/processes-of.ts'

onEachDesktop((driver) => {
  let place: Place
  beforeEach(() => {
    place = aPlace(driver)
  })
  afterEach(() => place.dispose())

  /** A whole app and its browser may have to start before it is so. */
  const startIncluded = { timeout: 30_000 }

  const lastDialog = async (desktop: Desktop) => (await desktop.state()).dialogs.findLast((one) => one.open)

  /** Adds a configuration of waiting jobs and resolves when its first one runs. */
  async function withRunningJob(desktop: Desktop, jobs: number) {
    const gated = place.gated('long', jobs)
    await desktop.page()
    await place.slipway('add', gated.file)
    await expect.poll(() => existsSync(gated.started(1))).toBe(true)
    await expect.poll(async () => (await desktop.state()).tray?.picture).toContain('running-')
    return gated
  }

  async function jobs(): Promise<string[]> {
    const { out } = await place.slipway('show', '1', '--jobs', '--json')
    return JSON.parse(out).jobs.map((job: { status: string }) => job.status)
  }

  async function attempts(): Promise<number[]> {
    const { out } = await place.slipway('show', '1', '--jobs', '--json')
    return JSON.parse(out).jobs.map((job: { attempts: number }) => job.attempts)
  }

  describe('one instance', () => {
    it('ends a second start at once and brings the first one up with the file', async () => {
      const { file } = place.gated('flood', 2)
      const first = place.start()
      const page = await first.page()
      await page.getByText('Nothing is queued').first().waitFor()
      await first.ask('closeWindow')
      expect((await first.state()).window?.visible).toBe(false)
      expect(await place.startToEnd(file)).toBe(0)
      await page.getByText('I trust this file').waitFor()
      expect((await first.state()).window?.visible).toBe(true)
    })

    it('starts again after it was killed', async () => {
      const first = place.start()
      await first.page()
      await first.kill()
      const second = place.start()
      await (await second.page()).getByText('Nothing is queued').first().waitFor()
    })

    it('says why when the database is of a newer Slipway, and ends', async () => {
      const { DatabaseSync } = await import('node:sqlite')
      await place.slipway('list')
      const db = new DatabaseSync(`${place.home}/slipway.db`)
      db.exec('PRAGMA user_version = 9999')
      db.close()
      expect(await place.startToEnd()).toBe(6)
    })
  })

  describe('closing the window', () => {
    it('hides it, explains that once, and keeps the queue going', async () => {
      const desktop = place.start()
      const { release } = await withRunningJob(desktop, 1)
      await desktop.ask('closeWindow')
      const hidden = await desktop.state()
      expect(hidden.window?.visible).toBe(false)
      expect(hidden.notifications.map((one) => one.title)).toEqual(['Slipway is still running'])
      release()
      await expect.poll(jobs, startIncluded).toEqual(['succeeded'])
      await desktop.ask('trayClick')
      await desktop.ask('closeWindow')
      const again = await desktop.state()
      expect(again.notifications.filter((one) => one.title === 'Slipway is still running')).toHaveLength(1)
    })

    it('opens where it was', async () => {
      const first = place.start()
      await first.page()
      await first.ask('moveWindow', 300, 200, 1000, 700)
      await first.ask('quit')
      expect(await first.ended).toBe(0)
      const second = place.start()
      await second.page()
      expect((await second.state()).window?.bounds).toEqual({ x: 300, y: 200, width: 1000, height: 700 })
    })
  })

  describe('quitting', () => {
    it('asks nothing while nothing runs', async () => {
      const desktop = place.start()
      await desktop.page()
      await desktop.ask('quit')
      expect(await desktop.ended).toBe(0)
    })

    it('stays when that is the answer', async () => {
      const desktop = place.start()
      const { release } = await withRunningJob(desktop, 1)
      await desktop.ask('quit')
      expect((await lastDialog(desktop))?.options.message).toBe('A job is running.')
      await desktop.ask('answer', 3)
      release()
      await expect.poll(jobs, startIncluded).toEqual(['succeeded'])
      expect((await desktop.state()).window?.visible).toBe(true)
    })

    it('finishes the running job first, and starts no other', async () => {
      const desktop = place.start()
      const { release } = await withRunningJob(desktop, 2)
      await desktop.ask('quit')
      await desktop.ask('answer', 0)
      await expect.poll(async () => (await desktop.state()).window?.visible).toBe(false)
      release()
      expect(await desktop.ended).toBe(0)
      expect(await jobs()).toEqual(['succeeded', 'pending'])
    })

    it('stops the running job, which runs again at the next start', async () => {
      const desktop = place.start()
      const gated = await withRunningJob(desktop, 1)
      await desktop.ask('quit')
      await desktop.ask('answer', 2)
      expect(await desktop.ended).toBe(0)
      expect(await jobs()).toEqual(['pending'])
      gated.release()
      place.start()
      await expect.poll(jobs, startIncluded).toEqual(['succeeded'])
    })

    it('continues in the background, and takes the queue back while the same job runs on', async () => {
      const desktop = place.start()
      const gated = await withRunningJob(desktop, 2)
      await desktop.ask('quit')
      await desktop.ask('answer', 1)
      expect(await desktop.ended).toBe(0)
      const executor = async () => {
        const { out } = await place.slipway('doctor', '--json')
        return out
      }
      // The new host is up a moment after the app is gone.
      await expect.poll(executor).toContain('cli')
      const again = place.start()
      const page = await again.page()
      await page.getByText(/Running on desktop host/).waitFor()
      gated.release()
      await expect.poll(jobs, startIncluded).toEqual(['succeeded', 'succeeded'])
      expect(await attempts()).toEqual([1, 1])
    })

    it('leaves no process behind that a test would not find', async () => {
      const desktop = place.start()
      await withRunningJob(desktop, 1)
      await desktop.ask('quit')
      await desktop.ask('answer', 1)
      expect(await desktop.ended).toBe(0)
      if (process.platform === 'linux') expect(processesOf(place.folder)).not.toEqual([])
      await place.dispose()
      expect(processesOf(place.folder)).toEqual([])
    })

    it('continues in the background until the queue is empty, with no window at all', async () => {
      const desktop = place.start()
      const gated = await withRunningJob(desktop, 2)
      await desktop.ask('quit')
      await desktop.ask('answer', 1)
      expect(await desktop.ended).toBe(0)
      gated.release()
      await expect.poll(jobs, startIncluded).toEqual(['succeeded', 'succeeded'])
    })
  })

  describe('the end of the session', () => {
    // On Windows a signal ends a process at once, and a window learns of the end; elsewhere none does.
    const ways = process.platform === 'win32' ? ['by a window'] : ['by the power monitor', 'by a signal']
    it.each(ways)(
      'reported %s leaves the job to itself, asks nobody and starts no host that would be killed',
      async (how) => {
        const desktop = place.start()
        const gated = await withRunningJob(desktop, 2)
        const { pid, dialogs } = await desktop.state()
        if (how === 'by the power monitor') await desktop.ask('power', 'shutdown')
        else if (how === 'by a window') await desktop.ask('sessionEnds')
        else process.kill(pid, 'SIGTERM')
        expect(await desktop.ended).toBe(0)
        expect(dialogs).toEqual([])
        expect(existsSync(`${place.home}/desktop/background.json`)).toBe(false)
        expect(processesOf(place.folder).filter((one) => / work\b/.test(one.command))).toEqual([])
        expect(await jobs()).toEqual(['running', 'pending'])
        gated.release()
        place.start()
        await expect.poll(jobs, startIncluded).toEqual(['succeeded', 'succeeded'])
        expect(await attempts()).toEqual([1, 1])
      },
    )
  })

  describe('after a crash of the app', () => {
    it('says what ran and counts what ended meanwhile', async () => {
      const first = place.start()
      const gated = await withRunningJob(first, 2)
      await first.kill()
      gated.release()
      const second = place.start()
      await second.page()
      await expect.poll(async () => (await lastDialog(second))?.options.detail).toContain('#1 was running')
      await expect.poll(jobs, startIncluded).toEqual(['succeeded', 'succeeded'])
      expect(await attempts()).toEqual([1, 1])
    })
  })
})
