/**
 * Owns the one pass over the inputs of a batch type that finds everything wrong with its jobs.
 * Must never hold more than a block of inputs, the preview and 20 bytes for each command, nor block the event loop
 * for longer than a block takes (about 5 ms).
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { type CommandMaker, commandMaker, type PlannedJob } from './command.ts'
import { createCommandDigest, FirstSeen } from './command-hash.ts'
import type { BatchType, Configuration, Over } from './configuration.ts'
import { openInputs, openRange } from './inputs/open.ts'
import type { Input, InputSource } from './inputs/source.ts'
import { INPUT_LIMIT } from './over.ts'
import { type Place, Problems, shorten } from './problem.ts'
import { checkPlaceholders, sourcePlaceholders, templatesOf } from './scope.ts'
import { checkProgramName, type StartCheck, startCheck } from './start-check.ts'
import { placeholdersOf } from './template.ts'

/** What a pass over the inputs leaves behind. */
type Outline = { jobCount: number; digest: string; preview: PlannedJob[] }

/** One batch that the batch type becomes. */
export type PlannedBatch = {
  source: InputSource
  maker: CommandMaker
  range: { start: number; end: number } | null
  outline: Outline
}

const PREVIEW = 3

/** Plans one batch type; an empty list after having added problems. */
export async function planBatchType(
  batchType: BatchType,
  configuration: Configuration,
  problems: Problems,
): Promise<PlannedBatch[]> {
  const { over } = batchType
  const before = problems.count
  const sources = await openSources(batchType, configuration, problems)
  const [first] = sources
  const columns = over.kind === 'table' ? first?.source.names : undefined
  const valid = checkPlaceholders(batchType, configuration.variables, problems, columns)
  if (first === undefined) return []
  if (!valid || problems.count > before) {
    await probe(first.source, over, problems)
    return []
  }
  const maker = commandMaker(batchType, configuration, first.source.names)
  const check = startCheck(batchType, maker, configuration.searchPath)
  const seen = batchType.repeat ? undefined : new Duplicates()
  const planned: PlannedBatch[] = []
  for (const { source, range } of sources) {
    const outline = await outlineJobs(source, maker, check, seen, batchType, problems)
    planned.push({ source, maker, range, outline })
    if (problems.full) break
  }
  await seen?.report(sources, batchType, problems)
  return problems.count > before ? [] : planned
}

/**
 * Plans a batch type whose inputs are looked up later: what would be there now, for those that can be planned now. Adds
 * only the problems that will still be there then.
 */
export async function estimateBatchType(
  batchType: BatchType,
  configuration: Configuration,
  problems: Problems,
): Promise<(PlannedBatch | Pick<PlannedBatch, 'maker' | 'range'>)[]> {
  const { over } = batchType
  const before = problems.count
  checkPlaceholders(batchType, configuration.variables, problems)
  checkProgramName(batchType, configuration.projectPath, configuration.searchPath, problems)
  if (problems.count > before) return []
  const planned = await planBatchType(batchType, configuration, new Problems())
  if (planned.length > 0) return planned
  const maker = commandMaker(batchType, configuration, sourcePlaceholders(over) ?? [])
  return over.kind === 'range'
    ? slices(over).map(({ range }) => ({ maker, range }))
    : [{ maker, range: null }]
}

type Slice = { source: InputSource; range: PlannedBatch['range'] }

async function openSources(
  batchType: BatchType,
  configuration: Configuration,
  problems: Problems,
): Promise<Slice[]> {
  const { over } = batchType
  if (over.kind === 'range') return slices(over)
  const used = new Set(templatesOf(batchType).flatMap((each) => placeholdersOf(each).map(({ name }) => name)))
  const source = await openInputs(over, configuration.projectPath, used, problems)
  return source ? [{ source, range: null }] : []
}

function slices(over: Extract<Over, { kind: 'range' }>): Slice[] {
  const { start, end, size } = over
  const length = size ?? end - start + 1
  return Array.from({ length: Math.ceil((end - start + 1) / length) }, (_, i) => {
    const from = start + i * length
    const to = Math.min(end, from + length - 1)
    return { source: openRange(over, from, to), range: { start: from, end: to } }
  })
}

async function outlineJobs(
  source: InputSource,
  maker: CommandMaker,
  check: StartCheck,
  seen: Duplicates | undefined,
  batchType: BatchType,
  problems: Problems,
): Promise<Outline> {
  const { place } = batchType.over
  const before = problems.count
  const digest = createCommandDigest()
  const head: PlannedJob[] = []
  const tail: PlannedJob[] = []
  let jobCount = 0
  for await (const block of source.read(problems)) {
    for (const input of block) {
      jobCount += 1
      const job = maker.make(input, jobCount, '#')
      check(job, placeOf(input, source, place), problems)
      seen?.add(job.commandHash, input)
      digest.add(job.commandHash)
      if (head.length < PREVIEW) head.push(job)
      else if (tail.push(job) > PREVIEW) tail.shift()
    }
    await yieldToEventLoop()
    if (problems.full) break
    if (jobCount <= INPUT_LIMIT) continue
    const message = `${batchType.type} has more inputs than the limit of ${INPUT_LIMIT}`
    problems.add(place, { found: `more than ${INPUT_LIMIT}`, expected: `at most ${INPUT_LIMIT}`, message })
    break
  }
  if (jobCount === 0 && problems.count === before) noInput(batchType.over, problems)
  return { jobCount, digest: digest.finish(), preview: [...head, ...tail] }
}

/** Checks for any input at all, for a batch that has other problems already. */
async function probe(source: InputSource, over: Over, problems: Problems): Promise<void> {
  const before = problems.count
  for await (const block of source.read(problems)) if (block.length > 0) return
  if (problems.count === before) noInput(over, problems)
}

function noInput(over: Over, problems: Problems): void {
  const message =
    over.kind === 'table'
      ? `the table "${over.file.text}" has a header and no rows`
      : over.kind === 'lines'
        ? `every line of "${over.file.text}" is blank`
        : 'there is no input'
  problems.add(over.place, { found: 'no input', expected: 'at least one input', message })
}

function placeOf(input: Input, source: InputSource, place: Place): Place {
  if (source.file === undefined || input.line === undefined) return place
  return { file: source.file, line: input.line, path: place.path }
}

/** Finds the jobs with a command that another job has; remembers hashes, and looks up names only when needed. */
class Duplicates {
  readonly #seen = new FirstSeen()
  #ordinal = 0
  #count = 0
  #first: { ordinal: number; input: Input } | undefined

  add(commandHash: string, input: Input): void {
    this.#ordinal += 1
    const earlier = this.#seen.add(commandHash, this.#ordinal)
    if (earlier === undefined) return
    this.#count += 1
    this.#first ??= { ordinal: earlier, input }
  }

  async report(sources: Slice[], batchType: BatchType, problems: Problems): Promise<void> {
    if (this.#first === undefined) return
    const { ordinal, input } = this.#first
    const earlier = await inputAt(sources, ordinal, problems)
    const name = ({ label, line }: Input): string =>
      `"${shorten(label)}"${line === undefined ? '' : ` (line ${line})`}`
    const pair = `${earlier ? name(earlier) : `job ${ordinal}`} and ${name(input)}`
    const others = this.#count > 1 ? `, and ${this.#count - 1} more like them` : ''
    problems.add(batchType.run[0]?.place ?? batchType.place, {
      found: pair,
      expected: 'a different command for each job, or repeat: true',
      message: `the jobs for ${pair} have the same command${others}; if that is meant, write repeat: true`,
    })
  }
}

async function inputAt(sources: Slice[], ordinal: number, problems: Problems): Promise<Input | undefined> {
  let passed = 0
  for (const { source } of sources) {
    for await (const block of source.read(problems)) {
      const found = block[ordinal - passed - 1]
      if (found !== undefined) return found
      passed += block.length
    }
  }
  return undefined
}
