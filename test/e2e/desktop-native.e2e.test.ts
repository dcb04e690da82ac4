/** What the desktop shows around the window: tray, menus, notifications, progress, and power. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desktop, type DesktopState, onEachDesktop } from './desktop/desktop-driver.ts'
import { aPlace, type Place } from './desktop/place.ts'

onEachDesktop((driver) => {
  let place: Place
  beforeEach(() => {
    place = aPlace(driver)
  })
  afterEach(() => place.dispose())

  async function ready(desktop: Desktop) {
    const page = await desktop.page()
    await page.getByText('Nothing is queued').first().waitFor()
    return page
  }

  /** A batch of one job that ends at once with this exit code. */
  const exitingWith = (code: number) =>
    `batches:\n  - type: t\n    run: ${JSON.stringify([process.execPath, '-e', `process.exit(${code})`, '{input}'])}\n    over: { list: [x] }\n`

  /** When the finalizer swept last, as the database has it. */
  function lastSweep(): number {
    const db = new DatabaseSync(`${place.home}/slipway.db`, { readOnly: true })
    try {
      const row = db
        .prepare("SELECT value ->> '$.lastSweepAt' AS at FROM settings WHERE key = 'finalizer'")
        .get()
      return Number(row?.at ?? 0)
    } finally {
      db.close()
    }
  }

  const pictureOf = (state: DesktopState) => state.tray?.picture.split(/[/\\]/).at(-1)
  const labels = (state: DesktopState) => state.tray?.menu.map((item) => item.label)

  describe('the tray', () => {
    it('shows what runs, what is next and how far, and pauses and resumes', async () => {
      const desktop = place.start()
      await ready(desktop)
      expect(pictureOf(await desktop.state())).toBe('idle-dark.png')
      const gated = place.gated('flood', 2)
      const later = place.gated('later', 1)
      await place.slipway('add', gated.file)
      await place.slipway('add', later.file)
      await expect.poll(() => existsSync(gated.started(1))).toBe(true)
      await expect.poll(async () => labels(await desktop.state())).toContain('#1 flood / wait: 0 of 2, 0 %')
      await expect.poll(async () => labels(await desktop.state())).toContain('1  #2 later / wait')
      expect(pictureOf(await desktop.state())).toBe('running-0-dark.png')
      expect((await desktop.state()).tray?.tooltip).toMatch(/^Slipway: .*flood/)
      await desktop.ask('trayMenu', 'Pause queue')
      await expect.poll(async () => pictureOf(await desktop.state())).toBe('paused-dark.png')
      await desktop.ask('trayMenu', 'Resume queue')
      gated.release()
      later.release()
      await expect.poll(async () => pictureOf(await desktop.state())).toBe('idle-dark.png')
    })

    it('follows the system into the dark, and the window follows the setting', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      await desktop.ask('systemDark', true)
      // macOS colours the one picture itself.
      const lightOnDark = process.platform === 'darwin' ? 'idle-dark.png' : 'idle-light.png'
      await expect.poll(async () => pictureOf(await desktop.state())).toBe(lightOnDark)
      await place.slipway('settings', 'theme', 'light')
      await expect.poll(async () => (await desktop.state()).themeSource).toBe('light')
      await expect
        .poll(() => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
        .toBe(false)
    })

    it('has a picture for every state, shade and scale it may show', async () => {
      const { root } = await import('./desktop/place.ts')
      const states = ['idle', 'paused', 'attention', ...Array.from({ length: 9 }, (_, n) => `running-${n}`)]
      for (const state of states)
        for (const shade of ['dark', 'light'])
          for (const scale of ['', '@1.25x', '@1.5x', '@2x', '@3x'])
            expect(
              existsSync(`${root}/resources/icons/tray/${state}-${shade}${scale}.png`),
              state + shade + scale,
            ).toBe(true)
    })
  })

  describe('the menu bar', () => {
    it('leads to places of the panel and pauses the queue', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      await desktop.ask('menu', 'Settings…')
      await page.waitForURL(/#\/settings/)
      await desktop.ask('menu', 'History')
      await page.waitForURL(/#\/history/)
      await desktop.ask('menu', 'New Batch…')
      await page.getByRole('dialog').waitFor()
      await desktop.ask('menu', 'Pause Queue')
      await expect.poll(async () => (await desktop.state()).tray?.tooltip).toContain('paused')
    })

    it('shows the log of the job that is looked at in the file manager', async () => {
      const gated = place.gated('flood', 1)
      gated.release()
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', gated.file)
      await expect
        .poll(async () => (await place.slipway('list', '--all', '--json')).out)
        .toContain('"completed"')
      await desktop.ask('openUrl', 'slipway://batch/1')
      await page.waitForURL(/batch=1/)
      // The double tells main of a new address a moment after the page has it; until then the data folder is shown.
      await expect
        .poll(async () => {
          await desktop.ask('menu', 'Show Log in File Manager')
          return (await desktop.state()).revealed.at(-1)
        })
        .toMatch(/log$/)
    })
  })

  describe('notifications', () => {
    it('tell the end with result and duration, and a click shows the batch', async () => {
      const gated = place.gated('flood', 1)
      const desktop = place.start()
      const page = await ready(desktop)
      await desktop.ask('blur')
      await place.slipway('add', gated.file)
      gated.release()
      await expect
        .poll(async () => (await desktop.state()).notifications.map((one) => one.title))
        .toEqual(['#1 flood / wait'])
      const [told] = (await desktop.state()).notifications
      expect(told?.body).toMatch(/^Completed in .*s: 1 of 1 job succeeded$/)
      await desktop.ask('notificationClick', 0)
      await page.waitForURL(/batch=1/)
      expect((await desktop.state()).window?.focused).toBe(true)
    })

    it('are silent while the window is in front', async () => {
      const gated = place.gated('flood', 1)
      gated.release()
      const desktop = place.start()
      await ready(desktop)
      await place.slipway('run', gated.file)
      const second = place.gated('second', 1)
      second.release()
      await place.slipway('add', second.file)
      await expect
        .poll(
          async () =>
            (await place.slipway('list', '--all', '--json')).out.match(/"status":"completed"/g)?.length,
        )
        .toBe(2)
      // Longer than ends are gathered for.
      await expect.poll(async () => (await desktop.state()).tray?.menu[2]?.label).toBe('Nothing is queued')
      expect((await desktop.state()).notifications).toEqual([])
    })

    it('become one when many batches end together, and obey the settings', async () => {
      const names = ['a', 'b', 'c']
      const desktop = place.start()
      await ready(desktop)
      await desktop.ask('blur')
      await place.slipway('settings', 'notify-failed', 'false')
      await place.slipway('pause')
      for (const name of names)
        await place.slipway('add', place.write(`${name}.slipway.yaml`, exitingWith(0)))
      await place.slipway('add', place.write('bad.slipway.yaml', exitingWith(1)))
      await place.slipway('resume')
      await expect
        .poll(async () => (await desktop.state()).notifications.map((one) => one.title))
        .toEqual(['3 batches finished'])
      await expect.poll(async () => pictureOf(await desktop.state())).toBe('attention-dark.png')
      expect((await desktop.state()).badge).toBe(1)
    })
  })

  describe('what needs attention', () => {
    const bodies = async (desktop: Desktop) =>
      (await desktop.state()).notifications
        .filter((one) => one.title === 'Slipway needs attention')
        .map((one) => one.body)

    it('reports a script that adds what is active already, and a click shows that batch', async () => {
      const gated = place.gated('flood', 1)
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', gated.file)
      await expect.poll(() => existsSync(gated.started(1))).toBe(true)
      await desktop.ask('blur')
      expect((await place.slipway('add', gated.file, '--json')).code).toBe(3)
      await expect
        .poll(() => bodies(desktop))
        .toEqual([expect.stringMatching(/^#1 flood \/ wait was requested again at .* and refused/)])
      await desktop.ask('notificationClick', 0)
      await page.waitForURL(/batch=1/)
      expect((await desktop.state()).window?.focused).toBe(true)
      gated.release()
    })

    it('reports once that the disk runs low, and it is in the events', async () => {
      const desktop = place.start()
      await ready(desktop)
      await desktop.ask('blur')
      await place.slipway('settings', 'min-free-disk-mb', '10000000')
      await expect
        .poll(() => bodies(desktop))
        .toEqual([expect.stringMatching(/^The disk is nearly full: nothing starts until/)])
      const events = async () => (await place.slipway('events')).out
      await expect.poll(events).toContain('The disk ran low')
      await place.slipway('settings', 'min-free-disk-mb', '1')
      await expect.poll(events).toContain('The disk had room again')
      expect((await events()).match(/The disk ran low/g)).toHaveLength(1)
      expect(await bodies(desktop)).toHaveLength(1)
    })

    it('reports a batch that waits for a failed one, unless that is turned off', async () => {
      const two = `${exitingWith(1)}  - type: next\n    after: t\n    run: [${JSON.stringify(process.execPath)}, -e, "0", "{input}"]\n    over: { list: [x] }\n`
      const desktop = place.start()
      await ready(desktop)
      await desktop.ask('blur')
      await place.slipway('add', place.write('first.slipway.yaml', two))
      await expect
        .poll(() => bodies(desktop))
        .toEqual([expect.stringMatching(/^#2 first \/ next waits for #1/)])
      const titles = async () => (await desktop.state()).notifications.map((one) => one.title)
      // Ends within a moment are reported together: the first one is reported alone before there is a second.
      await expect.poll(titles).toContain('#1 first / t')
      await place.slipway('settings', 'notify-predecessor', 'false')
      await place.slipway('add', place.write('second.slipway.yaml', two))
      await expect
        .poll(async () => JSON.parse((await place.slipway('list', '--all', '--json')).out).batches.length)
        .toBe(4)
      await expect.poll(titles).toContain('#3 second / t')
      expect(await bodies(desktop)).toHaveLength(1)
    })
  })

  describe('power', () => {
    it('is held only while a job runs, and as the setting says', async () => {
      const open = async () =>
        (await desktop.state()).blockers.filter((one) => one.open).map((one) => one.kind)
      const desktop = place.start()
      await ready(desktop)
      expect(await open()).toEqual([])
      const gated = place.gated('flood', 1)
      await place.slipway('add', gated.file)
      await expect.poll(open).toEqual(['prevent-app-suspension'])
      await place.slipway('settings', 'keep-awake', 'on-mains')
      await desktop.ask('battery', true)
      await expect.poll(open).toEqual([])
      await desktop.ask('battery', false)
      await expect.poll(open).toEqual(['prevent-app-suspension'])
      // The core is asked to look at once, not at its next sweep: in it slept time is measured and told.
      const before = lastSweep()
      await desktop.ask('power', 'suspend')
      await desktop.ask('power', 'resume')
      await expect.poll(lastSweep).toBeGreaterThan(before)
      gated.release()
      await expect.poll(open).toEqual([])
    })
  })

  describe('when the queue is empty', () => {
    it('a countdown is shown that can be stopped, and that new work stops by itself', async () => {
      const open = async () =>
        (await desktop.state()).dialogs.filter((one) => one.open).map((one) => one.options.message)
      const desktop = place.start()
      await ready(desktop)
      await place.slipway('settings', 'when-done', 'sleep')
      await place.slipway('add', place.write('a.slipway.yaml', exitingWith(0)))
      await expect.poll(open).toEqual(['The queue is empty: this machine goes to sleep in 60 seconds.'])
      await desktop.ask('answer', 0)
      expect(await open()).toEqual([])
      await place.slipway('add', place.write('b.slipway.yaml', exitingWith(0)))
      await expect.poll(open).toHaveLength(1)
      const gated = place.gated('flood', 1)
      await place.slipway('add', gated.file)
      await expect.poll(open).toEqual([])
    })
  })

  describe('progress', () => {
    it('fills the icon of the window while a batch runs', async () => {
      const desktop = place.start()
      await ready(desktop)
      const gated = place.gated('flood', 1)
      await place.slipway('add', gated.file)
      await expect
        .poll(async () => (await desktop.state()).window?.progress)
        .toEqual({ value: 0, mode: 'normal' })
      gated.release()
      await expect.poll(async () => (await desktop.state()).window?.progress.value).toBe(-1)
    })
  })
})
