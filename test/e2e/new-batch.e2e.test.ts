import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { askedFor, panelBrowser, row } from './support/panel-browser.ts'

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

  it('shows the commands before anything exists, asks for trust, and is added', async () => {
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
      .getByText('#12 flood-2026 / portfolio is running since 18:01: 43 of 120 jobs done.')
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
    expect(await enqueued(page)).toEqual([expect.objectContaining({ ifExists: 'replace' })])
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

  it('is left, and so is the dialog that asked for more', async () => {
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
    await dialog.getByText('#12 flood-2026 / portfolio is running: 41 of 120 jobs done.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })
})
