/** `queue-page`: a stretch of the queue behind the head that the snapshot holds. */
import { ok } from '../../contract/errors.ts'
import { estimateQueue } from '../insight/estimate.ts'
import { queueCounts } from '../queue/attention-queries.ts'
import { queuePage as readPage } from '../queue/queries.ts'
import type { Handler } from './command.ts'

/** This far ahead an estimate means nothing, and simulating the queue up to there would block the host. */
const estimatedPlaces = 1_000

export const queuePage: Handler<'queue-page'> = ({ db, clock }, { skip, limit }) =>
  ok(
    db.read(() => {
      const batches = readPage(db, skip, limit)
      const all = skip + limit > estimatedPlaces ? {} : estimateQueue(db, clock.now(), skip + limit).doneBy
      const doneBy = Object.fromEntries(
        batches.flatMap(({ id }) => (all[id] === undefined ? [] : [[id, all[id]]])),
      )
      return { batches, doneBy, length: queueCounts(db).queued }
    }),
  )
