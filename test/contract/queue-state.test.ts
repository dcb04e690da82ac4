import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/contract/commands.ts'
import type { Batch } from '../../src/contract/entities.ts'
import type { ChangeEvent } from '../../src/contract/events.ts'
import { type FollowedApi, followQueue, type Link } from '../../src/contract/follow-queue.ts'
import { applyEvent, fromSnapshot, keptFinished, type LiveQueue } from '../../src/contract/queue-state.ts'
import { type BatchStatus, isActive, isFinal } from '../../src/contract/states.ts'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld, counts, makeBatch } from '../e2e/fixtures/world.ts'
import { seeded } from '../helpers/seeded.ts'

type Step = { what: 'add' | 'finish' | 'cancel' | 'pause' | 'move' | 'fill'; which: number }

/** A small server with the contract's promises: every commit is one event, seq goes up by one. */
function createServer() {
  const base = createFixtureApi(buildWorld('nothing-to-do')).api
  let epoch = 'a'
  let seq = 0
  let batches: Batch[] = []
  let common: Snapshot | undefined
  const queued = () =>
    batches.filter((b) => b.status === 'queued').sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
  const counter = { now: 1_000_000, nextNumber: 1 }

  const set = (batch: Batch, change: Partial<Batch>): Batch => {
    const next = { ...batch, ...change }
    batches = batches.map((b) => (b.id === batch.id ? next : b))
    return next
  }
  const renumber = (order: Batch[]) => {
    for (const [index, batch] of order.entries()) set(batch, { position: index + 1 })
  }
  const end = (batch: Batch, status: BatchStatus) => {
    counter.now += 10
    const ended = set(batch, { status, position: null, completedAt: counter.now })
    renumber(queued())
    return ended
  }
  return {
    async start() {
      const snapshot = await base.invoke('snapshot', {})
      if (snapshot.ok) common = snapshot.value
    },
    restart() {
      epoch = `${epoch}'`
      seq = 0
    },
    snapshot(): Snapshot {
      if (!common) throw new Error('not started')
      return {
        ...common,
        epoch,
        seq,
        active: batches.filter((b) => isActive(b.status)),
        recent: batches
          .filter((b) => isFinal(b.status))
          .sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0) || b.number - a.number)
          .slice(0, keptFinished),
      }
    },
    step({ what, which }: Step): ChangeEvent {
      const line = queued()
      const chosen = line[which % Math.max(1, line.length)]
      const touched: string[] = []
      const removed: string[] = []
      if (what === 'add' || !chosen) {
        const batch = makeBatch(counter, { position: line.length + 1 })
        batches.push(batch)
        touched.push(batch.id)
      } else if (what === 'finish') touched.push(end(chosen, 'completed').id)
      else if (what === 'cancel') touched.push(end(chosen, 'cancelled').id)
      else if (what === 'pause') {
        touched.push(set(chosen, { status: 'paused', position: null }).id)
        renumber(queued())
      } else if (what === 'move') renumber([chosen, ...line.filter((b) => b.id !== chosen.id)])
      else {
        removed.push(chosen.id)
        batches = batches.filter((b) => b.id !== chosen.id)
        renumber(queued())
      }
      seq += 1
      const { active: _active, recent: _recent, settings: _settings, ...rest } = this.snapshot()
      return {
        ...rest,
        batches: batches.filter((b) => touched.includes(b.id)),
        removed,
        order: queued().map((b) => b.id),
        settings: null,
      }
    },
    get batches() {
      return batches
    },
  }
}

/** What a person sees of a state; positions as seen in the rows included. */
function visible(state: LiveQueue) {
  return {
    order: state.order,
    parked: state.parked,
    finished: state.finished,
    rows: [...state.order, ...state.parked].map((id) => {
      const batch = state.batches.get(id)
      return [id, batch?.status, batch?.position, batch?.jobs.total]
    }),
  }
}

const step = fc.record({
  what: fc.constantFrom('add', 'add', 'finish', 'cancel', 'pause', 'move', 'fill') as fc.Arbitrary<
    Step['what']
  >,
  which: fc.nat(20),
})

describe('the state of the queue as a client knows it', () => {
  it('ends equal to the truth, whenever the snapshot was taken among the events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, at) => {
        const server = createServer()
        await server.start()
        const cut = at % (steps.length + 1)
        const events: ChangeEvent[] = []
        let snapshot = server.snapshot()
        steps.forEach((each, index) => {
          if (index === cut) snapshot = server.snapshot()
          events.push(server.step(each))
        })
        if (cut === steps.length) snapshot = server.snapshot()
        // Subscribed first: every event is there, also those that the snapshot contains already.
        let state: LiveQueue | undefined = fromSnapshot(snapshot, 0)
        for (const event of events) {
          state = state && applyEvent(state, event, 0)
          expect(state).toBeDefined()
        }
        const truth = fromSnapshot(server.snapshot(), 0)
        if (state) expect(visible(state)).toEqual(visible(truth))
      }),
      seeded(150),
    )
  })

  it('takes a new snapshot after a gap and in another epoch, and drops what is older', async () => {
    const server = createServer()
    await server.start()
    const first = server.step({ what: 'add', which: 0 })
    const state = fromSnapshot(server.snapshot(), 0)
    const second = server.step({ what: 'add', which: 0 })
    const third = server.step({ what: 'add', which: 0 })
    expect(applyEvent(state, third, 0)).toBeUndefined()
    expect(applyEvent(state, { ...second, epoch: 'other' }, 0)).toBeUndefined()
    expect(applyEvent(state, first, 0)).toBe(state)
  })

  it('keeps the order it had when an event changes only a job count', async () => {
    const server = createServer()
    await server.start()
    server.step({ what: 'add', which: 0 })
    server.step({ what: 'add', which: 0 })
    const state = fromSnapshot(server.snapshot(), 0)
    const event = server.step({ what: 'add', which: 0 })
    const [batch] = server.batches
    if (!batch) throw new Error('no batch')
    const next = applyEvent(
      state,
      { ...event, batches: [{ ...batch, jobs: counts(120, 1) }], order: null },
      0,
    )
    expect(next?.order).toBe(state.order)
  })
})

describe('following the queue', () => {
  /** Delivers events and answers in any order a test wants. */
  function createLine() {
    const server = createServer()
    let notify: (event: ChangeEvent) => void = () => {}
    let link: (up: boolean) => void = () => {}
    const answers: (() => void)[] = []
    let failing: 'answer' | 'throw' | null = null
    const api: FollowedApi = {
      invoke: () =>
        new Promise((resolve, reject) => {
          // A snapshot is of the moment in which it was made, not in which it arrives.
          const value = server.snapshot()
          const how = failing
          if (how === 'throw') return answers.push(() => reject(new Error('gone')))
          answers.push(() =>
            resolve(
              (how
                ? { ok: false, error: { code: 'internal', message: 'gone' } }
                : { ok: true, value }) as never,
            ),
          )
        }),
      subscribe(listener) {
        notify = listener
        return () => {}
      },
      onLink(listener) {
        link = listener
        return () => {}
      },
    }
    return {
      server,
      api,
      send: (event: ChangeEvent) => notify(event),
      link: (up: boolean) => link(up),
      fails: (how: typeof failing) => {
        failing = how
      },
      async answer() {
        answers.shift()?.()
        await new Promise((resolve) => setImmediate(resolve))
      },
      waiting: () => answers.length,
    }
  }

  function watch(line: ReturnType<typeof createLine>) {
    const seen: {
      state: LiveQueue | undefined
      last?: Link
      links: string[]
      frames: (() => void)[]
      writes: number
    } = {
      state: undefined,
      links: [],
      frames: [],
      writes: 0,
    }
    const later: (() => void)[] = []
    followQueue(
      line.api,
      {
        queue: (state) => {
          seen.state = state
          seen.writes += 1
        },
        link: (l) => {
          seen.links.push(l.state)
          seen.last = l
        },
      },
      { now: () => 5, soon: (work) => seen.frames.push(work), later: (work) => later.push(work) },
    )
    const frame = () => {
      for (const work of seen.frames.splice(0)) work()
    }
    return { seen, frame, later }
  }

  it('agrees with the server after any interleaving of lost events, restarts and late snapshots', async () => {
    type Move = { do: 'commit' | 'lose' | 'answer' | 'frame' | 'restart'; step: Step }
    const move = fc.record({
      do: fc.constantFrom('commit', 'commit', 'commit', 'lose', 'answer', 'frame', 'restart') as fc.Arbitrary<
        Move['do']
      >,
      step,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const line = createLine()
        await line.server.start()
        const { seen, frame } = watch(line)
        for (const each of moves) {
          if (each.do === 'commit') line.send(line.server.step(each.step))
          else if (each.do === 'lose') line.server.step(each.step)
          else if (each.do === 'restart') line.server.restart()
          else if (each.do === 'answer') await line.answer()
          else frame()
        }
        // One more commit arrives, and from then on the link is quiet.
        line.send(line.server.step({ what: 'add', which: 0 }))
        for (let i = 0; i < 6; i += 1) {
          frame()
          while (line.waiting() > 0) await line.answer()
        }
        const truth = fromSnapshot(line.server.snapshot(), 0)
        if (!seen.state) throw new Error('no state')
        expect(visible(seen.state)).toEqual(visible(truth))
      }),
      seeded(150),
    )
  })

  it('writes once per frame, however many events there were', async () => {
    const line = createLine()
    await line.server.start()
    const { seen, frame } = watch(line)
    await line.answer()
    const before = seen.writes
    for (let i = 0; i < 200; i += 1) line.send(line.server.step({ what: 'add', which: 0 }))
    expect(seen.frames).toHaveLength(1)
    frame()
    expect(seen.writes - before).toBe(1)
    expect(seen.state?.order).toHaveLength(200)
  })

  it('reports that the link is lost, and takes a new snapshot when it is back', async () => {
    const line = createLine()
    await line.server.start()
    const { seen } = watch(line)
    await line.answer()
    line.link(false)
    expect(seen.links.at(-1)).toBe('lost')
    line.server.step({ what: 'add', which: 0 })
    line.link(true)
    // The one that was requested while it was down does not count.
    await line.answer()
    expect(seen.links.at(-1)).toBe('lost')
    await line.answer()
    expect(seen.links.at(-1)).toBe('live')
    expect(seen.state?.order).toHaveLength(1)
  })

  it('reports why the line is lost where the host does, and retries once a pause, however often it fails', async () => {
    const line = createLine()
    await line.server.start()
    const { seen, later } = watch(line)
    await line.answer()
    line.fails('answer')
    line.link(false)
    await line.answer()
    line.link(false)
    await line.answer()
    expect(seen.last).toEqual({ state: 'lost', since: 5, triedAt: 5, error: 'gone' })
    expect(later).toHaveLength(1)
  })

  it('is not live while only snapshots come through', async () => {
    const line = createLine()
    await line.server.start()
    const { seen } = watch(line)
    await line.answer()
    line.link(false)
    await line.answer()
    expect(seen.links.at(-1)).toBe('lost')
    expect(line.waiting()).toBe(0)
  })

  it.each(['failed', 'was thrown'])('takes another snapshot after one that %s', async (how) => {
    const line = createLine()
    await line.server.start()
    line.fails(how === 'failed' ? 'answer' : 'throw')
    const { seen, later } = watch(line)
    await line.answer()
    expect(seen.links.at(-1)).toBe('lost')
    expect(later).toHaveLength(1)
    line.fails(null)
    later[0]?.()
    await line.answer()
    expect(seen.links.at(-1)).toBe('live')
    expect(seen.state).toBeDefined()
  })
})
