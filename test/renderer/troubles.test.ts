import { describe, expect, it } from 'vitest'
import { fromSnapshot } from '../../src/contract/queue-state.ts'
import { troubles } from '../../src/renderer/store/troubles.ts'
import { createFixtureApi } from '../e2e/fixtures/fixture-api.ts'
import { buildWorld } from '../e2e/fixtures/world.ts'

async function aBusyServer() {
  const snapshot = await createFixtureApi(buildWorld('usual')).api.invoke('snapshot', {})
  if (!snapshot.ok) throw new Error(snapshot.error.message)
  return fromSnapshot(snapshot.value, Date.now())
}

describe('what the badge counts', () => {
  it('is nothing while there is an executor', async () => {
    expect(troubles(await aBusyServer())).toEqual([])
  })

  it('is a batch that was running when its host went, as long as no host is working', async () => {
    const server = await aBusyServer()
    const { executor } = server.queue
    if (!executor) throw new Error('nobody works')
    for (const left of [null, { ...executor, state: 'gone' as const }]) {
      const found = troubles({ ...server, queue: { ...server.queue, executor: left } })
      expect(found.map(({ kind }) => kind)).toEqual(['host'])
    }
    expect(troubles({ ...server, running: null, queue: { ...server.queue, executor: null } })).toEqual([])
  })
})
