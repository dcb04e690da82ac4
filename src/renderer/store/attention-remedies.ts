/**
 * Owns what can be done about a batch that needs attention, so that its card offers it: retry what failed, retry the
 * predecessor, or run without waiting.
 */
import type { Batch } from '../../contract/entities.ts'
import { isFinal } from '../../contract/states.ts'
import { amount } from '../../contract/words.ts'
import { isRetryable } from './batch-actions.ts'
import { resumeBatches, retryBatches } from './batch-commands.ts'

type Remedy = { words: string; run: () => void }

/** The remedies for `batch`, the most likely first; `find` gives a batch that the panel knows by its number. */
export function remediesOf(batch: Batch, find: (number: number) => Batch | undefined): Remedy[] {
  if (isFinal(batch.status)) {
    if (!isRetryable(batch)) return []
    return [{ words: retryWords(batch), run: () => void retryBatches([batch]) }]
  }
  if (batch.status !== 'queued' || batch.waitsFor === null) return []
  const ended = batch.waitsFor.batches.flatMap(({ number, status }) =>
    isFinal(status) ? (find(number) ?? []) : [],
  )
  const [first] = ended
  return [
    ...(first
      ? [
          {
            words: ended.length === 1 ? `Retry #${first.number}` : `Retry the ${ended.length} it waits for`,
            run: () => void retryBatches(ended),
          },
        ]
      : []),
    { words: `Run #${batch.number} anyway`, run: () => void resumeBatches([batch], true) },
  ]
}

function retryWords({ jobs }: Batch): string {
  const open = jobs.total - jobs.succeeded
  if (jobs.failed === open && open > 0) return `Retry the ${amount(jobs.failed)} that failed`
  return open > 0 ? `Retry the ${amount(open)} that did not succeed` : 'Retry'
}
