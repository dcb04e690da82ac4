/** The desktop app's window: the real panel in it, opening files, the one channel, and what it must refuse. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desktop, onEachDesktop } from './desktop/desktop-driver.ts'
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

  describe('the window', () => {
    it('shows the panel, and a batch that was added elsewhere appears in it', async () => {
      const { file, release } = place.gated('flood', 2)
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', file)
      await page.getByText('flood').first().waitFor()
      release()
      await expect
        .poll(async () => (await place.slipway('list', '--all', '--json')).out)
        .toContain('"completed"')
      expect((await desktop.state()).strangers).toEqual([])
    })

    it('loses nothing when it is loaded anew or its renderer crashes while a job runs', async () => {
      const gated = place.gated('flood', 2)
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', gated.file)
      await expect.poll(() => existsSync(gated.started(1))).toBe(true)
      await page.reload()
      await page
        .getByText(/Running/)
        .first()
        .waitFor()
      await desktop.ask('crashRenderer')
      // Electron's page is the same after it, Playwright's is not: the new renderer is asked itself.
      await expect
        .poll(() => desktop.ask('panelText').catch(() => ''), { timeout: 20_000 })
        .toMatch(/Running/)
      gated.release()
      await expect
        .poll(async () => (await place.slipway('list', '--all', '--json')).out)
        .toContain('"completed"')
    })
  })

  describe('opening a configuration', () => {
    it.each(['as an argument', 'by double click', 'by drop on the tray'])(
      '%s shows its preview and requires trust',
      async (how) => {
        const { file } = place.gated('flood', 2)
        const desktop = how === 'as an argument' ? place.start(file) : place.start()
        const page = await desktop.page()
        if (how !== 'as an argument') await page.getByText('Nothing is queued').first().waitFor()
        if (how === 'by double click') await desktop.ask('openFile', file)
        if (how === 'by drop on the tray') await desktop.ask('trayDrop', file)
        await page.getByText('I trust this file').waitFor()
        const { out } = await place.slipway('list', '--all', '--json')
        expect(JSON.parse(out).batches).toEqual([])
      },
    )

    it('adds it once it is trusted, from the native dialog on', async () => {
      const { file, release } = place.gated('flood', 1)
      release()
      const desktop = place.start()
      const page = await ready(desktop)
      await desktop.ask('prepareAnswer', [file])
      await desktop.ask('menu', 'Open Configuration…')
      await page.getByText('I trust this file').click()
      await page.getByRole('button', { name: /^Add/ }).click()
      await expect
        .poll(async () => (await place.slipway('list', '--all', '--json')).out)
        .toContain('"completed"')
    })

    it('finds where a dropped file is', async () => {
      const { file } = place.gated('flood', 1)
      const desktop = place.start()
      const page = await ready(desktop)
      await desktop.drop(page, file)
      await page.getByText('I trust this file').waitFor()
    })

    it('ignores a file that is no configuration', async () => {
      const other = place.write('notes.txt', 'x')
      const desktop = place.start(other)
      const page = await ready(desktop)
      await desktop.ask('trayDrop', other)
      expect(await page.getByRole('dialog').count()).toBe(0)
    })

    it('follows a slipway:// link to a batch, and nothing else', async () => {
      const { file, release } = place.gated('flood', 1)
      release()
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', file)
      await desktop.ask('openUrl', 'slipway://batch/1')
      await page.waitForURL(/batch=1/)
      await desktop.ask('openUrl', `slipway://new/${file}`)
      expect(await page.getByRole('dialog').count()).toBe(0)
    })
  })

  describe('saving a report', () => {
    it('asks with the native dialog where to, and writes it there', async () => {
      const { file, release } = place.gated('flood', 1)
      release()
      const desktop = place.start()
      const page = await ready(desktop)
      await place.slipway('add', file)
      await expect
        .poll(async () => (await place.slipway('list', '--all', '--json')).out)
        .toContain('"completed"')
      const report = `${place.project}/my report.html`
      await desktop.ask('prepareAnswer', [report])
      await desktop.ask('openUrl', 'slipway://batch/1')
      await page.getByRole('button', { name: 'Save report' }).click()
      await page.getByRole('menuitem', { name: 'HTML page' }).click()
      await expect.poll(() => existsSync(report) && readFileSync(report, 'utf8')).toContain('flood')
      const asked = (await desktop.state()).dialogs.at(-1)
      expect(asked).toMatchObject({ kind: 'save', options: { title: 'Save report' } })
      expect(asked?.options.defaultPath).toBe('slipway-1-wait.html')
    })
  })

  describe('the one channel', () => {
    it('has nothing in the page but invoke, subscribe, and the three things only a desktop can do', async () => {
      const page = await ready(place.start())
      const seen = await page.evaluate(() => ({
        slipway: Object.keys(window.slipway ?? {}),
        desktop: Object.keys(window.slipwayDesktop ?? {}),
        frozen: Object.isFrozen(window.slipway),
        node: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window),
      }))
      expect(seen).toEqual({
        slipway: ['invoke', 'subscribe'],
        desktop: ['pathOf', 'pickConfiguration', 'reveal'],
        frozen: true,
        node: [],
      })
    })

    it('refuses another window, another address and a frame inside the panel', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      const refused = { error: expect.stringContaining('Only the panel may call Slipway') }
      for (const address of ['app://slipway/index.html', 'https://example.com/', ''])
        expect(await desktop.ask('foreignInvoke', 'slipway:invoke', address, 'list', {})).toEqual(refused)
      const exposed = await page.evaluate(() => {
        const frame = document.createElement('iframe')
        document.body.append(frame)
        return 'slipway' in (frame.contentWindow as unknown as object)
      })
      expect(exposed).toBe(false)
      expect(await desktop.ask('frameInvoke', 'slipway:invoke', 'list', {})).toEqual(refused)
    })

    it('answers nonsense with a typed error and never with an exception', async () => {
      const page = await ready(place.start())
      const answers = await page.evaluate(async () => {
        const invoke = window.slipway?.invoke as (name: unknown, input: unknown) => Promise<{ ok: boolean }>
        return [
          await invoke('no-such-command', {}),
          await invoke('show', { batch: {} }),
          await invoke(7, null),
        ]
      })
      expect(answers.map((one) => one.ok)).toEqual([false, false, false])
    })

    it('adds nothing untrusted, whatever the page says', async () => {
      const { file } = place.gated('flood', 1)
      const page = await ready(place.start())
      const answer = await page.evaluate(
        (path) => window.slipway?.invoke('enqueue', { file: path, mustTrust: false } as never),
        file,
      )
      expect(answer).toMatchObject({ ok: false })
      const { out } = await place.slipway('list', '--all', '--json')
      expect(JSON.parse(out).batches).toEqual([])
    })
  })

  describe("Electron's security checklist", () => {
    it('isolates and sandboxes the page, without node, web views or weakened web security', async () => {
      const desktop = place.start()
      await ready(desktop)
      expect((await desktop.state()).window?.webPreferences).toMatchObject({
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
      })
      expect((await desktop.state()).window?.webPreferences.enableBlinkFeatures ?? '').toBe('')
    })

    it('serves the panel from its own scheme with a policy that runs no foreign or inline code', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      const { schemes, window: shown } = await desktop.state()
      expect(shown?.url).toMatch(/^app:\/\/slipway\/index\.html/)
      expect(schemes.map((one) => one.scheme)).toEqual(['app'])
      expect(schemes[0]?.privileges).not.toHaveProperty('bypassCSP')
      const outcome = await page.evaluate(async () => {
        const script = document.createElement('script')
        script.textContent = 'window.ranInline = true'
        document.body.append(script)
        // Playwright's own evaluation may evaluate; what comes later is the page's.
        await new Promise((resolve) => setTimeout(resolve))
        const evaluated = (() => {
          try {
            return new Function('return true')()
          } catch {
            return false
          }
        })()
        const fetched = await fetch('https://example.com/').then(
          () => true,
          () => false,
        )
        return { inline: 'ranInline' in window, evaluated, fetched }
      })
      expect(outcome).toEqual({ inline: false, evaluated: false, fetched: false })
      expect((await desktop.state()).strangers).toEqual([])
    })

    it('reads no file outside the panel', async () => {
      const page = await ready(place.start())
      const statuses = await page.evaluate(() =>
        Promise.all(
          ['/%2e%2e/main/index.js', '/..%2fmain%2findex.js', '/assets/..%5c..%5cmain', '/none.js'].map(
            async (path) => (await fetch(path)).status,
          ),
        ),
      )
      expect(statuses).toEqual([404, 404, 404, 404])
    })

    it('does not leave the panel, and asks before an https link goes to the browser', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      const asked = async () =>
        (await desktop.state()).dialogs.filter((one) => one.open).map((one) => one.options.detail)
      await page.evaluate(() => location.assign('https://example.com/first'))
      await expect.poll(asked).toEqual(['https://example.com/first'])
      expect((await desktop.state()).opened).toEqual([])
      await desktop.ask('answer', 1)
      // An attempt to leave is over before the next one: a browser drops the first of two at once.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
      await page.evaluate(() => location.assign('https://example.com/second'))
      await expect.poll(asked).toEqual(['https://example.com/second'])
      await desktop.ask('answer', 0)
      await expect.poll(async () => (await desktop.state()).opened).toEqual(['https://example.com/second'])
      await page.evaluate(() => location.assign('http://example.com/plain'))
      await page.evaluate(() => location.assign('file:///etc/passwd')).catch(() => {})
      const after = await desktop.state()
      expect(after.dialogs).toHaveLength(2)
      expect(after.window?.url).toMatch(/^app:\/\/slipway\//)
    })

    it('opens no second window', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      const before = page.context().pages().length
      await page.evaluate(() => void window.open('https://example.com/', '_blank'))
      await expect
        .poll(async () => (await desktop.state()).dialogs.at(-1)?.options.detail)
        .toBe('https://example.com/')
      await expect.poll(() => page.context().pages().length).toBe(before)
    })

    it('denies every permission but copying, and every device', async () => {
      const desktop = place.start()
      await ready(desktop)
      for (const name of [
        'media',
        'geolocation',
        'notifications',
        'midi',
        'openExternal',
        'clipboard-read',
        'fileSystem',
      ])
        expect(await desktop.ask('permission', name), name).toBe(false)
      expect(await desktop.ask('permission', 'clipboard-sanitized-write')).toBe(true)
      expect(await desktop.ask('device')).toBe(false)
    })

    it('shows a file in the file manager only when it is there, and opens none', async () => {
      const desktop = place.start()
      const page = await ready(desktop)
      writeFileSync(`${place.project}/out.txt`, 'x')
      await page.evaluate((folder) => {
        window.slipwayDesktop?.reveal?.('https://example.com/')
        window.slipwayDesktop?.reveal?.('relative.txt')
        window.slipwayDesktop?.reveal?.(`${folder}/missing.txt`)
        window.slipwayDesktop?.reveal?.(`${folder}/out.txt`)
      }, place.project)
      await expect.poll(async () => (await desktop.state()).revealed).toEqual([`${place.project}/out.txt`])
      expect((await desktop.state()).opened).toEqual([])
    })
  })
})
