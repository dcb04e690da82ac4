/** Ending an executor that can't write, or whose rows don't fit: it ends all the same, and loses nothing. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { temporaryDatabase } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { anExecutor, aWorkplace } from './an-executor.ts'

/** A database that takes no writes while `broken`. */
function aBreakable() {
  const real = temporaryDatabase()
  const state = { broken: false }
  const unlessBroken = <T>(action: () => T): T => {
    if (state.broken) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    return action()
  }
  const db: Db = {
    ...real,
    write: (action) => unlessBroken(() => real.write(action)),
    note: (action) => unlessBroken(() => real.note(action)),
  }
  return { db, state }
}

describe('an executor that is to stop', () => {
  test('ends although nothing can be written; its successor finds every end in the journal', async () => {
    const { db, state } = aBreakable()
    const place = aWorkplace(db)
    place.set('kill-grace-ms', 100)
    const batch = place.gated({ jobs: 2, options: { parallel: 2 } })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    await place.traced('begin 2')
    state.broken = true
    place.open(1)
    await until(() => reports.errors.length > 0, 'the end of job 1 could not be written')
    await executor.end('stop')
    expect(place.jobs(batch)).toMatchObject([{ status: 'running' }, { status: 'running' }])
    state.broken = false
    place.open(2)
    const successor = anExecutor(place)
    await successor.executor.begin()
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 2 },
    ])
    expect(place.trace().filter((line) => line === 'begin 1')).toHaveLength(1)
  })

  test('ends although a job counts as running that nobody runs', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    const ended = executor.end('finish')
    place.db.write(() =>
      place.db
        .sql("UPDATE jobs SET status = 'running', attempts = attempts + 1 WHERE status = 'pending'")
        .run(),
    )
    place.open(1, 2)
    await ended
    expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded' }, { status: 'running' }])
    const successor = anExecutor(place)
    await successor.executor.begin()
    await place.ends(batch)
    expect(place.row(batch).status).toBe('completed')
  })
})
