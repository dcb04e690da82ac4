/**
 * Owns what a configuration will become: the batches, their options and their stream of jobs.
 * Must never create anything, nor hold all inputs of a batch in memory.
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { nearest } from '../../contract/nearest.ts'
import type { CommandMaker, PlannedJob } from './command.ts'
import { createCommandDigest } from './command-hash.ts'
import type { BatchOptions, BatchType, Configuration, Expand } from './configuration.ts'
import type { InputSource } from './inputs/source.ts'
import { estimateBatchType, planBatchType } from './plan-batch-type.ts'
import { type Checked, type ConfigurationProblem, formatProblem, Problems } from './problem.ts'

export type { PlannedJob } from './command.ts'

/** One batch that would be created: one for each batch type, or one for each slice of a sliced range. */
export type BatchPlan = {
  type: string
  /** Inclusive; null for every other source than a range. */
  range: { start: number; end: number } | null
  /** Batch types that have to complete first. */
  after: string[]
  options: BatchOptions
  /** Whether the folders of expected files are to be created before a job is added. */
  makeFolders: boolean
  /** With `when-claimed` everything below is an estimate: what would be there now. */
  expand: Expand
  jobCount: number
  /** Over all command hashes, in order: shows whether inputs have changed since planning. */
  digest: string
  /** First and last up to three jobs, with '#' for the batch number. */
  preview: PlannedJob[]
  /**
   * Streams the jobs in order and reads the inputs anew; never holds all of them. Throws InputsChangedError,
   * at the latest after the last job, if they are not the jobs that were planned: then nothing may be kept.
   */
  jobs(batch: { number: number }): AsyncIterable<PlannedJob>
}

/** The inputs are no longer what they were when the batch was planned. */
export class InputsChangedError extends Error {
  readonly problems: ConfigurationProblem[]

  constructor(type: string, problems: ConfigurationProblem[]) {
    const [first] = problems
    super(`the inputs of ${type} changed while it was added${first ? `: ${formatProblem(first)}` : ''}`)
    this.name = 'InputsChangedError'
    this.problems = problems
  }
}

/**
 * Plans all batch types (or the chosen ones); nothing is planned unless everything is valid. `claimed`: it is their
 * turn, so that also the inputs of `when-claimed` are looked up.
 */
export async function planBatches(
  configuration: Configuration,
  options: { types?: string[]; claimed?: boolean },
): Promise<Checked<BatchPlan[]>> {
  const problems = new Problems()
  const { batchTypes } = configuration
  const known = batchTypes.map(({ type }) => type)
  for (const type of options.types ?? []) {
    if (known.includes(type)) continue
    problems.add(
      { file: batchTypes[0]?.place.file ?? configuration.specPath, path: 'batches' },
      {
        found: type,
        expected: `one of ${known.join(', ')}`,
        message: `the configuration has no batch type "${type}"; it has ${known.join(', ')}`,
        suggestion: nearest(type, known),
      },
    )
  }
  const chosen =
    options.types === undefined || options.types.length === 0
      ? batchTypes
      : batchTypes.filter(({ type }) => options.types?.includes(type))
  const plans = await collectPlans(configuration, chosen, problems, options.claimed)
  return problems.count === 0 ? { ok: true, value: plans } : { ok: false, problems: problems.list() }
}

/** Plans batch types one after the other; adds every problem, and leaves out the batches that have one. */
export async function collectPlans(
  configuration: Configuration,
  batchTypes: readonly BatchType[],
  problems: Problems,
  claimed = false,
): Promise<BatchPlan[]> {
  const plans: BatchPlan[] = []
  for (const batchType of batchTypes) {
    const expand = claimed ? 'when-added' : batchType.expand
    const planned =
      expand === 'when-claimed'
        ? await estimateBatchType(batchType, configuration, problems)
        : await planBatchType(batchType, configuration, problems)
    for (const { maker, range, ...known } of planned) {
      plans.push({
        type: batchType.type,
        range,
        after: batchType.after.map(({ text: type }) => type),
        options: maker.options,
        makeFolders: batchType.makeFolders,
        expand,
        ...('outline' in known ? known.outline : nothingYet),
        jobs: ({ number }) =>
          'outline' in known
            ? streamJobs(batchType.type, known.source, maker, known.outline, String(number))
            : noJobs(),
      })
    }
  }
  return plans
}

const nothingYet = { jobCount: 0, digest: '', preview: [] }

async function* noJobs(): AsyncIterable<PlannedJob> {}

async function* streamJobs(
  type: string,
  source: InputSource,
  maker: CommandMaker,
  planned: { jobCount: number; digest: string },
  batch: string,
): AsyncIterable<PlannedJob> {
  const problems = new Problems()
  const digest = createCommandDigest()
  let ordinal = 0
  for await (const block of source.read(problems)) {
    if (problems.count > 0 || ordinal + block.length > planned.jobCount) break
    for (const input of block) {
      ordinal += 1
      const job = maker.make(input, ordinal, batch)
      digest.add(job.commandHash)
      yield job
    }
    await yieldToEventLoop()
  }
  if (problems.count > 0 || ordinal !== planned.jobCount || digest.finish() !== planned.digest) {
    throw new InputsChangedError(type, problems.list())
  }
}
