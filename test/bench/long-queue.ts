/**
 * What a queue of ten thousand costs against one of ten: each action's time in turns on both databases, the fastest
 * of some tries; and the whole `slipway add` of 10,000 batches.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { view } from '../../src/core/commands/snapshot.ts'
import type { Db } from '../../src/core/db/db.ts'
import { cancelBatch, endBatch } from '../../src/core/queue/batch-ending.ts'
import { pauseBatch } from '../../src/core/queue/batch-store.ts'
import { moveTo } from '../../src/core/queue/order.ts'
import { queuedIds } from '../../src/core/queue/queries.ts'
import { addJobs, by, claimBatch, emptyDatabase, oneJob } from './database.ts'
import { entry, type Figure, fastestOf, output } from './measure.ts'
import { watchedQueue } from './watched-queue.ts'

/** All rows of the long-queue part. */
export async function longQueueCosts(folder: string): Promise<Figure[]> {
  const figures: Figure[] = []
  const add = (figure: Figure) => {
    figures.push(figure)
    console.error(
      `  ${figure.name.padEnd(60)} ${figure.value.toPrecision(4)} ${figure.unit} ${figure.ratio ?? ''}`,
    )
  }
  const [short, long] = [queueOf(folder, 10), queueOf(folder, 10_000)]
  const both = (name: string, action: (db: Db, home: string) => void) => {
    const [few, many] = [short, long].map(({ db, home }) =>
      fastestOf(
        () => null,
        () => action(db, home),
        7,
      ),
    )
    if (few === undefined || many === undefined) return
    add({ name, value: many, unit: 'ms', ratio: many / few, against: '10 queued' })
  }
  both('snapshot, 10,000 queued', (db, home) => view({ db, clock: systemClock, home }))
  both("a batch's claim, its job and its end, 10,000 queued", (db) => life(db))
  const nth = (n: number) => () => queuedIds(long.db).at(n) ?? ''
  const each = (name: string, pick: () => string, action: (id: string) => void) =>
    add({ name, value: fastestOf(pick, (id) => long.db.write(() => action(id)), 5), unit: 'ms' })
  each('pause the first of 10,000', nth(0), (id) => pauseBatch(long.db, by(), id, null))
  each('cancel the 5,000th of 10,000', nth(5_000), (id) => cancelBatch(long.db, by(), id, null))
  each('move the last of a queue of 10,000 to the top', nth(-1), (id) => moveTo(long.db, [id], 1))
  for (const { db } of [short, long]) db.close()
  const few = await watchedQueue(folder, 10, 4_000)
  const many = await watchedQueue(folder, 10_000, 8_000)
  const length = ', 10,000 queued'
  add({ name: `longest pause of the event loop under a panel${length}`, value: many.longest, unit: 'ms' })
  add({ name: `most CPU time of one turn of it${length}`, value: many.turn, unit: 'ms' })
  add({
    name: `from the end of a batch to that of the next${length}`,
    value: many.life,
    unit: 'ms',
    ratio: many.life / few.life,
    against: '10 queued',
  })
  add({
    name: 'slipway add of 10,000 batches of ten jobs, whole process',
    value: await wholeAdd(folder),
    unit: 'ms',
  })
  return figures
}

/** A database with so many queued batches of one job. */
function queueOf(folder: string, length: number): { db: Db; home: string } {
  const made = emptyDatabase(folder)
  made.db.write(() => {
    for (let n = 0; n < length; n += 1) addJobs(made.db, `q-${n}`, 1)
  })
  return made
}

function life(db: Db): void {
  const row = claimBatch(db)
  db.write(() => oneJob(db, row))
  db.write(() =>
    endBatch(db, by(), row.id, 'completed', { reason: null, kind: 'batch_completed', closedBy: 'event' }),
  )
}

async function wholeAdd(folder: string): Promise<number> {
  const place = mkdtempSync(join(folder, 'ten-thousand-'))
  const file = join(place, 'ten.slipway.yaml')
  writeFileSync(
    file,
    'batches:\n  - type: evolve\n    run: [/bin/true, "{generation}"]\n    over: { range: 0..99999, size: 10 }\n',
  )
  const from = performance.now()
  await output(process.execPath, [entry, 'add', file], {
    env: { ...process.env, SLIPWAY_HOME: join(place, 'home') },
  })
  return performance.now() - from
}
