import { describe, expect, it } from 'vitest'
import type { Batch } from '../../src/contract/entities.ts'
import { fromSnapshot, type LiveQueue, queueHead } from '../../src/contract/queue-state.ts'
import { queueItems } from '../../src/renderer/features/queue/queue-items.ts'
import { pageSize, placeholderAt, withPages } from '../../src/renderer/store/queue-pages.ts'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld } from '../e2e/fixtures/world.ts'

/** The state of 1,000 queued batches, as a snapshot has it, and all of them in order. */
async function longQueue(): Promise<{ live: LiveQueue; queued: Batch[] }> {
  const { api } = createFixtureApi(buildWorld('many'))
  const snapshot = await api.invoke('snapshot', {})
  const page = await api.invoke('queue-page', { skip: 0, limit: 1_000 })
  if (!snapshot.ok || !page.ok) throw new Error('the fixture refused')
  return { live: fromSnapshot(snapshot.value, 0), queued: page.value.batches }
}

describe('a queue that is longer than its head', () => {
  it('has a row for each batch, those that are loaded in their places', async () => {
    const { live, queued } = await longQueue()
    expect(live.order).toEqual(queued.slice(0, queueHead).map(({ id }) => id))
    const third = queued.slice(2 * pageSize, 3 * pageSize)
    const shown = withPages(live, new Map([[2, third]]), null)
    expect(shown.order).toHaveLength(live.counts.queued)
    expect(shown.order.slice(2 * pageSize, 3 * pageSize)).toEqual(third.map(({ id }) => id))
    expect(shown.order[queueHead]).toBe(placeholderAt(queueHead + 1))
    const items = queueItems(shown.batches, null, shown.order, [])
    expect(items.filter(({ kind }) => kind === 'gap')).toHaveLength(live.counts.queued - queueHead - pageSize)
  })

  it('shows no batch twice when an old page holds one that is at the head or runs by now', async () => {
    const { live, queued } = await longQueue()
    const stale = [...queued.slice(0, 3), ...queued.slice(pageSize + 3, 2 * pageSize)]
    const shown = withPages(live, new Map([[1, stale]]), null)
    expect(new Set(shown.order).size).toBe(live.counts.queued)
    expect(shown.order.slice(pageSize, pageSize + 4)).toEqual([
      ...[1, 2, 3].map((place) => placeholderAt(pageSize + place)),
      queued[pageSize + 3]?.id,
    ])
  })

  it('is the same list while nothing in it has changed, and only the head where the queue is short', async () => {
    const { live } = await longQueue()
    const shown = withPages(live, new Map(), null)
    expect(withPages({ ...live, seq: live.seq + 1 }, new Map(), shown).order).toBe(shown.order)
    const short = { ...live, counts: { ...live.counts, queued: live.order.length } }
    expect(withPages(short, new Map(), null)).toBe(short)
  })
})
