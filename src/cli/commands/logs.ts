/** `slipway logs`: a job's output, whole or followed; picks a job when none is named. */
import { closeSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SlipwayApi } from '../../contract/api.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { Batch, BatchRef, Job } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { escaped, escapedForTerminal } from '../../contract/escapes.ts'
import { isFinal, isFinalJob, type JobStatus } from '../../contract/states.ts'
import { batchName, MB } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printLine, withCore } from '../session.ts'

const PIECE = 1_048_576
/** A JSON document is held in memory, so it has only the end of a log unless all of it is requested. */
const DOCUMENT = MB
const LOOK_AGAIN_MS = 200

type Piece = CommandOutput<'log'>
type LogOptions = { follow?: boolean; attempt?: number; allOutput?: boolean }

/** Prints the log of a job; `-f` follows it to its end, then the next jobs of a running batch. */
export async function logs(
  context: Context,
  ref: BatchRef,
  ordinal: number | undefined,
  options: LogOptions,
): Promise<number> {
  return withCore(context, async (_core, api) => {
    const shown = await api.invoke('show', { batch: ref })
    if (!shown.ok) return failed(context, shown.error)
    const batch = shown.value.batch
    const chosen = ordinal === undefined ? await choose(api, batch, options.follow ?? false) : ok(ordinal)
    if (!chosen.ok) return failed(context, chosen.error)
    const isOld = ordinal === undefined && options.follow === true && isOfEarlierRun(batch)
    const first = isOld ? await nextJob(api, batch.id, 0, () => context.io.gone) : chosen
    if (!first.ok) return failed(context, first.error)
    if (first.value === undefined) return end(context)
    let job = first.value
    for (;;) {
      if (ordinal === undefined || options.follow) await announce(context, api, batch, job)
      const printed = await printLog(context, api, batch.id, job, options)
      if (!printed.ok) return failed(context, printed.error)
      const isDocument = context.json && !context.lines
      if (!options.follow || ordinal !== undefined || isDocument || context.io.gone) return end(context)
      const next = await nextJob(api, batch.id, job, () => context.io.gone)
      if (!next.ok) return failed(context, next.error)
      if (next.value === undefined) return end(context)
      job = next.value
    }
  })
}

/** All that has a log is of an earlier run: the batch was retried, and has not begun again. */
function isOfEarlierRun({ startedAt, status, jobs }: Batch): boolean {
  return startedAt === null && !isFinal(status) && jobs.pending < jobs.total
}

async function end(context: Context): Promise<number> {
  if (context.lines) await printLine(context, { type: 'end', exitCode: EXIT_OK })
  return EXIT_OK
}

async function announce(context: Context, api: SlipwayApi, batch: Batch, job: number): Promise<void> {
  if (context.json) return
  const found = await api.invoke('job', { batch: batch.id, job })
  const about = found.ok ? ` (${found.value.job.status}): ${escaped(found.value.job.input)}` : ''
  context.io.err(`${context.io.paintErr('dim', `== ${batchName(batch)}, job ${job}${about}`)}\n`)
}

/** The last job that failed, else one that runs, else the last that ran; when following, one that runs first. */
async function choose(api: SlipwayApi, batch: Batch, follow: boolean): Promise<Result<number>> {
  const { failed: failures, running, succeeded, cancelled } = batch.jobs
  const order: [JobStatus, number][] = [
    ['failed', failures],
    ['running', running],
    ['succeeded', succeeded],
    ['cancelled', cancelled],
  ]
  if (follow) order.unshift(['running', running])
  for (const [status, count] of order) {
    if (count === 0) continue
    const last = await lastWith(api, batch.id, status, count)
    if (!last.ok) return last
    if (last.value !== undefined) return ok(last.value.ordinal)
  }
  // Jobs run in order: one that waits for its retry, or was interrupted, is among the first.
  const first = await api.invoke('jobs', { batch: batch.id, status: ['pending'], limit: 1_000 })
  if (!first.ok) return first
  const tried = first.value.jobs.findLast((job) => job.attempts > 0)
  if (tried !== undefined) return ok(tried.ordinal)
  return fail('not-possible', `${batchName(batch)} has not run a job yet: there is no log.`)
}

/** The last job with this status that has an attempt. The n-th one has at least ordinal n: start there. */
async function lastWith(
  api: SlipwayApi,
  batch: string,
  status: JobStatus,
  count: number,
): Promise<Result<Job | undefined>> {
  let last: Job | undefined
  let after: number | null = count - 1
  while (after !== null) {
    const page: Result<CommandOutput<'jobs'>> = await api.invoke('jobs', {
      batch,
      status: [status],
      after,
      limit: 10_000,
    })
    if (!page.ok) return page
    last = page.value.jobs.findLast((job) => job.attempts > 0) ?? last
    after = page.value.next
  }
  return ok(last)
}

/** Prints from the first byte on, piece by piece; with --json one document, of the last bytes. */
async function printLog(
  context: Context,
  api: SlipwayApi,
  batch: string,
  job: number,
  options: LogOptions,
): Promise<Result<undefined>> {
  const { io, lines } = context
  const json = context.json && !lines
  let from = json && !options.allOutput ? -DOCUMENT : 0
  let attempt = options.attempt
  let opened = false
  for (;;) {
    const result: Result<Piece> = await api.invoke('log', { batch, job, attempt, from, length: PIECE })
    if (!result.ok) return result
    const piece = result.value
    attempt = piece.attempt
    if (lines) {
      const { attempt: of, from: at, bytes, gap, text } = piece
      if (bytes > 0)
        await printLine(context, { type: 'log', batch, job, attempt: of, from: at, bytes, gap, text })
    } else if (json) {
      if (!opened) await io.out(jsonHead(piece, batch, job))
      await io.out(JSON.stringify(piece.text).slice(1, -1))
      opened = true
    } else {
      const { gap } = piece
      // No piece spans the gap: it is reported with what follows it.
      if (gap !== null && from >= gap.from && from < gap.to) {
        io.err(`${io.paintErr('yellow', `[${gap.to - gap.from} bytes left out: log limit]`)}\n`)
      }
      await io.out(io.outIsTerminal ? escapedForTerminal(piece.text) : (exactBytes(piece) ?? piece.text))
    }
    from = piece.from + piece.bytes
    if (io.gone) return ok(undefined)
    if (piece.bytes > 0 && from < piece.size) continue
    if (!options.follow) {
      if (piece.attempt === 0 && !context.json)
        io.err(`${io.paintErr('dim', `job ${job} has not run yet`)}\n`)
      break
    }
    if (!piece.open) {
      const again = await nextAttempt(api, batch, job, piece.attempt, options.attempt)
      if (again === undefined) break
      attempt = again
      from = 0
      continue
    }
    await sleep(LOOK_AGAIN_MS)
  }
  if (json) await io.out('"}\n')
  return ok(undefined)
}

/**
 * The bytes as the job wrote them, for a pipe or a file: text would lose what is not UTF-8. A log without a gap
 * is the job's output and nothing else; one with a gap is only readable through the core.
 */
function exactBytes({ path, from, bytes, gap }: Piece): Buffer | undefined {
  if (gap !== null || bytes === 0) return undefined
  try {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(bytes)
      return readSync(file, buffer, 0, bytes, from) === bytes ? buffer : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

function jsonHead(piece: Piece, batch: string, job: number): string {
  const { path, attempt, size, open, gap, from } = piece
  const leftOutBytes = gap !== null && gap.to <= from ? from - (gap.to - gap.from) : from
  return `${JSON.stringify({ batch, job, attempt, path, size, open, gap, leftOutBytes }).slice(0, -1)},"text":"`
}

/** Waits for the next attempt of a job that will be tried again; undefined once the job has its verdict. */
async function nextAttempt(
  api: SlipwayApi,
  batch: string,
  job: number,
  attempt: number,
  fixed: number | undefined,
): Promise<number | undefined> {
  while (fixed === undefined) {
    const [found, shown] = await Promise.all([
      api.invoke('job', { batch, job }),
      api.invoke('show', { batch }),
    ])
    if (!found.ok || !shown.ok) return undefined
    const { status, attempts } = found.value.job
    if (attempts > attempt) return attempt + 1
    if (isFinalJob(status) || shown.value.batch.status !== 'running') return undefined
    await sleep(LOOK_AGAIN_MS)
  }
  return undefined
}

/**
 * The next job of a batch that has started in its current run, which may be to come; undefined when the batch no longer
 * runs. What an earlier run had done is not followed.
 */
async function nextJob(
  api: SlipwayApi,
  batch: string,
  after: number,
  gone: () => boolean,
): Promise<Result<number | undefined>> {
  let behind = after
  while (!gone()) {
    const page = await api.invoke('jobs', { batch, after: behind, limit: 1 })
    if (!page.ok) return page
    const next = page.value.jobs[0]
    if (next === undefined) return ok(undefined)
    const shown = await api.invoke('show', { batch })
    if (!shown.ok) return shown
    const { startedAt, status } = shown.value.batch
    if (next.attempts > 0 && startedAt !== null && (next.startedAt ?? 0) >= startedAt) return ok(next.ordinal)
    if (isFinalJob(next.status)) {
      behind = next.ordinal
      continue
    }
    if (isFinal(status) || status === 'paused') return ok(undefined)
    await sleep(LOOK_AGAIN_MS)
  }
  return ok(undefined)
}
