/** Noticing what another connection committed, also while our own commits drown out what the kernel tells. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { watchDatabase } from '../../../src/core/db/watch.ts'
import { temporaryFolder } from '../../helpers/database.ts'

/** Two connections on one file, and what the first notices of the second. */
function pair() {
  const home = temporaryFolder()
  const open = (): Db => {
    const opened = openDatabase(home)
    if (!opened.ok) throw new Error(opened.error.message)
    onTestFinished(() => opened.value.close())
    return opened.value
  }
  const [ours, theirs] = [open(), open()]
  let seen = 0
  const stop = watchDatabase(ours, () => {
    seen += 1
  })
  onTestFinished(stop)
  let n = 0
  const commit = (db: Db) => {
    n += 1
    db.note(() =>
      db
        .sql('INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES (?, ?, ?)')
        .run('a-test', String(n), 1),
    )
  }
  return { ours, theirs, commit, stop, seen: () => seen }
}

/** True at the `n`th time. */
function times(n: number): () => boolean {
  let left = n
  return () => {
    left -= 1
    return left === 0
  }
}

/** Commits of our own, one every other millisecond or so, until `done` says so. */
async function flow(commit: () => void, done: () => boolean): Promise<void> {
  while (!done()) {
    commit()
    await pause(2)
  }
}

test('a commit of another connection is noticed, our own are not', async () => {
  const { ours, theirs, commit, seen } = pair()
  commit(ours)
  await pause(50)
  expect(seen()).toBe(0)
  commit(theirs)
  await expect.poll(seen).toBe(1)
})

test('in a flow of our own commits another’s is noticed, and after it too', async () => {
  const { ours, theirs, commit, seen } = pair()
  for (let round = 1; round <= 5; round += 1) {
    await flow(() => commit(ours), times(40))
    expect(seen()).toBe(round - 1)
    commit(theirs)
    await flow(
      () => commit(ours),
      () => seen() === round,
    )
  }
  await pause(600) // the flow has ended
  commit(theirs)
  await expect.poll(seen).toBe(6)
})

test('nothing is noticed any more once it was stopped, also in a flow', async () => {
  const { ours, theirs, commit, stop, seen } = pair()
  await flow(() => commit(ours), times(30))
  stop()
  commit(theirs)
  await pause(600)
  expect(seen()).toBe(0)
})
