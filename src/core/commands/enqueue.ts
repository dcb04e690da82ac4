/**
 * `enqueue`: from a configuration file to batches in the queue. Everything is validated before anything exists;
 * the batches of one submit appear together or not at all. A batch is created unsealed (it holds its identity
 * and shows that it is being filled), filled in short transactions, and sealed and queued in the last one,
 * which also closes what it replaces. A host that dies in between leaves only an unsealed batch, which the
 * rescuer removes.
 */
import type { ParsedInput } from '../../contract/commands.ts'
import type { Batch } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import type { DoneCounts } from '../../contract/outputs.ts'
import { skipMode } from '../../contract/references.ts'
import { type BatchPlan, planBatches } from '../configuration/plan.ts'
import type { Configuration } from '../configuration/read.ts'
import { doneBefore } from '../fill/done-before.ts'
import { removeAbandonedFills } from '../host/abandoned-batches.ts'
import { createBatch } from '../queue/batch-store.ts'
import { doneInChain } from '../queue/chain-store.ts'
import { findConfiguration, saveConfiguration, trustConfiguration } from '../queue/configuration-store.ts'
import { batchesByIds, conflictingBatches, endedRanges, hasActive } from '../queue/queries.ts'
import { readSetting } from '../queue/settings-store.ts'
import type { Handler, Scope } from './command.ts'
import { commandHashes, conflictsWith, noteConflicts, refuseConflicts } from './conflicts.ts'
import { type Fill, fillAll, type Order } from './fill.ts'
import { finish } from './finish.ts'
import { placeProblems } from './place-check.ts'
import { invalid, readNamed } from './read-named.ts'
import { predecessorsOf } from './succession.ts'

type Input = ParsedInput<'enqueue'>

export const enqueue: Handler<'enqueue'> = async (scope, input) => {
  const planned = await readAndPlan(scope, input)
  if (!planned.ok) return planned
  const { configuration, plans } = planned.value
  const digest = configuration.fileDigest
  const distrust = checkTrust(scope, input, configuration, digest)
  if (distrust) return distrust
  removeAbandonedFills(scope.db, scope.context) // what nobody will seal must not cause a conflict
  const orders = await decide(scope, input, configuration, plans)
  const opened = await open(scope, input, { ...configuration, digest }, orders)
  if (!opened.ok) return opened
  const { fills, existing } = opened.value
  const filled = await fillAll(scope, configuration, fills)
  if (!filled.ok) return filled
  const skipped = orders.flatMap(({ plan, jobs, done }) =>
    jobs !== null && (done !== null || jobs < plan.jobCount)
      ? [
          {
            type: plan.type,
            range: plan.range,
            jobs: plan.jobCount - jobs,
            ...(done === null ? {} : { done }),
          },
        ]
      : [],
  )
  const finished = finish(scope, input, configuration, fills)
  if (!finished.ok) return finished
  const { closed, outside, placed } = finished.value
  // An existing batch that another command was filling is gone if that command was killed meanwhile.
  const read = (ids: readonly string[]) => {
    const found = new Map(batchesByIds(scope.db, ids).map((batch) => [batch.id, batch]))
    return ids.flatMap((id) => found.get(id) ?? [])
  }
  return ok({
    created: read(fills.map((fill) => fill.id)),
    existing: read(existing),
    closed: read(closed),
    outside,
    placed,
    skipped,
  })
}

/** Reads, validates and plans a configuration; every problem is in the error. */
async function readAndPlan(
  scope: Scope,
  input: Input,
): Promise<Result<{ configuration: Configuration; plans: BatchPlan[] }>> {
  const read = await readNamed(scope, input, { defaultParallel: readSetting(scope.db, 'default-parallel') })
  if (!read.ok) return read
  const configuration = read.value
  const planned = await planBatches(configuration, input.types === undefined ? {} : { types: input.types })
  const problems = planned.ok ? await placeProblems(configuration, planned.value) : planned.problems
  return planned.ok && problems.length === 0
    ? ok({ configuration, plans: planned.value })
    : invalid(input, problems)
}

/** What a person at a panel has to agree to; at the command line, naming the file is consent. */
function checkTrust(
  scope: Scope,
  input: Input,
  configuration: Configuration,
  digest: string,
): Result<never> | null {
  if (input.digest !== undefined && input.digest !== digest)
    return fail('untrusted', `${configuration.specPath} has changed since it was shown.`, {
      hint: 'Look at it again.',
    })
  if (!scope.caller.mustTrust) return null
  const row = findConfiguration(scope.db, configuration.specPath, configuration.projectPath)
  if (row?.trusted_digest === digest) return null
  return fail(
    'untrusted',
    `${configuration.specPath} is not trusted yet: its commands would run with your rights.`,
    {
      hint: 'Look at its commands and trust it first.',
    },
  )
}

/** For each plan: its conflicts and what of it was done. Reads only; decided again in the transaction. */
async function decide(
  scope: Scope,
  input: Input,
  configuration: Configuration,
  plans: readonly BatchPlan[],
): Promise<Order[]> {
  const { db } = scope
  const known = findConfiguration(db, configuration.specPath, configuration.projectPath)
  if (!known)
    return plans.map((plan) => ({
      plan,
      conflicts: [],
      continues: [],
      leaveOut: new Set(),
      jobs: jobsOf(plan),
      done: nothingDone(input, plan),
    }))
  const ended = new Map<string, ReturnType<typeof endedRanges>>()
  const endedOf = (type: string) => {
    const ranges = ended.get(type) ?? endedRanges(db, known.id, type)
    ended.set(type, ranges)
    return ranges
  }
  const conflictsOf = conflictFinder(db, known.id)
  const all = plans.map((plan) => ({ plan, conflicts: conflictsOf(plan) }))
  // "Remaining" covers the whole range: a part that no active batch has continues where it last stopped.
  const continued = new Set(
    input.ifExists === 'remaining'
      ? all.filter((one) => one.conflicts.length > 0).map((one) => one.plan.type)
      : [],
  )
  const orders: Order[] = []
  for (const { plan, conflicts } of all) {
    const { type, range } = plan
    const continues = continued.has(type) ? predecessorsOf(range, conflicts, endedOf(type)) : []
    let leaveOut: ReadonlySet<string> = new Set()
    let counts: DoneCounts | null = null
    const mode = skipMode(input.skipDone)
    if (mode !== null && plan.expand === 'when-added') {
      const batch = { configuration_id: known.id, batch_type: type, chain: continues }
      const found = await doneBefore(db, batch, plan, mode)
      leaveOut = found.leaveOut
      counts = found.counts
    } else leaveOut = new Set(doneInChain(db, continues, range).keys())
    const jobs = plan.expand === 'when-claimed' ? null : await countLeft(plan, leaveOut)
    orders.push({ plan, conflicts, continues, leaveOut, jobs, done: counts })
  }
  return orders
}

function nothingDone({ skipDone }: Input, plan: BatchPlan): DoneCounts | null {
  if (skipDone === false || plan.expand === 'when-claimed') return null
  return { unchanged: 0, changed: 0, outputsMissing: 0, new: plan.jobCount, since: null }
}

const jobsOf = ({ expand, jobCount }: BatchPlan): number | null =>
  expand === 'when-claimed' ? null : jobCount

/** A plan's conflicts; looked up only once for a type that had no active batch at the first look-up. */
function conflictFinder(db: Scope['db'], configurationId: number): (plan: BatchPlan) => Batch[] {
  const isFree = new Map<string, boolean>()
  return ({ type, range }) => {
    const free = isFree.get(type) ?? !hasActive(db, configurationId, type)
    isFree.set(type, free)
    return free ? [] : conflictingBatches(db, { configurationId, type, range })
  }
}

async function countLeft(plan: BatchPlan, leaveOut: ReadonlySet<string>): Promise<number> {
  if (leaveOut.size === 0) return plan.jobCount
  let left = 0
  for await (const job of plan.jobs({ number: 0 })) if (!leaveOut.has(job.commandHash)) left += 1
  return left
}

/** One transaction: all batches of the submit, unsealed; or the refusal, with every conflict explained. */
async function open(
  scope: Scope,
  input: Input,
  configuration: Configuration,
  orders: readonly Order[],
): Promise<Result<{ fills: Fill[]; existing: string[] }>> {
  const { db, context } = scope
  const attempt = () => {
    const row = saveConfiguration(db, configuration, context.at)
    if (!scope.caller.mustTrust) trustConfiguration(db, row.id, configuration.digest)
    const fills: Fill[] = []
    const existing: string[] = []
    const refused: { order: Order; conflicts: Batch[] }[] = []
    const conflictsOf = conflictFinder(db, row.id)
    for (const order of orders) {
      const { plan } = order
      const identity = { configurationId: row.id, type: plan.type, range: plan.range }
      const conflicts = conflictsOf(plan)
      const nothingLeft = order.jobs === 0
      if (
        conflicts.length > 0 &&
        (input.ifExists === 'return' || (input.ifExists === 'remaining' && nothingLeft))
      ) {
        noteConflicts(scope, conflicts, 'enqueue')
        existing.push(...conflicts.map((one) => one.id))
        continue
      }
      if (nothingLeft) continue
      if (conflicts.length > 0 && input.ifExists === 'fail') {
        refused.push({ order, conflicts })
        continue
      }
      const batch = createBatch(db, context, {
        ...identity,
        priority: input.priority ?? successionPriority(input, conflicts) ?? plan.options.priority,
        duplicateOf: conflicts[0]?.id ?? null,
        alsoDuplicates: conflicts.slice(1).map((one) => one.id),
        continues: input.ifExists === 'remaining' ? (conflicts[0]?.id ?? null) : null,
        expands: plan.expand,
        options: { ...plan.options, searchPath: process.env.PATH ?? null },
        details: {
          configuration: configuration.name,
          file: configuration.specPath,
          ...(order.jobs === null ? {} : { jobs: order.jobs }),
          ifExists: input.ifExists,
          variables: input.variables ?? {},
        },
      })
      const closes = input.ifExists === 'replace' || input.ifExists === 'remaining' ? conflicts : []
      fills.push({ id: batch.id, number: batch.number, order, closes })
    }
    if (refused.length > 0) throw new Conflicted(refused)
    return { fills, existing }
  }
  try {
    return ok(db.write(attempt))
  } catch (cause) {
    if (cause instanceof Conflicted) return explain(scope, configuration, cause)
    throw cause
  }
}

/** Rolls the transaction back and carries the conflicts out of it, to be compared outside of the write lock. */
class Conflicted extends Error {
  readonly refused: { order: Order; conflicts: Batch[] }[]

  constructor(refused: { order: Order; conflicts: Batch[] }[]) {
    super('there are conflicts')
    this.refused = refused
  }
}

/** The typed refusal of a submit: every conflict, compared with what was requested. */
async function explain(
  scope: Scope,
  configuration: Configuration,
  refusal: Conflicted,
): Promise<Result<never>> {
  const conflicts = []
  for (const { order, conflicts: existing } of refusal.refused) {
    const requested = {
      configuration: configuration.name,
      type: order.plan.type,
      range: order.plan.range,
      hashes: await commandHashes(order.plan),
    }
    conflicts.push(...conflictsWith(scope, requested, existing))
  }
  return refuseConflicts(scope, conflicts, 'enqueue')
}

/** The priority of the batch whose place is kept. */
function successionPriority({ ifExists, place }: Input, conflicts: readonly Batch[]): number | undefined {
  const closes = ifExists === 'replace' || ifExists === 'remaining'
  return closes && place === 'keep' ? conflicts[0]?.priority : undefined
}
