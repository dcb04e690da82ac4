/** Queries without rules of their own: list, show, jobs, job, timeline, events, settings. */
import { fail, ok } from '../../contract/errors.ts'
import { finalBatchStatuses, isActive } from '../../contract/states.ts'
import { estimateQueue } from '../insight/estimate.ts'
import { eventSentence } from '../insight/story.ts'
import { makeTimeline } from '../insight/timeline.ts'
import { getRow } from '../queue/batch-store.ts'
import { attemptsOfJob, countMatching, eventsPage, jobByOrdinal, jobsPage } from '../queue/job-queries.ts'
import { activeBatches, countByStatus, finalBatches, findBatch, predecessors } from '../queue/queries.ts'
import { toJob } from '../queue/rows.ts'
import { readSettings } from '../queue/settings-store.ts'
import { readCommand } from '../queue/stored.ts'
import { runOptions } from '../run/batch-options.ts'
import { type Handler, resolveBatch } from './command.ts'
import { standing } from './snapshot.ts'

export const list: Handler<'list'> = ({ db, clock, home }, input) =>
  ok(
    db.read(() => {
      const wanted = (status: string) =>
        input.status === undefined || (input.status as string[]).includes(status)
      const found =
        input.before === undefined
          ? activeBatches(db, input.search).filter((batch) => wanted(batch.status))
          : []
      const asksFinal = input.all || (input.status ?? []).some((status) => !isActive(status))
      const final = asksFinal ? finalBatches(db, finalPage(input)) : []
      const last = final.length === input.limit ? final.at(-1) : undefined
      return {
        batches: [...found, ...final],
        counts: countByStatus(db),
        nextBefore: last?.number ?? null,
        sentence: standing(db, clock.now(), home).sentence,
      }
    }),
  )

type ListInput = Parameters<Handler<'list'>>[1]

function finalPage(input: ListInput) {
  const status = input.status?.filter((one) => (finalBatchStatuses as readonly string[]).includes(one))
  return {
    ...(status === undefined ? {} : { status }),
    ...(input.search === undefined ? {} : { search: input.search }),
    ...(input.before === undefined ? {} : { before: input.before }),
    cleared: input.cleared,
    limit: input.limit,
  }
}

export const show: Handler<'show'> = ({ db, clock }, input) => {
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const batch = found.value
  const row = getRow(db, batch.id)
  if (!row) return fail('not-found', `There is no batch #${batch.number} any more.`)
  const { env, ...options } = runOptions(row)
  const after = predecessors(db, batch.id).map(({ type, id }) => {
    const predecessor = id === '' ? null : (findBatch(db, id) ?? null)
    return { type, batch: predecessor, satisfied: predecessor?.status === 'completed' }
  })
  // Values of environment variables may be secrets: names only.
  const safe = { ...options, env: Object.keys(env) }
  const doneBy = isActive(batch.status) ? (estimateQueue(db, clock.now()).doneBy[batch.id] ?? null) : null
  return ok({ batch, after, options: safe, doneBy, runs: row.run })
}

export const jobs: Handler<'jobs'> = ({ db }, input) => {
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const { id, jobs: counts } = found.value
  const filter = {
    ...(input.status === undefined ? {} : { status: input.status }),
    ...(input.search === undefined || input.search === '' ? {} : { search: input.search }),
  }
  const page = jobsPage(db, id, { ...filter, after: input.after, limit: input.limit })
  const matching =
    'search' in filter
      ? countMatching(db, id, filter)
      : (input.status ?? (['total'] as const)).reduce((sum, status) => sum + counts[status], 0)
  const next = page.length === input.limit ? (page.at(-1)?.ordinal ?? null) : null
  return ok({ jobs: page, counts, matching, next })
}

export const job: Handler<'job'> = ({ db }, input) => {
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const row = jobByOrdinal(db, found.value.id, input.job)
  const batch = getRow(db, found.value.id)
  if (!row || !batch) return fail('not-found', `#${found.value.number} has no job ${input.job}.`)
  const read = readCommand(row)
  const command = read.ok ? read.value : { argv: [] }
  return ok({
    job: toJob(row),
    argv: command.argv,
    cwd: command.cwd ?? runOptions(batch).cwd,
    attempts: attemptsOfJob(db, row.id),
  })
}

export const timeline: Handler<'timeline'> = ({ db }, input) => {
  const found = resolveBatch(db, input.batch)
  return found.ok ? ok(makeTimeline(db, found.value.id, input.limit)) : found
}

export const events: Handler<'events'> = ({ db }, input) => {
  let batchId: string | undefined
  if (input.batch !== undefined) {
    const found = resolveBatch(db, input.batch)
    if (!found.ok) return found
    batchId = found.value.id
  }
  const { after, before, limit } = input
  return ok({
    events: eventsPage(db, { batchId, after, before, limit }).map((event) => ({
      ...event,
      sentence: eventSentence(event),
    })),
  })
}

export const settings: Handler<'settings'> = ({ db }) => ok({ settings: readSettings(db) })
