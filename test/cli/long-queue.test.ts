/** Whether anything can run is answered for the whole queue, however far back the batch stands that decides it. */
import { expect, onTestFinished, test } from 'vitest'
import { goalReached } from '../../src/cli/batches-seen.ts'
import type { SlipwayApi } from '../../src/contract/api.ts'
import { queueHead } from '../../src/contract/queue-state.ts'
import { openCore } from '../../src/core/core.ts'
import { openDatabase } from '../../src/core/db/open.ts'
import { addBatch, temporaryFolder } from '../helpers/database.ts'

const length = 1_000

/** A queue in which only the batches at these places wait for what will never be added. */
async function aQueue(waits: (place: number) => boolean) {
  const home = temporaryFolder()
  const opened = await openCore({ home, kind: 'test', launcherDir: '/nowhere' })
  const second = openDatabase(home)
  if (!opened.ok || !second.ok) throw new Error('the core did not open')
  const db = second.value
  onTestFinished(async () => {
    await opened.value.close()
    db.close()
  })
  db.write(() => {
    for (let place = 1; place <= length; place += 1)
      addBatch(db, { type: `t${place}`, jobs: 1, ...(waits(place) ? { after: ['never'] } : {}) })
  })
  const calls: string[] = []
  const { invoke, ...api } = opened.value.api({
    actor: 'ana',
    origin: { from: 'program', command: 'a test', folder: null },
    mustTrust: false,
  })
  const counted: SlipwayApi = {
    ...api,
    invoke(name, input) {
      calls.push(name)
      return invoke(name, input)
    },
  }
  const snapshot = await invoke('snapshot', {})
  if (!snapshot.ok) throw new Error(snapshot.error.message)
  const { active, queue, running, attention } = snapshot.value
  expect(active).toHaveLength(queueHead)
  const head = new Map(active.map((batch) => [batch.id, batch]))
  return {
    attention: attention.filter(({ kind }) => kind === 'predecessor'),
    reached: () => goalReached(counted, { kind: 'empty' }, head, { queue, running }),
    calls,
  }
}

test('one batch at place 500 that can run is enough to go on', async () => {
  const queue = await aQueue((place) => place !== 500)
  expect(await queue.reached()).toBeUndefined()
  expect(queue.calls).toEqual(['list'])
})

test('one batch at place 500 that waits in vain ends nothing while others can run', async () => {
  const queue = await aQueue((place) => place === 500)
  expect(await queue.reached()).toBeUndefined()
  expect(queue.attention).toEqual([])
})

test('a queue in which nothing can run is at its end, and all of it needs attention', async () => {
  const queue = await aQueue(() => true)
  expect(await queue.reached()).toHaveLength(length)
  expect(queue.attention).toHaveLength(11)
  expect(queue.attention.at(-1)?.sentence).toMatch(/^990 more queued batches wait /)
})
