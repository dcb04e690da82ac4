/** Noticing what another connection committed, also while our own commits drown out what the kernel reports. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { watchDatabase } from '../../../src/core/db/watch.ts'
import { temporaryFolder } from '../../helpers/database.ts'

/** Longer than any of the watcher's own times. */
const longMs = 600

/** Two connections on one file, what the first notices of the second, and a third that notices both. */
function pair() {
  const home = temporaryFolder()
  const open = (): Db => {
    const opened = openDatabase(home)
    if (!opened.ok) throw new Error(opened.error.message)
    onTestFinished(() => opened.value.close())
    return opened.value
  }
  const [ours, theirs, witness] = [open(), open(), open()]
  let seen = 0
  let witnessed = 0
  const stop = watchDatabase(ours, () => {
    seen += 1
  })
  onTestFinished(stop)
  onTestFinished(
    watchDatabase(witness, () => {
      witnessed += 1
    }),
  )
  let n = 0
  const commit = (db: Db) => {
    n += 1
    db.note(() =>
      db
        .sql('INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES (?, ?, ?)')
        .run('a-test', String(n), 1),
    )
  }
  return { ours, theirs, commit, stop, seen: () => seen, witnessed: () => witnessed }
}

/** True at the `n`th time. */
function times(n: number): () => boolean {
  let left = n
  return () => {
    left -= 1
    return left === 0
  }
}

/** Lets this much time pass for the watchers, and the kernel report what it has. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 2) {
    await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(2)
  }
}

/** Commits of our own, one every other millisecond, until `done` returns true. */
async function flow(commit: () => void, done: () => boolean): Promise<void> {
  while (!done()) {
    commit()
    await pass(2)
  }
}

/** Lets time pass until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pass(2)
}

// Only time is a double; the files and what the kernel reports of them are real.
beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }),
)
afterEach(() => void vi.useRealTimers())

test('a commit of another connection is noticed, our own are not', async () => {
  const { ours, theirs, commit, seen, witnessed } = pair()
  commit(ours)
  await until(() => witnessed() === 1)
  await pass(longMs)
  expect(seen()).toBe(0)
  commit(theirs)
  await until(() => seen() > 0)
  await pass(longMs)
  expect(seen()).toBe(1)
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
  await pass(longMs) // the flow has ended
  commit(theirs)
  await until(() => seen() === 6)
})

test('nothing is noticed any more once it was stopped, also in a flow', async () => {
  const { ours, theirs, commit, stop, seen, witnessed } = pair()
  await flow(() => commit(ours), times(30))
  const before = witnessed()
  stop()
  commit(theirs)
  await until(() => witnessed() > before) // who was not stopped notices it
  await pass(longMs)
  expect(seen()).toBe(0)
})
