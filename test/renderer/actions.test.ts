/** What a person sees after an action: success only after the core's ok, else what went wrong. */
import { notifications, notificationsStore } from '@mantine/notifications'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Batch } from '../../src/contract/entities.ts'
import { followQueue } from '../../src/contract/follow-queue.ts'
import { setApi } from '../../src/renderer/api/current.ts'
import { createHttpApi } from '../../src/renderer/api/http.ts'
import type { PanelApi } from '../../src/renderer/api/panel-api.ts'
import { closeUnreachable } from '../../src/renderer/store/act.ts'
import {
  cancelBatches,
  clearFinished,
  markSeen,
  moveBatches,
  pauseBatches,
  pauseQueue,
  resumeBatches,
  retryBatches,
  setPriority,
  stopAfter,
} from '../../src/renderer/store/batch-commands.ts'
import { setLink, setServer, usePanel } from '../../src/renderer/store/panel-store.ts'
import { undoLast } from '../../src/renderer/store/undo.tsx'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld } from '../e2e/fixtures/world.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  notifications.clean()
  notifications.cleanQueue()
})

/** The panel's store on a small queue whose calls are listed. */
async function openPanel() {
  usePanel.setState(usePanel.getInitialState(), true)
  const core = createFixtureApi(buildWorld('usual'))
  const ready = Promise.withResolvers<void>()
  const queue = (state: Parameters<typeof setServer>[0]) => {
    setServer(state)
    ready.resolve()
  }
  followQueue(core.api, { queue, link: setLink }, { soon: (work) => work() })
  await ready.promise
  const calls: { name: string; input: unknown }[] = []
  const use = (api: PanelApi) =>
    setApi({
      ...api,
      invoke: (name, input) => {
        calls.push({ name, input })
        return api.invoke(name, input)
      },
    })
  use(core.api)
  return { core, calls, use }
}

const batchesOf = (...numbers: number[]) =>
  [...(usePanel.getState().server?.batches.values() ?? [])].filter((b) => numbers.includes(b.number))
const finished = () =>
  [...(usePanel.getState().server?.batches.values() ?? [])].filter((b) => b.completedAt !== null)
const shownNotifications = () => notificationsStore.getState().notifications

const actions: Record<string, () => Promise<unknown>> = {
  'pause batches': () => pauseBatches(batchesOf(13, 16)),
  'pause batches now': () => pauseBatches(batchesOf(12), true),
  'resume batches': () => resumeBatches(batchesOf(14, 15)),
  'run without waiting': () => resumeBatches(batchesOf(18), true),
  'cancel batches': () => cancelBatches(batchesOf(13, 16), 'too early'),
  'move batches': () => moveBatches(batchesOf(18), 'top'),
  'retry batches': () => retryBatches(finished()),
  'set a priority': () => setPriority(batchesOf(13, 16), 5),
  'stop after a batch': async () => stopAfter(batchesOf(13)[0] ?? null),
  'pause the queue': () => pauseQueue(true),
  'resume the queue': () => pauseQueue(false),
  'clear the history': () => clearFinished(),
  'mark all as seen': () => markSeen(),
  undo: () => undoLast(),
}

const failures: Record<string, (open: Awaited<ReturnType<typeof openPanel>>) => void> = {
  'is refused': ({ core, use }) =>
    use({
      ...core.api,
      invoke: async () => ({ ok: false, error: { code: 'not-possible', message: 'It went wrong.' } }),
    }),
  'is thrown': ({ core, use }) =>
    use({ ...core.api, invoke: () => Promise.reject(new Error('It went wrong.')) }),
  'is answered with 500': ({ use }) => {
    vi.stubGlobal('fetch', async () => new Response('It went wrong.', { status: 500 }))
    use(createHttpApi('http://127.0.0.1:1'))
  },
  'is answered with 500 and JSON of another shape': ({ use }) => {
    vi.stubGlobal('fetch', async () => Response.json({ message: 'It went wrong.' }, { status: 500 }))
    use(createHttpApi('http://127.0.0.1:1'))
  },
}

describe.each(Object.entries(failures))('an action that %s', (_how, fail) => {
  it.each(Object.entries(actions))('is reported as an error and never as done: %s', async (_what, action) => {
    const open = await openPanel()
    fail(open)
    await action()
    const shown = shownNotifications()
    expect(open.calls.length).toBeGreaterThan(0)
    expect(shown.map(({ color }) => color)).toEqual(['red'])
    expect(usePanel.getState().announcement).toBe(shown[0]?.title)
    expect(usePanel.getState().pendingOrder).toBeNull()
  })
})

describe('while the connection is away', () => {
  it('no action is sent, and one notice reports it, however many are tried', async () => {
    const { core, calls } = await openPanel()
    core.link(false)
    for (const action of Object.values(actions)) await action()
    expect(calls).toEqual([])
    expect(shownNotifications().map(({ title }) => title)).toEqual([
      'Not done: there is no connection to Slipway.',
    ])
    expect(usePanel.getState().pendingOrder).toBeNull()
    closeUnreachable()
    expect(shownNotifications()).toEqual([])
  })
})

describe('an action without an answer', () => {
  it.each(Object.entries(actions))(
    'says that it waits, and never that it is done: %s',
    async (_what, action) => {
      const { core, use } = await openPanel()
      const arrives = Promise.withResolvers<void>()
      use({
        ...core.api,
        invoke: async () => {
          await arrives.promise
          return { ok: false, error: { code: 'not-possible', message: 'It went wrong.' } }
        },
      })
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const done = action()
      await vi.advanceTimersByTimeAsync(3_900)
      expect(shownNotifications()).toEqual([])
      await vi.advanceTimersByTimeAsync(200)
      expect(shownNotifications().map(({ message }) => message)).toEqual([
        'Still waiting for an answer from Slipway.',
      ])
      arrives.resolve()
      await done
      vi.useRealTimers()
      expect(shownNotifications().map(({ title }) => title)).toEqual(['It went wrong.'])
    },
  )
})

describe('an action on many batches', () => {
  it.each([
    ['pause', () => pauseBatches(batchesOf(13, 16, 17))],
    ['resume', () => resumeBatches(batchesOf(14, 15))],
    ['cancel', () => cancelBatches(batchesOf(13, 16, 17), '')],
    ['retry', () => retryBatches(batchesOf(3, 4))],
    ['priority', () => setPriority(batchesOf(13, 16, 17), 3)],
    ['move', () => moveBatches(batchesOf(17, 18), 'top')],
  ])('is one call with all of them: %s', async (name, action) => {
    const { calls } = await openPanel()
    await action()
    expect(calls.map((call) => call.name)).toEqual([name])
    expect(calls[0]?.input).toMatchObject({
      batches: expect.arrayContaining([expect.anything(), expect.anything()]),
    })
  })

  it('asks once about all retries that collide, after it has retried the others', async () => {
    const { core, calls, use } = await openPanel()
    const [first, second, third] = finished()
    if (!first || !second || !third) throw new Error('too few have ended')
    const collides = (batch: Batch) => ({
      id: batch.id,
      number: batch.number,
      code: 'duplicate' as const,
      message: 'It is queued already.',
      conflicts: [{ existing: batch }],
    })
    const rest = { existing: [], closed: [], outside: [], placed: [], undo: 1 }
    const answers = [
      { batches: [first], refused: [second, third].map(collides), ...rest },
      { batches: [second, third], refused: [], ...rest },
    ]
    use({ ...core.api, invoke: async () => ({ ok: true, value: answers.shift() }) as never })
    const retried = retryBatches([first, second, third])
    await expect.poll(() => usePanel.getState().duplicates?.conflicts.length).toBe(2)
    expect(usePanel.getState().duplicates?.title).toBe('Retry 2 batches?')
    usePanel.getState().duplicates?.answer({ ifExists: 'replace', place: 'end' })
    await retried
    expect(calls.map(({ input }) => input)).toEqual([
      { batches: [first.id, second.id, third.id], partial: true },
      { batches: [second.id, third.id], partial: true, ifExists: 'replace', place: 'end' },
    ])
    expect(usePanel.getState().announcement).toBe('Retrying 2 batches. Can be undone.')
  })

  it('names those that the core left as they were', async () => {
    const { core, use } = await openPanel()
    const refused = [{ id: 'x', number: 16, code: 'not-possible' as const, message: '#16 has ended.' }]
    use({
      ...core.api,
      invoke: async (name, input) => {
        const result = await core.api.invoke(name, input)
        if (result.ok) Object.assign(result.value, { refused })
        return result
      },
    })
    await pauseBatches(batchesOf(13, 17))
    expect(shownNotifications().map(({ title }) => title)).toContain('1 batch was not changed')
  })
})

describe('undo', () => {
  it('takes back one action after the other, the latest first', async () => {
    const { calls } = await openPanel()
    const before = usePanel.getState().server?.order
    const priority = batchesOf(17)[0]?.priority
    await moveBatches(batchesOf(18), 'top')
    await pauseBatches(batchesOf(13, 16))
    await setPriority(batchesOf(17), 7)
    await cancelBatches(batchesOf(20), '')
    const [batch20, batch17] = [batchesOf(20), batchesOf(17)].map(([batch]) => batch)
    expect([batch20?.status, batch17?.priority]).toEqual(['cancelled', 7])
    await undoLast()
    expect(batchesOf(20)[0]?.status).toBe('queued')
    await undoLast()
    expect(batchesOf(17)[0]?.priority).toBe(priority)
    await undoLast()
    expect(batchesOf(13, 16).map((batch) => batch.status)).toEqual(['queued', 'queued'])
    await undoLast()
    expect(usePanel.getState().server?.order).toEqual(before)
    expect(calls.filter((call) => call.name === 'undo').map((call) => call.input)).toEqual([{}, {}, {}, {}])
    await undoLast()
    expect(shownNotifications().at(-1)?.title).toBe('There is nothing to undo.')
  })
})
