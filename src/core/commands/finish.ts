/**
 * Owns the last transaction of `enqueue`: its batches are sealed and queued, and what they replace is closed, all
 * together or not at all.
 */
import type { ParsedInput } from '../../contract/commands.ts'
import type { Batch } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import { skipMode } from '../../contract/references.ts'
import type { Configuration } from '../configuration/read.ts'
import { isAwaited, linkAfter, relinkTo } from '../queue/after-store.ts'
import { enqueueBatch, sealBatch, standAlone } from '../queue/batch-store.ts'
import { doneInChain, linkChain, markSkipsDone } from '../queue/chain-store.ts'
import { findConfiguration } from '../queue/configuration-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById, conflictingBatches } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { deferBatch } from '../queue/source-store.ts'
import { close, leaveOut } from './close.ts'
import { Refusal, type Scope, writeOrRefuse } from './command.ts'
import { conflictsWith, refuseConflicts } from './conflicts.ts'
import { abandon, endedMeanwhile, type Fill } from './fill.ts'
import { firstInQueue, type Outside, outsideOf, type Taken, takenFrom } from './succession.ts'

type Input = ParsedInput<'enqueue'>

export type Finished = { closed: string[]; outside: Outside[]; placed: Taken[] }

/** Seals, queues and links the batches of a submit, and closes what they replace or continue. */
export function finish(
  scope: Scope,
  input: Input,
  configuration: Configuration,
  fills: readonly Fill[],
): Result<Finished> {
  const { db } = scope
  const done = writeOrRefuse(db, () => {
    const row = findConfiguration(db, configuration.specPath, configuration.projectPath)
    if (!row) throw new Error(`the configuration ${configuration.specPath} vanished`)
    const closes = new Map(
      fills.map((fill) => [fill.id, fill.closes.flatMap((other) => stillActive(scope, other))]),
    )
    const all = [...new Map([...closes.values()].flat().map((other) => [other.id, other])).values()]
    const outside = outsideOf(
      db,
      all,
      fills.map(({ order: { plan } }) => plan),
    )
    for (const fill of fills) seal(scope, input, configuration, fill, fills)
    const placed = input.hold ? [] : enqueueAll(scope, input, fills, closes)
    for (const fill of fills) closeFor(scope, input, row.id, fill)
    // Looked up once for each type: a submit may have thousands of batches, and hardly ever one that waits for them.
    const types = new Set(fills.map((fill) => fill.order.plan.type))
    const awaited = new Set([...types].filter((type) => isAwaited(db, row.id, type)))
    for (const fill of fills) {
      linkAfter(db, fill.id, row.id, fill.order.plan.after)
      if (fill.closes.length === 0 && !awaited.has(fill.order.plan.type)) continue
      relinkTo(db, { id: fill.id, configurationId: row.id, type: fill.order.plan.type })
    }
    return { closed: all.map(({ id }) => id), outside, placed: placed.map((taken) => takenFrom(db, taken)) }
  })
  if (!done.ok) abandon(scope, fills, { code: 'refused' })
  return done
}

/** As it is now; nothing when it has ended by itself meanwhile. */
function stillActive({ db }: Scope, other: Batch): Batch[] {
  const now = batchById(db, other.id)
  return now.completedAt === null ? [now] : []
}

function seal(
  scope: Scope,
  input: Input,
  { text }: Configuration,
  { id, order }: Fill,
  fills: readonly Fill[],
): void {
  const { db, context } = scope
  if (input.skipDone) markSkipsDone(db, id)
  linkChain(db, id, order.continues)
  const skipDone = skipMode(input.skipDone)
  const sealed =
    order.jobs === null
      ? deferBatch(db, context, id, { text, variables: input.variables ?? {}, skipDone })
      : sealBatch(db, context, id)
  const lost = sealed ? undefined : endedMeanwhile(scope, fills)
  if (lost) throw new Refusal(lost)
  if (!sealed) throw new Error(`batch ${id} was removed by somebody else`)
}

/** Before anything is closed, so that each can take the place of what it replaces, and the stop mark with it. */
function enqueueAll(
  { db, context }: Scope,
  input: Input,
  fills: readonly Fill[],
  closes: ReadonlyMap<string, readonly Batch[]>,
): { id: string; of: Batch }[] {
  const keepsPlace = input.place === 'keep' && input.priority === undefined
  const taken: { id: string; of: Batch }[] = []
  for (const { id } of fills) {
    const of = keepsPlace ? firstInQueue(db, closes.get(id) ?? []) : undefined
    enqueueBatch(db, context, id, of?.id)
    if (of) taken.push({ id, of })
  }
  const marked = readMark(db, 'stop-after')?.batchId
  const last = fills.findLast(({ id }) => closes.get(id)?.some((one) => one.id === marked))
  if (last && keepsPlace) {
    writeMark(db, 'stop-after', { batchId: last.id }, context.at)
    recordEvent(db, context, { kind: 'stop_after_set', batchId: last.id })
  }
  return taken
}

function closeFor(scope: Scope, input: Input, configurationId: number, fill: Fill): void {
  const { db } = scope
  const code = input.ifExists === 'replace' ? 'replaced' : 'continued'
  for (const other of fill.closes.flatMap((one) => stillActive(scope, one)))
    close(scope, other, { code, by: fill.number })
  if (fill.closes.length === 0) return
  // While it was filled it counted as a knowing duplicate of what it replaces; that is closed now.
  const { type, range } = fill.order.plan
  const others = conflictingBatches(db, { configurationId, type, range }, fill.id)
  if (others.length > 0) {
    const requested = { configuration: others[0]?.configuration ?? '', ...fill.order.plan, hashes: [] }
    throw new Refusal(refuseConflicts(scope, conflictsWith(scope, requested, others), 'enqueue'))
  }
  standAlone(db, fill.id)
  // What they did while this one was filled.
  if (input.ifExists === 'remaining')
    leaveOut(scope, fill.id, doneInChain(db, fill.order.continues, fill.order.plan.range))
}
