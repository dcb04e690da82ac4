/** Owns what a queued batch waits for besides its turn, and its sentence. */
import { z } from 'zod'
import { type BatchStatus, batchStatuses, type Expansion, isFinal } from './states.ts'

export const waitsForSchema = z.object({
  /** Predecessors that have not completed, in the order of their numbers. */
  batches: z.array(z.object({ number: z.number().int(), type: z.string(), status: z.enum(batchStatuses) })),
  /** Types of which no batch has been added yet. */
  types: z.array(z.string()),
  /** Its creator has not sealed it; Slipway itself queues no such batch. */
  unsealed: z.boolean(),
  /** Its inputs are looked up when these have completed. */
  inputs: z.boolean(),
})
export type WaitsFor = z.infer<typeof waitsForSchema>

/** '#14, which failed', '#1 and 3 more'; follows "waits for". */
export function waitedFor({ batches, types }: WaitsFor): string {
  const parts = [
    ...types.map((type) => `${type}, which has not been added`),
    ...batches.map(({ number, status }) =>
      isFinal(status) ? `#${number}, which ${endedWords[status] ?? status}` : `#${number}`,
    ),
  ]
  return parts.length <= 3 ? parts.join(' and ') : `${parts[0]} and ${parts.length - 1} more`
}

/** 'waits for #14, which failed'. */
export function waitSentence(waits: WaitsFor): string {
  if (waits.unsealed) return 'waits to be sealed by whoever adds its jobs'
  const { batches, types, inputs } = waits
  const inVain = types.length > 0 || batches.some(({ status }) => isFinal(status))
  if (!inputs || inVain) return `waits for ${waitedFor(waits)}`
  return `inputs are looked up when ${waitedFor(waits)} ${batches.length === 1 ? 'has' : 'have'} completed`
}

/** Why a batch has no jobs yet: its inputs are looked up later. Null for one that has all its jobs. */
export function inputsSentence(batch: {
  sealed: boolean
  expands: Expansion
  waitsFor: WaitsFor | null
}): string | null {
  if (batch.sealed || batch.expands === 'when-added') return null
  return batch.waitsFor?.inputs ? waitSentence(batch.waitsFor) : 'inputs are looked up when it starts'
}

const endedWords: Partial<Record<BatchStatus, string>> = {
  completed_with_errors: 'completed with errors',
  failed: 'failed',
  cancelled: 'was cancelled',
}
