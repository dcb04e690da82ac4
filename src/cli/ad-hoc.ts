/**
 * Owns the way from a command line without a file to a document that says the same: inputs, keys of the batch, and the
 * command behind `--`. Must never judge values: the reader of configurations does, for both.
 */
import { createHash } from 'node:crypto'
import { AD_HOC } from '../contract/ad-hoc.ts'
import { optionKeys } from '../contract/batch-keys.ts'
import { fail, ok, type ProblemFound, type Result, type SlipwayError } from '../contract/errors.ts'
import { amount } from '../contract/words.ts'
import type { BatchDocument, ConfigurationDocument } from '../core/configuration/write.ts'
import {
  asTemplates,
  combinations,
  hasPlaceholder,
  nameOfCommand,
  splitInputs,
  takesFilesApart,
  withAllInputs,
} from './command-words.ts'

/** What the options say: the source, the name, and the keys of a batch by their names. */
export type AdHocOptions = {
  over?: string[]
  list?: string[]
  lines?: string
  table?: string
  range?: string
  size?: string
  as?: string
  name?: string
  save?: string
  var?: Record<string, string>
}

/** The keys of a batch are options too, each by its own name. */
const given = (options: AdHocOptions, key: string): unknown =>
  (options as Record<string, unknown>)[key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())]

/** What `-` brings in: the values of lines, or a file with the table; or a file with another table. */
export type StandardInput = { lines(): Promise<string[]>; tableFile(text?: string): Promise<string> }

/** As many as can be written in a moment. */
const MOST_COMBINATIONS = 1_000_000

const SOURCES = ['over', 'list', 'lines', 'table', 'range'] as const
/** Options that only a command behind `--` can have. */
const OWN = [...SOURCES, 'size', 'as', 'name', 'save'] as const

/** The options that a file takes no part in, as they were written; `priority` is one of every submit. */
export function optionsOfAdHoc(options: AdHocOptions): string[] {
  const keys = optionKeys.map(({ key }) => key).filter((key) => key !== 'priority')
  return [...OWN, ...keys].filter((key) => given(options, key) !== undefined)
}

/** The document, or why there is none. */
export async function documentOf(
  command: readonly string[],
  options: AdHocOptions,
  input: StandardInput,
): Promise<Result<ConfigurationDocument>> {
  const split = splitInputs(command)
  const sources = SOURCES.filter((source) => options[source] !== undefined)
  if (split === undefined)
    return fail('usage', 'of GNU parallel ":::" with values, or one "::::" with a file, is understood', {
      hint: 'For several inputs of a job use --table FILE: its columns are placeholders.',
    })
  const { words, values, lists, linesFile } = split
  const combined = lists?.reduce((product, { length }) => product * length, 1)
  if (words.length === 0)
    return fail('usage', 'no command given', { hint: 'It stands behind --, such as: -- echo {input}' })
  if (sources.length > 1 || (sources.length === 1 && (values ?? lists ?? linesFile) !== undefined))
    return fail('usage', 'a batch has one source of inputs: --over, --list, --lines, --table, --range or :::')
  if (combined === 0 || (combined ?? 0) > MOST_COMBINATIONS)
    return fail(
      'usage',
      `the values behind ":::" make ${amount(combined ?? 0)} jobs; 1 to ${amount(MOST_COMBINATIONS)} are possible`,
    )
  if (options.save !== undefined && (options.table === '-' || lists !== undefined))
    return fail('usage', '--save needs a table in a file of its own, which it can name', {
      hint: 'Write the table into a file, and give that to --table.',
    })
  const over =
    lists === undefined
      ? await overOf(options, values, linesFile, takesFilesApart(words), input)
      : { table: await input.tableFile(combinations(lists)) }
  const hasInput = over !== undefined
  const isTable = (options.table ?? lists) !== undefined
  const filled = lists === undefined ? words : withAllInputs(words, lists)
  const run = asTemplates(filled, { hasInput, verbatim: isTable })
  if (hasInput && !isTable && given(options, 'repeat') === undefined && !hasPlaceholder(run))
    run.push('{input}')
  const batch: BatchDocument = {
    type: options.name ?? nameOfCommand(words, shortHash),
    run: given(options, 'shell') === true ? run.join(' ') : run,
    ...(over === undefined ? {} : { over }),
    ...keysOf(options),
    ...(given(options, 'on') === undefined ? {} : { on: given(options, 'on') }),
  }
  return ok({ ...(options.var === undefined ? {} : { variables: options.var }), batches: [batch] })
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

async function overOf(
  { over, list, lines, table, range, size, as }: AdHocOptions,
  values: string[] | undefined,
  linesFile: string | undefined,
  areFiles: boolean,
  input: StandardInput,
): Promise<Record<string, unknown> | undefined> {
  const file = lines ?? linesFile
  const more = { ...(size === undefined ? {} : { size: scalar(size) }), ...(as === undefined ? {} : { as }) }
  if (over !== undefined || (values !== undefined && areFiles)) {
    const patterns = over ?? values?.map(literally) ?? []
    return { files: patterns.length === 1 ? patterns[0] : patterns, ...more }
  }
  if (list !== undefined || values !== undefined) return { list: list ?? values, ...more }
  if (file !== undefined)
    return file === '-' ? { list: await input.lines(), ...more } : { lines: file, ...more }
  if (table !== undefined) return { table: table === '-' ? await input.tableFile() : table, ...more }
  if (range !== undefined) return { range, ...more }
  return size === undefined && as === undefined ? undefined : more
}

/** A file's name as a pattern that matches only it. */
const literally = (name: string): string => name.replace(/[\\*?[\](){}!+@]/g, '\\$&')

function keysOf(options: AdHocOptions): BatchDocument {
  const batch: BatchDocument = {}
  for (const { key, option } of optionKeys) {
    const value = given(options, key)
    if (value === undefined) continue
    if (option.kind === 'fields') {
      const all = (value as string[]).map((text) => fieldsOf(text, option.fields))
      batch[key] = all.length === 1 ? all[0] : all
    } else if (option.kind === 'values') batch[key] = value
    else if (option.kind === 'value') batch[key] = scalar(String(value))
    else batch[key] = value
  }
  return batch
}

/** `times=2,delay=5s` as a mapping; anything else is the first field. */
function fieldsOf(text: string, [first, ...others]: readonly [string, ...string[]]): unknown {
  if (![first, ...others].some((name) => text.startsWith(`${name}=`))) return { [first]: scalar(text) }
  const pairs = text.split(',').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return [name.trim(), scalar(value.join('='))] as const
  })
  return Object.fromEntries(pairs)
}

/** A value as YAML would read the bare word: a number, true or false, else the text. */
function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/.test(text) ? Number(text) : text
}

/** Names the option that a problem is about instead of a place in a file. */
export function atOptions(error: SlipwayError): SlipwayError {
  return error.problems === undefined ? error : { ...error, problems: error.problems.map(atOption) }
}

function atOption(problem: ProblemFound): ProblemFound {
  if (problem.file !== AD_HOC) return problem
  if (problem.line !== undefined) return { ...problem, file: 'standard input' }
  const [key = '', source] = problem.path.split(/[.[]/)
  const option = key === 'over' ? overOptions[source ?? ''] : keyOptions[key]
  return { ...problem, file: option ?? (key === '' || key === 'variables' ? 'the command line' : `--${key}`) }
}

const keyOptions: Readonly<Record<string, string>> = { type: '--name', run: 'the command behind --' }
const overOptions: Readonly<Record<string, string>> = {
  files: '--over',
  list: '--list',
  lines: '--lines',
  table: '--table',
  range: '--range',
  size: '--size',
  as: '--as',
}
