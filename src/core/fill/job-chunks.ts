/**
 * Owns turning a plan into chunks of jobs, each for one short transaction, with the folders of their expected files made
 * before. Must never hold more than a chunk, nor block the event loop for longer than one.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { BatchPlan, PlannedJob } from '../configuration/plan.ts'
import type { NewJob } from '../queue/job-store.ts'

/** Rows per transaction: some 20 ms, so that nobody notices who waits for the lock. */
export const chunkJobs = 2_000

/** A folder for an expected file could not be created. */
export class FolderError extends Error {}

/** Streams a plan's jobs except the commands that are left out; throws InputsChangedError or FolderError. */
export async function* jobChunks(
  plan: BatchPlan,
  number: number,
  leaveOut: ReadonlySet<string>,
): AsyncIterable<NewJob[]> {
  const folders = new Set<string>()
  let chunk: NewJob[] = []
  for await (const job of plan.jobs({ number })) {
    if (leaveOut.has(job.commandHash)) continue
    if (plan.makeFolders) makeFolders(job, folders)
    chunk.push(toRow(job))
    if (chunk.length < chunkJobs) continue
    yield chunk
    chunk = []
    await yieldToEventLoop()
  }
  if (chunk.length > 0) yield chunk
}

function toRow({ ordinal, input, argv, cwd, env, expect, reads, commandHash }: PlannedJob): NewJob {
  const command = {
    argv,
    ...(cwd === null ? {} : { cwd }),
    ...(env === null ? {} : { env }),
    ...(expect.length === 0 ? {} : { expect }),
    ...(reads.length === 0 ? {} : { reads }),
  }
  return { ordinal, input, command, commandHash }
}

/** Creates the folders of a job's expected files; `made` caches them, up to a limit. */
function makeFolders({ expect }: PlannedJob, made: Set<string>): void {
  for (const { file } of expect) {
    const folder = path.dirname(file)
    if (made.has(folder)) continue
    if (made.size > 10_000) made.clear()
    try {
      mkdirSync(folder, { recursive: true })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new FolderError(`the folder ${folder} can't be created: ${why}`, { cause })
    }
    made.add(folder)
  }
}
