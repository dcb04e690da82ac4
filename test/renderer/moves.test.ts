import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followQueue } from '../../src/contract/follow-queue.ts'
import { setApi } from '../../src/renderer/api/current.ts'
import { nudgeOrder } from '../../src/renderer/features/queue/queue-items.ts'
import { cancelBatches, moveBatches } from '../../src/renderer/store/batch-commands.ts'
import { setLink, setServer, shownOrder, usePanel } from '../../src/renderer/store/panel-store.ts'
import { undoLast } from '../../src/renderer/store/undo.tsx'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld } from '../e2e/fixtures/world.ts'

const queued = [13, 16, 17, 18, 19, 20]
const some = fc.shuffledSubarray(queued, { minLength: 1 })

/** The panel's store on a small queue, and what a person does with it. */
async function openPanel() {
  usePanel.setState(usePanel.getInitialState(), true)
  const core = createFixtureApi(buildWorld('usual'))
  setApi(core.api)
  const ready = Promise.withResolvers<void>()
  const queue = (state: Parameters<typeof setServer>[0]) => {
    setServer(state)
    ready.resolve()
  }
  followQueue(core.api, { queue, link: setLink }, { soon: (work) => work() })
  await ready.promise
  const idOf = (number: number) => [...core.world.batches.values()].find((b) => b.number === number)?.id ?? ''
  const batchesOf = (numbers: readonly number[]) =>
    numbers.flatMap((number) => usePanel.getState().server?.batches.get(idOf(number)) ?? [])
  return {
    core,
    batchesOf,
    /** As Alt with an arrow key does. */
    nudge(number: number, by: -1 | 1) {
      const next = nudgeOrder(shownOrder(usePanel.getState()), new Set([idOf(number)]), by)
      if (!next) throw new Error('nowhere to go')
      return moveBatches(batchesOf([number]), next.place, next.order)
    },
    shown: () => shownOrder(usePanel.getState()).map((id) => Number(id.slice(-12))),
  }
}

describe('moves that are not answered yet', () => {
  it('keep the order that the last of them shows, while the core confirms one after the other', async () => {
    const { core, nudge, shown } = await openPanel()
    core.hold(true)
    const moves = [nudge(17, -1), nudge(17, -1), nudge(17, 1)]
    const orders = new Set<string>()
    usePanel.subscribe(() => orders.add(shown().join(' ')))
    core.hold(false)
    await Promise.all(moves)
    expect([...orders]).toEqual(['13 17 16 18 19 20'])
    core.change(20, { status: 'paused', position: null })
    expect(shown()).toEqual([13, 17, 16, 18, 19])
  })
})

describe('taking a move back', () => {
  it('goes to the place that was shown when the key was pressed, also before the core had confirmed it', async () => {
    const { core, nudge, shown } = await openPanel()
    expect(shown()).toEqual(queued)
    core.hold(true)
    const moves = [nudge(17, -1), nudge(17, 1)]
    core.hold(false)
    await Promise.all(moves)
    expect(shown()).toEqual(queued)
    await undoLast()
    expect(shown()).toEqual([13, 17, 16, 18, 19, 20])
  })

  it('puts each batch back in its place, wherever several went together', async () => {
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.constantFrom('top' as const, 'bottom' as const, 1, 2, 3, 4, 5, 6),
        async (numbers, to) => {
          const { batchesOf, shown } = await openPanel()
          await moveBatches(batchesOf(numbers), to)
          await undoLast()
          expect(shown()).toEqual(queued)
        },
      ),
    )
  })
})

describe('taking a cancellation back', () => {
  it('leaves paused what was paused: it must not begin', async () => {
    const { core, batchesOf, shown } = await openPanel()
    core.change(18, { status: 'paused', position: null })
    const left = shown()
    await cancelBatches(batchesOf([18]), '')
    await undoLast()
    expect(batchesOf([18])).toMatchObject([{ status: 'paused', position: null }])
    expect(shown()).toEqual(left)
  })

  it('puts each batch back in its place, in whatever order they were selected', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (numbers) => {
        const { batchesOf, shown } = await openPanel()
        await cancelBatches(batchesOf(numbers), '')
        expect(shown()).toEqual(queued.filter((number) => !numbers.includes(number)))
        await undoLast()
        expect(shown()).toEqual(queued)
      }),
    )
  })
})
