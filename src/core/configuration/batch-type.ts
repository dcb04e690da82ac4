/** Owns one entry of `batches`: its keys, their defaults and limits. Must never touch the file system. */
import { BATCH_KEYS, type BatchKeyName } from '../../contract/batch-keys.ts'
import type { NamedPlaces } from '../../contract/places.ts'
import type { BatchType, Expand, Located, Over, Retries, StopOnFailure } from './configuration.ts'
import {
  fields,
  filledText,
  flag,
  freeMapping,
  misspelt,
  number,
  oneOrMany,
  quantity,
  text,
  wrong,
} from './decode.ts'
import { named, readOn } from './on.ts'
import { readOver } from './over.ts'
import type { Problems } from './problem.ts'
import { parseDuration, parseShare, parseSize } from './quantity.ts'
import type { Entry, Value } from './spec-tree.ts'
import { parseTemplate, type Template } from './template.ts'

/** What a job's log may take by default, in bytes. */
const DEFAULT_LOG_LIMIT_BYTES = 64 * 2 ** 20

const DURATION = 'a duration such as 500ms, 5s, 10m or 1h30m'
const SIZE = 'a size such as 10MB or 64MiB'

/**
 * A batch type as far as it could be read. Only a valid one can become a batch, but one whose source and folder
 * are known can be searched for more problems.
 */
export type BatchDraft = { batchType: BatchType; valid: boolean; searchable: boolean }

/** `places`: see `readOn`; `on`: the name of the place for all batches, whatever the file says. */
export type PlaceOptions = { places?: NamedPlaces | undefined; on?: string | undefined }

/** Reads one batch type; undefined, after having added the problem, for what isn't even a mapping. */
export function readBatchType(
  value: Value,
  variables: Record<string, string>,
  problems: Problems,
  { defaultParallel = 1, places, on }: PlaceOptions & { defaultParallel?: number },
): BatchDraft | undefined {
  const before = problems.count
  const entries = fields(value, 'a batch', BATCH_KEYS, problems)
  if (entries === undefined) return undefined
  const get = (key: BatchKeyName): Value | undefined => entries.get(key)?.value
  const read = <T>(key: BatchKeyName, reader: (value: Value) => T | undefined): T | undefined => {
    const given = get(key)
    return given && reader(given)
  }
  // One error, one problem: what is under a misspelt key is not missing.
  const meant = misspelt(value, BATCH_KEYS)
  for (const key of ['type', 'run'] as const) {
    if (entries.has(key) || meant.includes(key)) continue
    const message = `this batch has no "${key}"`
    problems.add(value.place, { found: `no ${key}`, expected: EXAMPLES[key], message })
  }
  const shell = read('shell', (given) => flag(given, problems)) ?? false
  const over = read('over', (given) => readOver(given, { variables, problems }))
  const after = read('after', (given) => readAfter(given, problems)) ?? []
  const inFile = read('on', (given) => readOn(given, places, problems)) ?? null
  const override = { file: value.place.file, path: '--on' }
  const jobPlace = on === undefined ? inFile : named(on, override, places, problems)
  const atOnce = jobPlace?.slurm.atOnce ?? Number.POSITIVE_INFINITY
  const most = jobPlace === null ? 256 : 10_000
  const parallel = read('parallel', (given) => number(given, { min: 1, max: most }, problems))
  const batchType: BatchType = {
    type: read('type', (given) => readType(given, problems)) ?? '',
    place: value.place,
    run: read('run', (given) => readRun(given, shell, problems)) ?? [],
    over: over ?? { kind: 'once', place: value.place },
    after,
    expand: read('expand', (given) => readExpand(given, problems)) ?? defaultExpand(over, after),
    jobPlace,
    parallel: Math.min(parallel ?? (jobPlace === null ? defaultParallel : atOnce), atOnce),
    timeoutMs: read('timeout', (given) => readTimeout(given, problems)) ?? null,
    retries: read('retries', (given) => readRetries(given, problems)) ?? { times: 0, delayMs: 0, backoff: 1 },
    stopOnFailure: read('stop-on-failure', (given) => readStop(given, problems)) ?? { kind: 'never' },
    logLimitBytes: read('log-limit', (given) => readLogLimit(given, problems)) ?? DEFAULT_LOG_LIMIT_BYTES,
    priority: read('priority', (given) => number(given, { min: -1_000_000, max: 1_000_000 }, problems)) ?? 0,
    expect: read('expect', (given) => readExpect(given, problems)) ?? [],
    reads: read('reads', (given) => readReads(given, problems)) ?? [],
    makeFolders: read('make-folders', (given) => flag(given, problems)) ?? false,
    env: read('env', (given) => readEnv(given, problems)) ?? [],
    cwd: read('cwd', (given) => readTemplate(given, 'a folder', problems)) ?? null,
    shell,
    repeat: read('repeat', (given) => flag(given, problems)) ?? false,
  }
  const valid = problems.count === before
  const known = <T>(key: 'over' | 'cwd', read: T): boolean =>
    (read !== undefined && read !== null) || !(entries.has(key) || meant.includes(key))
  const searchable = known('over', over) && known('cwd', batchType.cwd)
  // Where a part of a command is missing, commands may be equal that were not written so.
  return { batchType: valid ? batchType : { ...batchType, repeat: true }, valid, searchable }
}

const EXAMPLES = { type: 'a name such as edm-creation', run: 'a program and its arguments' }

function readType(value: Value, problems: Problems): string | undefined {
  const scalar = filledText(value, EXAMPLES.type, problems)
  if (scalar === undefined) return undefined
  const expected = 'a name of letters, digits, spaces, ".", "_" and "-", of at most 100 characters'
  return /^[\p{L}\p{N}_][\p{L}\p{N} ._-]{0,99}$/u.test(scalar.text)
    ? scalar.text
    : wrong(value, expected, problems)
}

function readTemplate(value: Value, expected: string, problems: Problems): Template | undefined {
  const scalar = filledText(value, expected, problems)
  return scalar && parseTemplate(scalar, problems)
}

function readRun(value: Value, shell: boolean, problems: Problems): Template[] | undefined {
  const items = value.kind === 'list' ? value.items : undefined
  if (shell) {
    const only = items?.length === 1 ? items[0] : value
    if (only === undefined || only.kind === 'list') {
      return wrong(value, 'one text, because of shell: true', problems)
    }
    const script = readTemplate(only, 'one text, because of shell: true', problems)
    return script && [script]
  }
  if (items === undefined || items.length === 0) {
    const words =
      value.kind === 'text'
        ? value.text.trim().split(/\s+/).slice(0, 8).map(asItem).join(', ')
        : 'python3, script.py'
    return wrong(value, `a list such as [${words}] (one text only with shell: true)`, problems)
  }
  const run = items.map((item, i) =>
    i === 0
      ? readTemplate(item, 'the program', problems)
      : ((scalar) => scalar && parseTemplate(scalar, problems))(
          text(item, 'an argument: text or a number', problems),
        ),
  )
  return run.filter((template) => template !== undefined)
}

/** A word as it must be written in a YAML list. */
function asItem(word: string): string {
  return /^[\w./][\w./=+-]*$/.test(word) || /^-{1,2}[a-z][\w-]*$/i.test(word)
    ? word
    : JSON.stringify(word.replace(/^(['"])(.*)\1$/, '$2'))
}

function readAfter(value: Value, problems: Problems): Located[] {
  const types = oneOrMany(value).map((item) => filledText(item, 'the type of another batch', problems))
  const known = types
    .filter((type) => type !== undefined)
    .map(({ text: type, place }) => ({ text: type, place }))
  return known.filter(({ text: type }, i) => known.findIndex((other) => other.text === type) === i)
}

function readExpand(value: Value, problems: Problems): Expand | undefined {
  const given = value.kind === 'text' ? value.text : undefined
  const known = (['when-added', 'when-claimed'] as const).find((one) => one === given)
  return known ?? wrong(value, 'when-added or when-claimed', problems)
}

const defaultExpand = (over: Over | undefined, after: readonly Located[]): Expand =>
  after.length > 0 && over !== undefined && ['files', 'table', 'lines'].includes(over.kind)
    ? 'when-claimed'
    : 'when-added'

function readTimeout(value: Value, problems: Problems): number | undefined {
  const ms = quantity(value, parseDuration, DURATION, 's', problems)
  return ms === 0 ? wrong(value, `${DURATION}, more than nothing`, problems) : ms
}

function readLogLimit(value: Value, problems: Problems): number | undefined {
  const bytes = quantity(value, parseSize, SIZE, 'MB', problems)
  return bytes === 0 ? wrong(value, `${SIZE}, more than nothing`, problems) : bytes
}

function readRetries(value: Value, problems: Problems): Retries | undefined {
  if (value.kind !== 'mapping')
    return wrong(value, 'a mapping such as { times: 2, delay: 5s, backoff: 2 }', problems)
  const keys = ['times', 'delay', 'backoff']
  const entries = fields(value, 'retries', keys, problems)
  const read = <T>(key: string, reader: (value: Value) => T | undefined): T | undefined => {
    const given: Entry | undefined = entries?.get(key)
    return given && reader(given.value)
  }
  if (entries?.has('times') === false && !misspelt(value, keys).includes('times'))
    wrong(value, 'a mapping with times', problems)
  return {
    times: read('times', (given) => number(given, { min: 0, max: 1000 }, problems)) ?? 0,
    delayMs: read('delay', (given) => quantity(given, parseDuration, DURATION, 's', problems)) ?? 0,
    backoff: read('backoff', (given) => number(given, { min: 1, max: 100, fraction: true }, problems)) ?? 1,
  }
}

function readStop(value: Value, problems: Problems): StopOnFailure | undefined {
  const expected = 'never, first, or a share such as 20%'
  if (value.kind === 'number') {
    const amount = Number(value.text)
    return wrong(value, expected, problems, amount > 0 && amount <= 1 ? `${amount * 100}%` : `${value.text}%`)
  }
  if (value.kind !== 'text') return wrong(value, expected, problems)
  if (value.text === 'never' || value.text === 'first') return { kind: value.text }
  const share = parseShare(value.text)
  return share === undefined ? wrong(value, expected, problems) : { kind: 'share', share }
}

function readReads(value: Value, problems: Problems): Template[] {
  return oneOrMany(value)
    .map((item) => readTemplate(item, 'a file that a job reads', problems))
    .filter((template) => template !== undefined)
}

const EXPECT_KEYS = ['file', 'non-empty', 'fresh']

function readExpect(value: Value, problems: Problems): BatchType['expect'] {
  return oneOrMany(value).flatMap((item) => {
    const entries = item.kind === 'mapping' ? fields(item, 'expect', EXPECT_KEYS, problems) : undefined
    const fileValue = entries === undefined ? item : entries.get('file')?.value
    if (fileValue === undefined) {
      if (!misspelt(item, EXPECT_KEYS).includes('file'))
        wrong(item, 'a mapping with a file, such as { file: "out/{stem}.json", non-empty: true }', problems)
      return []
    }
    const file = readTemplate(fileValue, 'the file that a job makes', problems)
    const readFlag = (key: string): boolean | undefined => {
      const given = entries?.get(key)
      return given && flag(given.value, problems)
    }
    return file ? [{ file, nonEmpty: readFlag('non-empty') ?? false, fresh: readFlag('fresh') ?? true }] : []
  })
}

function readEnv(value: Value, problems: Problems): BatchType['env'] {
  const mapping = freeMapping(value, 'a mapping of names to values', problems)
  return (mapping?.entries ?? []).flatMap(({ key, keyPlace, value: given }) => {
    if (key === '' || /[=\0]/.test(key)) {
      const message = `"${key}" can't be the name of an environment variable`
      problems.add(keyPlace, { found: key, expected: 'a name without "="', message })
    }
    const scalar = text(given, 'a text ("" for an empty one)', problems)
    return scalar ? [{ name: key, value: parseTemplate(scalar, problems) }] : []
  })
}
