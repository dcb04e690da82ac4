/** `preview`: what a configuration would become, before anything exists. Problems are part of the answer. */
import type { ParsedInput } from '../../contract/commands.ts'
import { ok } from '../../contract/errors.ts'
import { skipMode } from '../../contract/references.ts'
import type { BatchPlan } from '../configuration/plan.ts'
import { planBatches } from '../configuration/plan.ts'
import { doneBefore } from '../fill/done-before.ts'
import { findConfiguration } from '../queue/configuration-store.ts'
import { conflictingBatches, earlierBatches } from '../queue/queries.ts'
import type { Handler, Scope } from './command.ts'
import { commandHashes, conflictsWith } from './conflicts.ts'
import { readNamed } from './read-named.ts'

export const preview: Handler<'preview'> = async (scope, input) => {
  const read = await readNamed(scope, input)
  if (!read.ok) return read
  const configuration = read.value
  const planned = await planBatches(configuration, input.types === undefined ? {} : { types: input.types })
  const plans = planned.ok ? planned.value : []
  const row = findConfiguration(scope.db, configuration.specPath, configuration.projectPath)
  const digest = configuration.fileDigest
  const trusted = row?.trusted_digest ?? null
  return ok({
    configuration: configuration.name,
    specPath: configuration.specPath,
    projectPath: configuration.projectPath,
    trust: trusted === null ? 'new' : trusted === digest ? 'known' : 'changed',
    digest,
    variables: configuration.variables,
    types: await Promise.all(
      configuration.batchTypes.map(async ({ type, after }) => ({
        type,
        after: after.map((one) => one.text),
        selected: input.types === undefined || input.types.length === 0 || input.types.includes(type),
        batches: await Promise.all(
          plans.filter((plan) => plan.type === type).map((plan) => outline(scope, row?.id, plan, input)),
        ),
      })),
    ),
    problems: planned.ok ? [] : (planned.problems as never),
    conflicts: row ? await conflictsOf(scope, row.id, configuration.name, plans) : [],
    earlier: row ? earlierOf(scope, row.id, plans) : [],
  })
}

async function outline(
  { db }: Scope,
  configurationId: number | undefined,
  plan: BatchPlan,
  { skipDone }: ParsedInput<'preview'>,
) {
  const mode = skipMode(skipDone)
  const batch = { configuration_id: configurationId ?? 0, batch_type: plan.type, chain: [] }
  return {
    done: mode === null ? null : (await doneBefore(db, batch, plan, mode)).counts,
    range: plan.range,
    jobs: plan.jobCount,
    expands: plan.expand,
    commands: plan.preview.map(({ ordinal, input, argv }) => ({ ordinal, input, argv })),
  }
}

async function conflictsOf(
  scope: Scope,
  configurationId: number,
  configuration: string,
  plans: readonly BatchPlan[],
) {
  const conflicts = []
  for (const plan of plans) {
    const existing = conflictingBatches(scope.db, { configurationId, type: plan.type, range: plan.range })
    if (existing.length === 0) continue
    const hashes = await commandHashes(plan)
    conflicts.push(
      ...conflictsWith(scope, { configuration, type: plan.type, range: plan.range, hashes }, existing),
    )
  }
  return conflicts
}

/** How many ended batches of a type are worth showing. */
const EARLIER = 20

function earlierOf({ db }: Scope, configurationId: number, plans: readonly BatchPlan[]) {
  // The slices of a range follow each other: one look at all of it.
  return [...Map.groupBy(plans, ({ type }) => type)].flatMap(([type, [first, ...others]]) => {
    const start = first?.range?.start
    const end = (others.at(-1) ?? first)?.range?.end
    const range = start === undefined || end === undefined ? null : { start, end }
    return earlierBatches(db, { configurationId, type, range }, EARLIER)
  })
}
