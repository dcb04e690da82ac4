/** The desktop app's window: the real panel in it, what reaches it and what it survives. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aPlace, type Place } from './desktop/desktop.ts'

let place: Place
beforeEach(() => {
  place = aPlace()
})
afterEach(() => place.dispose())

describe('the window', () => {
  it('shows the panel, and a batch that was added elsewhere appears in it', async () => {
    const { file, release } = place.gated('flood', 2)
    const desktop = place.start()
    const page = await desktop.page()
    await page.getByText('Nothing is queued').first().waitFor()
    await place.slipway('add', file)
    await page.getByText('flood').first().waitFor()
    release()
    await expect
      .poll(async () => (await place.slipway('list', '--all', '--json')).out)
      .toContain('"completed"')
    expect((await desktop.state()).strangers).toEqual([])
  })
})
