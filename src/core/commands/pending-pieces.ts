/** Stands in for pieces that are being built at this moment; removed with the last of them. */
import type { Snapshot } from '../../contract/commands.ts'
import type { Attempt, DoneBy, Host, Summary } from '../../contract/entities.ts'
import { fail } from '../../contract/errors.ts'
import type { Db } from '../db/db.ts'
import type { Marks } from '../queue/settings-store.ts'

type Estimate = {
  running: { jobsPerMinute: number | null; doneBy: DoneBy | null } | null
  doneBy: Record<string, DoneBy>
}
export const estimateQueue = (_db: Db, _now: number): Estimate => ({ running: null, doneBy: {} })
export const needsAttention = (_db: Db, _now: number): Snapshot['attention'] => []
export const queueSentence = (
  _db: Db,
  _state: { executor: Host | null; paused: Marks['queue-paused'] | undefined; now: number },
): string => ''
export const makeTimeline = (_db: Db, _id: string, _limit: number) => ({
  attempts: [] as Attempt[],
  stretches: [],
  truncated: false,
})
export const makeReport = (summary: Summary, _format: string) => ({
  content: JSON.stringify(summary, null, 2),
  mediaType: 'application/json',
})
const notBuilt = () => fail('not-possible', 'This is not built yet.')
export const doctor = notBuilt
