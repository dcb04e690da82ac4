import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { askedFor, expectOrder, panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()
const folder = '/home/ada/projects/flood'

async function lookAt(page: Page, file: string) {
  await page.getByRole('navigation').getByRole('button', { name: 'New batch' }).click()
  await page.getByRole('textbox', { name: 'Configuration file' }).fill(`${folder}/${file}`)
  await page.keyboard.press('Enter')
}

async function collide(page: Page) {
  await lookAt(page, 'flood.slipway.yaml')
  await page.getByRole('checkbox', { name: 'edm-creation' }).uncheck()
  await page.getByRole('button', { name: 'Add the batch' }).click()
  await page.getByRole('dialog', { name: 'This batch is already running' }).waitFor()
}

const enqueued = async (page: Page) =>
  (await askedFor(page)).filter((each) => each.name === 'enqueue').map((each) => each.input)

describe('a new batch', () => {
  it('is found by walking through folders', async () => {
    const page = await open()
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog', { name: 'New batch' })
    await dialog.getByRole('button', { name: 'flood', exact: true }).click()
    await dialog.getByRole('button', { name: 'new.slipway.yaml' }).click()
    await dialog.getByText('storm-2027').waitFor()
  })

  it.each([
    `"${folder}/flood.slipway.yaml"`,
    `'${folder}/flood.slipway.yaml' `,
    `file://${folder}/flood.slipway.yaml`,
    `file://localhost${folder.replace('flood', 'fl%6Fod')}/flood.slipway.yaml`,
    '~/flood/flood.slipway.yaml',
  ])('is found by a path as it is pasted: %s', async (pasted) => {
    const page = await open()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Configuration file' }).fill(pasted)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'flood-2026' }).waitFor()
  })

  it('is found in a folder whose path was pasted', async () => {
    const page = await open()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Configuration file' }).fill(`"${folder}"`)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'new.slipway.yaml' }).click()
    await page.getByRole('heading', { name: 'storm-2027' }).waitFor()
  })

  it('shows white space and what is invisible in its commands as it would run', async () => {
    const page = await open()
    await lookAt(page, 'new.slipway.yaml')
    const shown = page.getByText("python3 scripts/prepare.py 'one\\ntwo  three\\u202e' --out out/2.json")
    await shown.waitFor()
    expect(await shown.evaluate((element) => getComputedStyle(element).whiteSpace)).toBe('pre')
  })

  it('shows the commands before anything exists, requires trust, and is added', async () => {
    const page = await open()
    await lookAt(page, 'new.slipway.yaml')
    await page.getByText("python3 scripts/prepare.py 'data/region 24.csv' --out out/24.json").waitFor()
    await page.getByText('… 21 more …').waitFor()
    await page.getByText('3 batches, 44 jobs').waitFor()
    const add = page.getByRole('button', { name: 'Add 3 batches' })
    expect(await add.isDisabled()).toBe(true)
    await page.getByRole('checkbox', { name: 'I trust this file' }).check()
    await add.click()
    await row(page, 21).getByText('prepare').waitFor()
    await page.getByText('Added 3 batches').first().waitFor()
    await page.getByRole('heading', { name: '#21 prepare' }).waitFor()
  })

  it('does not ask for trust a second time, and remembers the file', async () => {
    const page = await open()
    await lookAt(page, 'new.slipway.yaml')
    await page.getByRole('checkbox', { name: 'I trust this file' }).check()
    await page.getByRole('button', { name: 'Add 3 batches' }).click()
    await row(page, 21).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('region', { name: 'Recent files' }).getByRole('button').click()
    await page.getByRole('heading', { name: 'storm-2027' }).waitFor()
    expect(await page.getByRole('checkbox', { name: 'I trust this file' }).count()).toBe(0)
  })

  it('takes variables and types, and shows what they change', async () => {
    const page = await open()
    await lookAt(page, 'flood.slipway.yaml')
    await page.getByRole('textbox', { name: 'out' }).fill('elsewhere')
    await page.getByText('--out elsewhere/412.json').waitFor()
    await page.getByRole('checkbox', { name: 'portfolio' }).uncheck()
    await page.getByText('1 batch, 412 jobs').waitFor()
    await page.getByRole('checkbox', { name: 'Add on hold' }).check()
    await page.getByRole('button', { name: 'Add the batch' }).click()
    await expect
      .poll(() => enqueued(page))
      .toEqual([
        expect.objectContaining({ types: ['edm-creation'], variables: { out: 'elsewhere' }, hold: true }),
      ])
  })

  it('names every problem with its line, and creates nothing', async () => {
    const page = await open()
    await lookAt(page, 'broken.slipway.yaml')
    await page.getByText('2 problems. Nothing was added.').waitFor()
    await page.getByText('line 7:5').waitFor()
    await page.getByText('Unknown key “runn”.').waitFor()
    await page.getByRole('button', { name: 'Choose another file' }).click()
    await page.getByRole('textbox', { name: 'Configuration file' }).waitFor()
  })

  it('says what to do when there is no such file', async () => {
    const page = await open()
    await lookAt(page, 'typo.slipway.yaml')
    await page.getByText(`There is no file ${folder}/typo.slipway.yaml.`).waitFor()
    await page.getByText('Is the path complete and spelled right?').waitFor()
  })

  it('counts what is done and unchanged before it is added, and reports it after', async () => {
    const page = await open()
    await lookAt(page, 'flood.slipway.yaml')
    await page.getByRole('checkbox', { name: 'portfolio' }).uncheck()
    await page.getByRole('checkbox', { name: 'Skip inputs that already succeeded' }).check()
    const counts = '319 unchanged since #1; 38 changed, 5 outputs missing, 50 new'
    await page.getByRole('status').getByText(counts).waitFor()
    await page.getByText('1 batch, 93 jobs').waitFor()
    await page.getByRole('button', { name: 'Add the batch' }).click()
    await page.getByRole('alert').getByText(`skipped 319 jobs: ${counts}`).waitFor()
  })

  it('whose inputs another makes is shown as an estimate, and says when they are looked up', async () => {
    const page = await open()
    await lookAt(page, 'stages.slipway.yaml')
    await page.getByText('Estimate: inputs are looked up when split has completed.').waitFor()
    await page.getByText('about 119 jobs', { exact: true }).waitFor()
    await page.getByText('2 batches, about 131 jobs').waitFor()
    await page.getByRole('button', { name: 'Add 2 batches' }).click()
    await row(page, 22).getByText('inputs are looked up when #21 has completed').waitFor()
    await row(page, 22).click()
    await page.getByRole('tab', { name: 'Jobs' }).click()
    await page.getByText('No jobs yet: inputs are looked up when #21 has completed.').waitFor()
  })

  it('is added by keyboard alone', async () => {
    const page = await open()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Configuration file' }).waitFor()
    await page.keyboard.type(`${folder}/flood.slipway.yaml`)
    await page.keyboard.press('Enter')
    await page.getByRole('checkbox', { name: 'portfolio' }).waitFor()
    for (let i = 0; i < 20; i += 1) {
      await page.keyboard.press('Tab')
      const label = await page.evaluate(
        () => (document.activeElement as HTMLInputElement)?.labels?.[0]?.innerText,
      )
      if (label === 'portfolio') break
    }
    await page.keyboard.press('Space')
    await page.getByText('1 batch, 412 jobs').waitFor()
    await page.keyboard.press('Enter')
    await row(page, 21).waitFor()
  })
})

describe('a batch that is already there', () => {
  it('is explained: which, how far, what differs', async () => {
    const page = await open()
    await collide(page)
    const dialog = page.getByRole('dialog', { name: 'This batch is already running' })
    await dialog
      .getByText(
        '#12 flood-2026 / portfolio has been running since 18:01: 41 of 120 jobs succeeded, 2 failed, 77 open.',
      )
      .waitFor()
    await dialog.getByText('The new batch has the same 120 jobs.').waitFor()
  })

  it('is shown', async () => {
    const page = await open()
    await collide(page)
    await page.getByRole('button', { name: /^Show it/ }).click()
    await page.getByRole('heading', { name: '#12 portfolio' }).waitFor()
    expect(page.url()).toContain('batch=12')
    expect(await row(page, 21).count()).toBe(0)
  })

  it('is cancelled and started over', async () => {
    const page = await open()
    await collide(page)
    await page.getByRole('button', { name: /^Cancel it and start over/ }).click()
    await row(page, 21).getByText('120 jobs').waitFor()
    expect(await enqueued(page)).toEqual([expect.objectContaining({ ifExists: 'replace', place: 'keep' })])
    await page.getByRole('alert').getByText('#21 takes the place of #12 at position 1, priority 0').waitFor()
  })

  it('is started over at the end of the queue where a person chooses so', async () => {
    const page = await open()
    await collide(page)
    await page.getByRole('radiogroup', { name: 'Place in the queue' }).getByText('goes to the end').click()
    await page.getByRole('button', { name: /^Cancel it and start over/ }).click()
    await expectOrder(page, [13, 16, 17, 18, 19, 20, 21])
    expect(await enqueued(page)).toEqual([expect.objectContaining({ ifExists: 'replace', place: 'end' })])
    expect(await page.getByText('takes the place of').count()).toBe(0)
  })

  it('names what lies outside of a narrower range, and keeps it on the screen', async () => {
    const page = await open()
    await lookAt(page, 'narrow.slipway.yaml')
    await page.getByRole('button', { name: 'Add the batch…' }).click()
    await page.getByText('if it is ended, what lies outside will not run').waitFor()
    await page.clock.install()
    await page.getByRole('button', { name: /^Run only the remaining/ }).click()
    const told = page.getByRole('alert').filter({ hasText: 'Some jobs will not run' })
    await told.getByText('5 jobs of #13 will not run: 0-4 is outside the new range.').waitFor()
    await page.clock.fastForward(60_000)
    expect(await told.count()).toBe(1)
  })

  it('is announced beside the button that adds, however much there is above it', async () => {
    const page = await open({ height: 500 })
    await lookAt(page, 'flood.slipway.yaml')
    await page.getByRole('button', { name: 'Add 2 batches…' }).waitFor()
    const note = page.getByRole('dialog').locator('.note', { hasText: 'One of these is already queued' })
    const box = await note.boundingBox()
    expect(box === null ? 500 : box.y + box.height).toBeLessThan(500)
  })

  it('is continued with only what is not done', async () => {
    const page = await open()
    await collide(page)
    await page.getByRole('button', { name: /^Run only the remaining 79/ }).click()
    await row(page, 21).getByText('79 jobs').waitFor()
    expect(await enqueued(page)).toEqual([expect.objectContaining({ ifExists: 'remaining' })])
  })

  it('is duplicated only after a second, deliberate step', async () => {
    const page = await open()
    await collide(page)
    await page.getByRole('button', { name: 'Add a duplicate anyway…' }).click()
    const yes = page.getByRole('button', { name: 'Add duplicate' })
    expect(await yes.isDisabled()).toBe(true)
    await page.getByRole('checkbox', { name: /same work runs twice/ }).check()
    await yes.click()
    await row(page, 21).waitFor()
    expect(await enqueued(page)).toEqual([expect.objectContaining({ ifExists: 'allow' })])
  })

  it('is left, and so is the dialog that required more', async () => {
    const page = await open()
    await collide(page)
    await page
      .getByRole('dialog', { name: 'This batch is already running' })
      .getByRole('button', { name: 'Cancel', exact: true })
      .click()
    await page.getByRole('dialog', { name: 'New batch' }).waitFor()
    expect(await enqueued(page)).toEqual([])
  })

  it('gets one answer for several', async () => {
    const page = await open()
    await page.evaluate(() =>
      window.fixture.add({ configuration: 'flood-2026', type: 'edm-creation', range: null }),
    )
    await lookAt(page, 'flood.slipway.yaml')
    await page.getByRole('button', { name: 'Add 2 batches' }).click()
    await page.getByText('Your answer applies to both.').waitFor()
    await page.getByRole('button', { name: /^Cancel them and start over/ }).click()
    await row(page, 23).waitFor()
    expect(await enqueued(page)).toHaveLength(1)
  })

  it('is asked about by a retry as well', async () => {
    const page = await open({ hash: '#/history' })
    await row(page, 2).click()
    await page.getByRole('heading', { name: '#2 portfolio' }).waitFor()
    await page.keyboard.press('Shift+R')
    const dialog = page.getByRole('dialog', { name: 'This batch is already running' })
    await dialog
      .getByText(
        '#12 flood-2026 / portfolio has been running since 18:01: 41 of 120 jobs succeeded, 2 failed, 77 open.',
      )
      .waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })
})
