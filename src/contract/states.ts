/**
 * Owns the statuses of batches, jobs and attempts: which exist, which are active, which are final, which
 * edges are legal, and the words people read. Everything else (CHECKs, the partial index, triggers, labels)
 * is derived from or tested against these lists. Must never import anything.
 */

/** Every status a batch can have, in the order of its life. */
export const batchStatuses = [
  'initiated',
  'queued',
  'running',
  'paused',
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const
export type BatchStatus = (typeof batchStatuses)[number]

/** Statuses that hold a batch's identity: a second batch with the same identity is refused meanwhile. */
export const activeBatchStatuses = [
  'initiated',
  'queued',
  'running',
  'paused',
] as const satisfies readonly BatchStatus[]
export type ActiveBatchStatus = (typeof activeBatchStatuses)[number]

/** Statuses in which a batch has ended and has a finish time. */
export const finalBatchStatuses = [
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const satisfies readonly BatchStatus[]
export type FinalBatchStatus = (typeof finalBatchStatuses)[number]

/** When a batch's inputs are looked up: before it is queued, or when it is claimed. */
export const expansions = ['when-added', 'when-claimed'] as const
export type Expansion = (typeof expansions)[number]

/** Every status a job can have. */
export const jobStatuses = ['pending', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobStatus = (typeof jobStatuses)[number]

/** Statuses in which a job has a verdict and a finish time. */
export const finalJobStatuses = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly JobStatus[]
export type FinalJobStatus = (typeof finalJobStatuses)[number]

/** How one attempt can end; `interrupted` returns the job to pending and uses up no retry. */
export const attemptOutcomes = ['succeeded', 'failed', 'cancelled', 'interrupted'] as const
export type AttemptOutcome = (typeof attemptOutcomes)[number]

/** The legal edges between batch statuses; the table `batch_transitions` holds the same pairs. */
export const batchTransitions: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  initiated: ['queued', 'cancelled'],
  queued: ['running', 'paused', 'failed', 'cancelled'],
  running: ['queued', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled'],
  paused: ['queued', 'cancelled'],
  completed: ['queued'],
  completed_with_errors: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
}

/** The legal edges between job statuses; the table `job_transitions` holds the same pairs. */
export const jobTransitions: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  pending: ['running', 'cancelled'],
  running: ['pending', 'succeeded', 'failed', 'cancelled'],
  succeeded: ['pending'],
  failed: ['pending'],
  cancelled: ['pending'],
}

/** True while the batch holds its identity. */
export function isActive(status: BatchStatus): status is ActiveBatchStatus {
  return (activeBatchStatuses as readonly BatchStatus[]).includes(status)
}

/** True once the batch has ended (it may still be reopened by a retry). */
export function isFinal(status: BatchStatus): status is FinalBatchStatus {
  return (finalBatchStatuses as readonly BatchStatus[]).includes(status)
}

/** True once the job has a verdict. */
export function isFinalJob(status: JobStatus): status is FinalJobStatus {
  return (finalJobStatuses as readonly JobStatus[]).includes(status)
}

/** Words for people, one per batch status. */
export const batchStatusWords: Readonly<Record<BatchStatus, string>> = {
  initiated: 'on hold',
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  completed: 'completed',
  completed_with_errors: 'completed with errors',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** The state of a predecessor, for batches that wait for it: one that ended badly is not "not done yet". */
export function predecessorWords(before: { status: BatchStatus } | null, satisfied: boolean): string {
  if (satisfied) return 'done'
  if (before === null) return 'has never run'
  return isFinal(before.status) ? batchStatusWords[before.status] : 'not yet'
}

/** Whether the executor is a host that can be expected to work. */
export function isWorking(executor: { state: 'alive' | 'silent' | 'stopped' | 'gone' } | null): boolean {
  return executor !== null && executor.state !== 'gone' && executor.state !== 'stopped'
}

/** The closed world of a union: calling this is a type error while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
