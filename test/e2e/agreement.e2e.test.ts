import type { Page } from 'playwright'
import { expect, it } from 'vitest'
import { listedQueue, servedPanel, shownQueue } from './support/served-panel.ts'

const workshop = servedPanel()
/** The full run is 1,000; each operation of the command line is a process of its own. */
const operations = Number(process.env.SLIPWAY_AGREEMENT_OPERATIONS ?? 200)

const twelve = `configuration: twelve
batches:
  - type: step
    run: [echo, "{generation}"]
    over: { range: 0..11, size: 1 }
`

/** Numbers that look random and are the same each time. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

function inPage(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    async ([command, body]) => {
      const response = await fetch(`/api/invoke/${command}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-slipway': '1' },
        body: JSON.stringify(body),
      })
      return response.json()
    },
    [name, input] as const,
  )
}

it(
  `two browsers and a command line agree through ${operations} random operations`,
  async () => {
    const shop = await workshop({ work: false })
    const { panel } = shop
    await panel.json(['add', shop.configuration('twelve', twelve)], shop.folder)
    const pages = [await shop.browse(), await shop.browse()] as const
    const roll = dice(20_261_122)

    for (let i = 1; i <= operations; i += 1) {
      const batch = 1 + roll(12)
      const to = 1 + roll(12)
      const by = roll(10)
      const page = pages[by % 2] ?? pages[0]
      const what = roll(8)
      if (by === 9) {
        if (what < 4) await panel.cli(['move', String(batch), '--to', String(to)])
        else if (what < 6) await panel.cli(['pause', String(batch)])
        else await panel.cli(['resume', String(batch)])
      } else if (what < 3) await inPage(page, 'move', { batches: [batch], to })
      else if (what === 3) await inPage(page, 'move', { batches: [batch], to: 'top' })
      else if (what === 4) await inPage(page, 'pause', { batch })
      else if (what === 5) await inPage(page, 'resume', { batch })
      else if (what === 6) await inPage(page, 'cancel', { batches: [batch] })
      else await inPage(page, 'retry', { batch })

      if (i % 25 !== 0) continue
      const truth = await listedQueue(panel)
      for (const each of pages) await expect.poll(() => shownQueue(each)).toEqual(truth)
    }
  },
  60_000 + operations * 1_500,
)
