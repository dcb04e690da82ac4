/** Owns the exit codes of the command line (docs/cli.md). */
import type { Batch } from '../contract/entities.ts'
import { type ErrorCode, exitCodes } from '../contract/errors.ts'

export const EXIT_OF_ERROR: Readonly<Record<ErrorCode, number>> = exitCodes
export const EXIT_OK = 0
/** A batch ended with errors, failed or was cancelled. */
const EXIT_BATCH = 1
/** What is left can't run now: the queue is paused, or a predecessor did not complete. */
export const EXIT_NOTHING_CAN_RUN = 7
/** Ended by a signal before everything was done. */
export const EXIT_INTERRUPTED = 130

/** 0 when every batch completed, else 1. */
export function exitOfBatches(batches: readonly Pick<Batch, 'status'>[]): number {
  return batches.every((batch) => batch.status === 'completed') ? EXIT_OK : EXIT_BATCH
}
