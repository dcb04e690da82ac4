/** What tray and notifications know of the queue, step by step, on the core's own snapshots. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SlipwayApi } from '../../src/contract/api.ts'
import type { Batch } from '../../src/contract/entities.ts'
import type { ChangeEvent } from '../../src/contract/events.ts'
import { type LiveQueue, queuedBatches } from '../../src/contract/queue-state.ts'
import type { FinalBatchStatus } from '../../src/contract/states.ts'
import { type Core, openCore } from '../../src/core/core.ts'
import { followCore, type Step } from '../../src/main/queue-steps.ts'
import { menuFor, pictureFor, tooltipFor } from '../../src/main/tray-state.ts'
import { queueBecameEmpty } from '../../src/main/when-done.ts'

let folder: string
let core: Core
let api: SlipwayApi
let steps: Step[]
let stop = () => {}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-state-'))
  const opened = await openCore({ home: path.join(folder, 'home'), kind: 'test', launcherDir: folder })
  if (!opened.ok) throw new Error(opened.error.message)
  core = opened.value
  api = core.api({ actor: 'ana', origin: { from: 'program', command: 'a test', folder: null } })
  steps = []
})
afterEach(async () => {
  stop()
  await core.close()
  rmSync(folder, { recursive: true, force: true })
})

async function follow() {
  const follower = await followCore(api, Date.now, (step) => steps.push(step))
  stop = follower.stop
  return follower
}

async function add(name: string) {
  const file = path.join(folder, `${name}.slipway.yaml`)
  writeFileSync(file, 'batches:\n  - type: t\n    run: ["true", "{input}"]\n    over: { list: [a, b] }\n')
  const added = await api.invoke('enqueue', { file })
  if (!added.ok) throw new Error(added.error.message)
}

describe('the state behind the tray', () => {
  it('keeps the queue in order and names the next three and the rest', async () => {
    const follower = await follow()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await add(name)
    await api.invoke('move', { batches: [5], to: 'top' })
    await expect
      .poll(() => queuedBatches(follower.state()).map((batch) => batch.number))
      .toEqual([5, 1, 2, 3, 4])
    const labels = menuFor(follower.state()).map((item) => ('separator' in item ? '-' : item.label))
    expect(labels).toEqual([
      'Open Slipway',
      '-',
      expect.stringContaining('queued'),
      '1  #5 e / t',
      '2  #1 a / t',
      '3  #2 b / t',
      'and 2 more',
      '-',
      'Pause queue',
      '-',
      'Quit',
    ])
    expect(tooltipFor(follower.state())).toMatch(/^Slipway: 5 batches/)
  })

  it('shows a pause, and offers to end it', async () => {
    const follower = await follow()
    expect(pictureFor(follower.state())).toBe('idle')
    await api.invoke('pause', {})
    await expect.poll(() => pictureFor(follower.state())).toBe('paused')
    expect(menuFor(follower.state())).toContainEqual({ label: 'Resume queue', act: { kind: 'resume' } })
  })

  it('reports each end once, and none from before it followed', async () => {
    await add('old')
    await api.invoke('cancel', { batches: [1] })
    const follower = await follow()
    await add('new')
    await api.invoke('cancel', { batches: [2] })
    await api.invoke('priority', { batches: [2], priority: 0 })
    await add('third')
    await expect.poll(() => follower.state().order).toHaveLength(1)
    expect(steps.flatMap((step) => step.finished.map((batch) => batch.number))).toEqual([2])
  })

  it('takes a new snapshot when events were lost, and reports what ended meanwhile', async () => {
    const lost: ChangeEvent[] = []
    let losing = false
    const lossy: SlipwayApi = {
      ...api,
      subscribe: (listener) => api.subscribe((event) => (losing ? lost.push(event) : listener(event))),
    }
    const follower = await followCore(lossy, Date.now, (step) => steps.push(step))
    stop = follower.stop
    losing = true
    await add('lost')
    await add('kept')
    await api.invoke('cancel', { batches: [1] })
    await expect
      .poll(() => lost.some((event) => event.batches.some((b) => b.status === 'cancelled')))
      .toBe(true)
    losing = false
    await add('next')
    await expect.poll(() => queuedBatches(follower.state()).map((batch) => batch.number)).toEqual([2, 3])
    expect(steps.flatMap((step) => step.finished.map((batch) => batch.number))).toEqual([1])
  })

  it('finds that the queue became empty only when something had run', async () => {
    const follower = await follow()
    const idle = follower.state()
    const running = { ...idle, running: { batch: {} } } as never
    const became = (before: LiveQueue, state: LiveQueue, ...ended: FinalBatchStatus[]) =>
      queueBecameEmpty({ before, state, finished: ended.map((status) => ({ status }) as Batch) })
    const paused = { ...idle, queue: { ...idle.queue, paused: true } }
    expect(became(idle, idle)).toBe(false)
    expect(became(running, idle)).toBe(true)
    expect(became(running, paused)).toBe(false)
    expect(became(running, running)).toBe(false)
    // Short enough to begin and end between two looks; one that was only cancelled is nobody's night's work.
    expect(became(idle, idle, 'completed')).toBe(true)
    expect(became(idle, running, 'completed')).toBe(false)
    expect(became(idle, idle, 'cancelled')).toBe(false)
  })
})
