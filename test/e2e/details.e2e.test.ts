import { describe, expect, it } from 'vitest'
import { askedFor, panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()

/** The contrast of an element's text to the log behind it, as WCAG has it; runs in the page. */
function contrast(element: Element): number {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const behind = element.closest('.log-body')
  if (!canvas || !behind) return 0
  const luminance = (colour: string) => {
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(luminance)
  const [low = 0, high = 0] = [a ?? 0, b ?? 0].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe('the details of a batch', () => {
  it('keep their tab when another batch is chosen, and their place in the URL', async () => {
    const page = await open()
    await row(page, 13).click()
    await page.getByRole('tab', { name: 'Jobs' }).click()
    await row(page, 16).click()
    await page.getByRole('heading', { name: '#16 evolve 10-19' }).waitFor()
    expect(await page.getByRole('tab', { name: 'Jobs' }).getAttribute('aria-selected')).toBe('true')
    expect(new URL(page.url()).hash).toBe('#/queue?batch=16&tab=jobs')
    await page.reload()
    await page.getByRole('heading', { name: '#16 evolve 10-19' }).waitFor()
    await page.getByRole('grid', { name: 'Jobs' }).waitFor()
  })

  it('lead to the file in its folder on the desktop, and only there', async () => {
    const page = await open({ hash: '#/queue?batch=12' })
    await page.getByText('flood.slipway.yaml').first().waitFor()
    expect(await page.getByRole('button', { name: 'Show in folder' }).count()).toBe(0)
    await page.addInitScript(() => {
      window.slipwayDesktop = { reveal: (path) => document.body.setAttribute('data-revealed', path) }
    })
    await page.reload()
    await page.getByRole('button', { name: 'Show in folder' }).click()
    expect(await page.locator('body').getAttribute('data-revealed')).toMatch(/^\/.*\/flood\.slipway\.yaml$/)
  })

  it('lead to the outputs in their folder on the desktop', async () => {
    const page = await open({ hash: '#/history' })
    await page.addInitScript(() => {
      window.slipwayDesktop = { reveal: (path) => document.body.setAttribute('data-revealed', path) }
    })
    await page.reload()
    await page
      .getByRole('row', { name: /completed/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Show outputs in folder' }).click()
    expect(await page.locator('body').getAttribute('data-revealed')).toBe(
      '/home/ana/flood/results/region-0001.json',
    )
  })

  it('go back with the Back button', async () => {
    const page = await open({ hash: '#/queue' })
    await row(page, 13).click()
    await page.keyboard.press('h')
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Queue' }).waitFor()
  })

  it('show what runs while nobody has chosen a batch', async () => {
    const page = await open()
    await page.getByRole('heading', { name: '#12 portfolio' }).waitFor()
    await page.getByText('Failed so far · 2 jobs').waitFor()
  })

  it('say what failed and why, and retry just these', async () => {
    const page = await open({ hash: '#/history?batch=3' })
    const cluster = page.getByRole('listitem').filter({ hasText: 'timed out after # min' }).last()
    await cluster.getByText('34×').waitFor()
    await cluster.getByRole('button', { name: /Retry these/ }).click()
    await expect.poll(() => askedFor(page)).toContainEqual(expect.objectContaining({ name: 'retry' }))
    const asked = (await askedFor(page)).filter((each) => each.name === 'retry')
    expect(asked.map((each) => (each.input as { jobs: number[] }).jobs.length)).toEqual([34])
  })

  it('draw the durations, and name the slowest jobs, which lead to their logs', async () => {
    const page = await open({ hash: '#/history?batch=8' })
    await page.getByRole('img', { name: 'Histogram of job times' }).locator('canvas').waitFor()
    await page.getByRole('region', { name: 'Slowest jobs' }).getByRole('button').first().click()
    await page.getByRole('log').waitFor()
    expect(page.url()).toContain('tab=log&job=')
  })

  it('and the history say why a batch ended, and call only a cancelled one cancelled', async () => {
    const page = await open()
    await page.evaluate(() => {
      window.fixture.change(8, { status: 'failed', reason: 'stopped at the first failure' })
      location.hash = '#/history?batch=8'
    })
    await page.getByText('cancelled: wrong region file', { exact: true }).waitFor()
    await page.getByText('Stopped at the first failure', { exact: true }).waitFor()
    expect(await row(page, 8).textContent()).toContain('stopped at the first failure')
    expect(await row(page, 8).textContent()).not.toContain('cancelled')
  })

  it('leave the type in a row whose configuration has a long name', async () => {
    const page = await open()
    await page.evaluate(() => {
      window.fixture.change(13, {
        configuration: 'European windstorm catalogue 2026 '.repeat(4),
        type: 'losses',
        range: null,
      })
    })
    const type = row(page, 13).getByText('losses', { exact: true })
    await type.waitFor()
    expect(await type.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
    expect(await type.evaluate((element) => element.getBoundingClientRect().right)).toBeLessThan(
      await row(page, 13).evaluate((element) => element.getBoundingClientRect().right),
    )
  })

  it('save the report as a file', async () => {
    const page = await open({ hash: '#/history?batch=8' })
    await page.getByRole('button', { name: 'Save report' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Plain text' }).click()
    expect((await download).suggestedFilename()).toBe('slipway-8-losses.txt')
  })

  it('mark a finished batch as seen after a moment', async () => {
    const page = await open()
    await page
      .getByRole('region', { name: /New in history/ })
      .getByRole('button', { name: /#9/ })
      .click()
    await page.getByRole('region', { name: /New in history · 2/ }).waitFor()
  })
})

describe('the runs of a batch', () => {
  it('stay as they ended when a retry makes a new one', async () => {
    const page = await open({ hash: '#/history?batch=6' })
    const runs = page.getByRole('region', { name: 'Runs' })
    await runs.getByRole('combobox', { name: 'Run' }).click()
    await page.getByRole('option', { name: 'run 1 of 2' }).click()
    await runs.getByText(/: 1 of [\d,]+ jobs succeeded/).waitFor()
  })
})

describe('the jobs', () => {
  it('filter by their counts and find by their words', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=jobs' })
    await page.getByText('850 jobs').last().waitFor()
    await page.getByRole('button', { name: 'failed 17' }).click()
    await page.getByText('17 of 850 jobs').waitFor()
    await page.getByRole('textbox', { name: 'Search inputs and errors' }).fill('area')
    await page.getByText('5 of 850 jobs').waitFor()
    await page.getByRole('button', { name: 'Clear search' }).click()
    await page.getByRole('button', { name: 'failed 17' }).click()
    await page.getByText('850 jobs', { exact: true }).last().waitFor()
  })

  it('are reached from the counts of the summary', async () => {
    const page = await open({ hash: '#/history?batch=8' })
    await page.getByTitle('Show these jobs').filter({ hasText: 'failed' }).click()
    await page.getByText('17 of 850 jobs').waitFor()
  })

  it('run again one by one, and lead to their log', async () => {
    const page = await open({ hash: '#/history?batch=6&tab=jobs' })
    await page.getByRole('button', { name: 'Actions for job 3', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run again' }).click()
    await expect
      .poll(() => askedFor(page))
      .toContainEqual({
        name: 'retry',
        input: { batches: [expect.any(String)], partial: true, jobs: [6_000_003] },
      })
  })

  it('stay a table of a hundred thousand rows, of which few exist', async () => {
    const page = await open({ scenario: 'many', hash: '#/queue?batch=12&tab=jobs' })
    const grid = page.getByRole('grid', { name: 'Jobs' })
    await grid.locator('[data-ordinal="1"]').waitFor()
    expect(await grid.getAttribute('aria-rowcount')).toBe('100001')
    const rows = grid.locator('.jobs-rows')
    await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2))
    await grid.locator('[data-ordinal="50000"]').waitFor()
    await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await grid.locator('[data-ordinal="100000"]').waitFor()
    expect(await grid.locator('[role="row"]').count()).toBeLessThan(80)
  })

  it('say when they ended in one line, also on a clock of twelve hours', async () => {
    for (const [locale, time] of [
      ['en-GB', /^[\d:]+$/],
      ['en-US', /^[\d:]+\s[AP]M$/],
    ] as const) {
      const page = await open({ hash: '#/history?batch=8&tab=jobs', locale })
      const row = page.getByRole('grid', { name: 'Jobs' }).locator('[data-ordinal="1"]')
      const ended = row.getByRole('gridcell').nth(4)
      expect(await ended.textContent()).toMatch(time)
      const [high, beyond] = await ended.evaluate((cell) => [
        cell.scrollHeight,
        cell.scrollWidth - cell.clientWidth,
      ])
      expect(high).toBeLessThan(28)
      expect(beyond).toBe(0)
    }
  })

  it('are walked with the keys', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=jobs' })
    const grid = page.getByRole('grid', { name: 'Jobs' })
    await grid.locator('[data-ordinal="1"]').click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-ordinal')))
      .toBe('3')
    await page.keyboard.press('Enter')
    await page.getByRole('log', { name: 'Log of job 3' }).waitFor()
  })
})

describe('the log', () => {
  it('begins at the first failed job, in colour, at its end', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=log' })
    await page.getByText('Traceback (most recent call last):').waitFor()
    const colour = await page
      .getByText('Traceback (most recent call last):')
      .evaluate((element) => getComputedStyle(element).color)
    const plain = await page.getByText(/load_area/).evaluate((element) => getComputedStyle(element).color)
    expect(colour).not.toBe(plain)
  })

  it('opens a gigabyte at once, and goes anywhere in it', async () => {
    const page = await open({ scenario: 'huge-log', hash: '#/history?batch=8&tab=log' })
    await page.getByText('1.07 GB', { exact: true }).waitFor()
    await page.getByText("no column 'area'").waitFor()
    const slider = page.getByRole('slider', { name: 'Place in the log' })
    await slider.focus()
    await page.keyboard.press('Home')
    await page.getByText(/tile 1 of 11184810/).waitFor()
    await slider.fill('500')
    await page
      .getByText(/tile 55924\d\d of/)
      .first()
      .waitFor()
  })

  it('reads on in both directions while one scrolls', async () => {
    const page = await open({ scenario: 'huge-log', hash: '#/history?batch=8&tab=log' })
    await page.getByText("no column 'area'").waitFor()
    const log = page.getByRole('log')
    const before = await log.evaluate((element) => element.scrollHeight)
    await log.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => log.evaluate((element) => element.scrollHeight)).toBeGreaterThan(before)
    expect(await log.evaluate((element) => element.scrollTop)).toBeGreaterThan(10_000)
  })

  it('searches, and goes from match to match', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=log' })
    await page.getByRole('textbox', { name: 'Search the log' }).fill('no data')
    await page.getByText('1 of 11').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('2 of 11').waitFor()
    await page.getByRole('button', { name: 'Previous match' }).click()
    await page.getByText('1 of 11').waitFor()
    expect(await page.locator('mark').first().textContent()).toBe('no data')
    await page.getByRole('textbox', { name: 'Search the log' }).fill('zebra')
    await page.getByText('not found').waitFor()
  })

  it('jumps to the failure, and from failed job to failed job', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=log&job=50' })
    await page.getByText('Traceback').waitFor()
    await page.getByRole('log').focus()
    await page.keyboard.press('Home')
    await page.getByText('Traceback').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Jump to the likely error' }).click()
    await page.locator('[data-marked="true"]').getByText('Traceback').waitFor()
    await page.getByRole('button', { name: 'Next failed job' }).click()
    await page.getByRole('log', { name: 'Log of job 100' }).waitFor()
  })

  it('follows the running job', async () => {
    const page = await open({ hash: '#/queue?tab=log' })
    await page.getByRole('log', { name: 'Log of job 44' }).waitFor()
    await page.getByText('still running').waitFor()
    await page.evaluate(() => window.fixture.finishJobs(1))
    await page.getByRole('log', { name: 'Log of job 45' }).waitFor()
  })

  it('of a program that writes links and any colour is read in both themes, and a match far right is shown', async () => {
    for (const dark of [false, true]) {
      const page = await open({ dark, hash: '#/history?batch=8' })
      await page.evaluate(() => {
        window.fixture.world.log = [
          '\u001b]8;;https://slipway.example\u0007a link\u001b]8;;\u0007 ends',
          '\u001b[38;2;255;255;0mtrue yellow\u001b[0m',
          '\u001b[38;5;226mpalette yellow\u001b[0m',
          '\u001b[38;2;20;20;60mtrue night\u001b[0m',
          `${'x'.repeat(1_500)}needle`,
          '',
        ].join('\n')
      })
      await page.getByRole('tab', { name: 'Log' }).click()
      await page.getByText('a link ends', { exact: true }).waitFor()
      for (const words of ['true yellow', 'palette yellow', 'true night'])
        expect(await page.getByText(words).evaluate(contrast)).toBeGreaterThan(4.5)
      await page.getByRole('textbox', { name: 'Search the log' }).fill('needle')
      const mark = page.locator('mark')
      await mark.waitFor()
      await expect
        .poll(async () => {
          const [found, log] = [await mark.boundingBox(), await page.getByRole('log').boundingBox()]
          return found && log && found.x >= log.x && found.x + found.width <= log.x + log.width
        })
        .toBe(true)
    }
  })

  it('stands beside what the job is: its command to copy for three shells, its folder and its attempts', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=log&job=50' })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Job details' }).click()
    const details = page.getByRole('region', { name: 'Job details' })
    await details.getByText('python3 scripts/edm.py data/region-0050.csv --out results/50.json').waitFor()
    await details.getByText('/home/ada/projects/flood', { exact: true }).waitFor()
    await details.getByText(/: failed · exit code 2 · ended \d\d:\d\d:\d\d after/).waitFor()
    await details.getByRole('button', { name: 'Copy for PowerShell' }).click()
    await details.getByText('Copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'python3 scripts/edm.py data/region-0050.csv --out results/50.json',
    )
    await page.getByRole('button', { name: 'Log of the next job' }).click()
    await details.getByText('data/region-0051.csv', { exact: true }).waitFor()
  })

  it('that is no text reports it', async () => {
    const page = await open({ hash: '#/history?batch=8' })
    await page.evaluate(() => {
      window.fixture.world.log = 'ELF\u0000\u0001\u0002\n'
    })
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByText("This output is not text: bytes that can't be shown are escapes.").waitFor()
  })

  it('offers no following of what has ended', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=log' })
    await page.getByText('Traceback').waitFor()
    expect(await page.getByRole('switch', { name: 'Follow' }).count()).toBe(0)
  })

  it('says that a job which has not started has no log', async () => {
    const page = await open({ hash: '#/queue?batch=12&tab=log&job=100' })
    await page.getByText('This job has no log yet.').waitFor()
  })
})

describe('the timeline and the events', () => {
  it('draw every attempt and say where the batch stood still; zooming works by buttons', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=timeline' })
    await page
      .getByRole('img', { name: /^Timeline of 850 attempts/ })
      .locator('canvas')
      .waitFor()
    await page
      .getByRole('region', { name: 'Idle periods' })
      .getByText(/^asleep/)
      .waitFor()
    const picture = () =>
      page.locator('canvas').evaluate((element) => (element as HTMLCanvasElement).toDataURL())
    await page.evaluate(() => document.fonts.ready)
    const whole = await picture()
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await expect.poll(picture).not.toBe(whole)
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(picture).toBe(whole)
  })

  it('tell the story of a batch, newest first', async () => {
    const page = await open({ hash: '#/history?batch=8&tab=events' })
    const events = page.getByRole('region', { name: 'Events' }).getByRole('listitem')
    await events.first().waitFor()
    expect(await events.first().textContent()).toContain('completed with errors')
    expect(await events.last().textContent()).toContain('slipway add flood.slipway.yaml')
  })
})
