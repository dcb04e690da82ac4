/**
 * A guard against costs that grow with the work: ratios of the fastest of many turns in one run, never times. What each costs
 * on a machine is measured by `npm run bench`.
 */
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { view } from '../../src/core/commands/snapshot.ts'
import { jobsPage } from '../../src/core/queue/job-queries.ts'
import { addJobs, claimBatch, emptyDatabase, oneJob } from '../bench/database.ts'
import { wall } from '../bench/measure.ts'
import { temporaryFolder } from '../helpers/database.ts'

/** The fastest of both, in turns; the second against the first. */
function ratio(small: () => unknown, large: () => unknown, turns = 25): number {
  const times: [number[], number[]] = [[], []]
  small()
  large()
  for (let turn = 0; turn < turns; turn += 1) {
    times[0].push(wall(small))
    times[1].push(wall(large))
  }
  return Math.min(...times[1]) / Math.min(...times[0])
}

test('neither a verdict, a page nor the snapshot costs more when the database has grown', () => {
  const [small, large] = [emptyDatabase(temporaryFolder()), emptyDatabase(temporaryFolder())]
  addJobs(small.db, 'work', 1_000)
  addJobs(large.db, 'work', 50_000)
  addJobs(large.db, 'waiting', 50_000)
  const [few, many] = [claimBatch(small.db), claimBatch(large.db)]
  const ten = (db: typeof small.db, row: typeof few) => () =>
    db.note(() => {
      for (let n = 0; n < 10; n += 1) oneJob(db, row)
    })

  const verdict = ratio(ten(small.db, few), ten(large.db, many))
  const page = (after: number) => () => {
    for (let n = 0; n < 5; n += 1) jobsPage(large.db, many.id, { after, limit: 100 })
  }
  const far = ratio(page(0), page(45_000))
  const see = ({ db, home }: typeof small) => view({ db, clock: systemClock, home })
  const snapshot = ratio(
    () => see(small),
    () => see(large),
  )
  for (const { db, home } of [small, large]) {
    db.close()
    rmSync(home, { recursive: true, force: true })
  }

  expect(verdict, 'claim and verdict, 100,000 jobs against 1,000').toBeLessThan(2)
  expect(far, 'a page at 45,000 against the first').toBeLessThan(3)
  expect(snapshot, 'the snapshot, 100,000 jobs against 1,000').toBeLessThan(3)
})
