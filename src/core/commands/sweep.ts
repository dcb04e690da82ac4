/** `sweep`: one run of the finalizer, now. */
import { ok } from '../../contract/errors.ts'
import { batchById } from '../queue/queries.ts'
import type { Handler } from './command.ts'
import { finalizerState } from './snapshot.ts'

export const sweep: Handler<'sweep'> = ({ db, finalizer }) => {
  const closed = finalizer.runOnce()
  return ok({ closed: closed.map((row) => batchById(db, row.id)), finalizer: finalizerState(db) })
}
