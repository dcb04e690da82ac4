import { beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/renderer/api/connection.ts'
import { setApi } from '../../src/renderer/api/current.ts'
import { nudgeOrder } from '../../src/renderer/features/queue/queue-items.ts'
import { moveBatches } from '../../src/renderer/store/act.ts'
import { setLink, setServer, shownOrder, usePanel } from '../../src/renderer/store/panel-store.ts'
import { undoLast } from '../../src/renderer/store/undo.tsx'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld } from '../e2e/fixtures/world.ts'

/** The panel's store on a small queue, and what a person does with it. */
async function openPanel() {
  const core = createFixtureApi(buildWorld('usual'))
  setApi(core.api)
  const ready = Promise.withResolvers<void>()
  const server = (state: Parameters<typeof setServer>[0]) => {
    setServer(state)
    ready.resolve()
  }
  connect(core.api, { server, link: setLink }, { soon: (work) => work() })
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

beforeEach(() => usePanel.setState(usePanel.getInitialState(), true))

describe('taking a move back', () => {
  it('goes to the place that was shown when the key was pressed, also before the core had confirmed it', async () => {
    const { core, nudge, shown } = await openPanel()
    expect(shown()).toEqual([13, 16, 17, 18, 19, 20])
    core.hold(true)
    const moves = [nudge(17, -1), nudge(17, 1)]
    core.hold(false)
    await Promise.all(moves)
    expect(shown()).toEqual([13, 16, 17, 18, 19, 20])
    await undoLast()
    expect(shown()).toEqual([13, 17, 16, 18, 19, 20])
  })
})
