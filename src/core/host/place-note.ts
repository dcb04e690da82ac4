/** Owns what is noted of a cluster while a batch runs there, so that every host can say why its jobs wait. */
import type { Db } from '../db/db.ts'
import { runningRow } from '../queue/queries.ts'
import { type Marks, readMark, writeMark } from '../queue/settings-store.ts'

/** `state`: as its launcher reported it; null: nothing is known. */
export function notePlace(
  db: Db,
  state: Omit<Marks['place'] & object, 'batchId' | 'at'> | null,
  at: number,
): void {
  db.write(() => {
    const running = runningRow(db)
    if (state !== null && running) writeMark(db, 'place', { ...state, batchId: running.id, at }, at)
    else if (readMark(db, 'place') !== undefined) writeMark(db, 'place', undefined, at)
  })
}
