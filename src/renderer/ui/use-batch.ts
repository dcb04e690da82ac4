/**
 * Owns finding the batch that the place names: from the store while it is there, else from the core.
 */
import type { Batch } from '../../contract/entities.ts'
import type { SlipwayError } from '../../contract/errors.ts'
import { usePanel } from '../store/panel-store.ts'
import { useAnswer } from './use-answer.ts'

function findByNumber(batches: ReadonlyMap<string, Batch> | undefined, number: number | null) {
  if (!batches || number === null) return undefined
  for (const batch of batches.values()) if (batch.number === number) return batch
  return undefined
}

/** The batch in the details pane; `undefined` while it is being fetched or when there is none. */
export function useChosenBatch(): { batch: Batch | undefined; error: SlipwayError | undefined } {
  // Where nobody has chosen one, the details show what runs.
  const number = usePanel((s) => s.place.batch ?? s.server?.running?.batch.number ?? null)
  const known = usePanel((s) => findByNumber(s.server?.batches, number))
  const connected = usePanel((s) => s.server !== null)
  const counts = usePanel((s) => s.server?.counts)
  const fetched = useAnswer(
    'show',
    known === undefined && number !== null && connected ? { batch: number } : null,
    counts,
  )
  return { batch: known ?? fetched.value?.batch, error: known ? undefined : fetched.error }
}
