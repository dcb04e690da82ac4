/**
 * Owns the `over` of a batch type: which source its inputs come from. Must never read the inputs themselves.
 */
import { overKeys } from '../../contract/batch-keys.ts'
import { nearest } from '../../contract/nearest.ts'
import { amount, countOf } from '../../contract/words.ts'
import type { Located, Over } from './configuration.ts'
import { fields, filledText, misspelt, number, oneOrMany, text, wrong } from './decode.ts'
import { type Problems, shorten } from './problem.ts'
import type { Entry, Scalar, Value } from './spec-tree.ts'
import { bind, checkExact, parseTemplate, placeholdersOf } from './template.ts'

const SOURCES = ['files', 'table', 'lines', 'list', 'range'] as const
/** Every key of `over`. */
export const OVER_KEYS = Object.keys(overKeys)

/** The most inputs that one batch may have. */
export const INPUT_LIMIT = 10_000_000
/** The most characters of a file pattern; no path is longer. */
const PATTERN_LIMIT = 4096
/** The most batches that a range may be cut into. */
const SLICE_LIMIT = 10_000

type Reading = { variables: Record<string, string>; problems: Problems }

/** Reads `over`; undefined after having added the problems. */
export function readOver(value: Value, reading: Reading): Over | undefined {
  const { problems } = reading
  if (value.kind === 'text') {
    const source = /^-?\d+\.\.-?\d+$/.test(value.text)
      ? `range: ${value.text}`
      : `files: ${JSON.stringify(value.text)}`
    return wrong(value, 'a mapping with files, table, lines, list or range', problems, `{ ${source} }`)
  }
  const entries = fields(value, 'over', OVER_KEYS, problems)
  if (entries === undefined) return undefined
  const given = SOURCES.filter((source) => entries.has(source))
  const [source] = given
  const entry = source === undefined ? undefined : entries.get(source)
  if (source === undefined && misspelt(value, SOURCES).length > 0) return undefined
  if (source === undefined || entry === undefined || given.length > 1) {
    const found = given.length > 1 ? given.join(' and ') : 'none of them'
    problems.add(value.place, {
      found,
      expected: `exactly one of ${SOURCES.join(', ')}`,
      message: `over has ${found}, but needs exactly one of ${SOURCES.join(', ')}`,
    })
    return undefined
  }
  for (const key of ['size', 'as']) {
    const extra = entries.get(key)
    if (extra === undefined || source === 'range') continue
    const message = `"${key}" belongs to a range, not to ${source}`
    problems.add(extra.keyPlace, { found: key, expected: `${source} alone`, message })
  }
  return readSource(source, entry, entries, reading)
}

function readSource(
  source: (typeof SOURCES)[number],
  { value }: Entry,
  entries: Map<string, Entry>,
  reading: Reading,
): Over | undefined {
  const { problems } = reading
  const { place } = value
  switch (source) {
    case 'files': {
      const patterns = oneOrMany(value)
        .map((item) => filledText(item, 'a file pattern such as "data/*.csv"', problems))
        .filter((item) => item !== undefined)
        .map((item) => fillPattern(item, reading))
        .filter((pattern) => pattern !== undefined)
      if (patterns.some(({ text }) => !text.startsWith('!'))) return { kind: 'files', patterns, place }
      return patterns.length > 0 || (value.kind === 'list' && value.items.length === 0)
        ? wrong(value, 'at least one pattern that does not begin with "!"', problems)
        : undefined
    }
    case 'table':
    case 'lines': {
      const expected = source === 'table' ? 'a file such as regions.csv' : 'a file such as names.txt'
      const scalar = filledText(value, expected, problems)
      const file = scalar && fillVariables(scalar, reading)
      return file && { kind: source, file, place }
    }
    case 'list': {
      if (value.kind !== 'list' || value.items.length === 0) {
        return wrong(value, 'a list of values such as [a, b]', problems)
      }
      const items = value.items.map((item) => text(item, 'a text or a number', problems))
      for (const item of items) if (item !== undefined) checkExact(item.text, item.place, problems)
      return { kind: 'list', values: items.map((item) => item?.text ?? ''), place }
    }
    case 'range':
      return readRange(value, entries, reading)
  }
}

function readRange(value: Value, entries: Map<string, Entry>, reading: Reading): Over | undefined {
  const { problems } = reading
  const expected = 'a range such as 0..99'
  const scalar = filledText(value, expected, problems)
  const filled = scalar && fillVariables(scalar, reading)
  const sizeValue = entries.get('size')?.value
  const size = sizeValue && number(sizeValue, { min: 1, max: INPUT_LIMIT }, problems)
  const asValue = entries.get('as')?.value
  const as = asValue && text(asValue, 'a name such as year', problems)?.text
  if (asValue !== undefined && as !== undefined && !/^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(as)) {
    wrong(asValue, 'a name such as year', problems)
  }
  if (filled === undefined) return undefined
  const match = /^\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*$/.exec(filled.text)
  const start = Number(match?.[1])
  const end = Number(match?.[2])
  if (match === null || !Number.isSafeInteger(start) || !Number.isSafeInteger(end)) {
    // The text with its variables filled in: what is wrong may have come with --var.
    const numbers = `whole numbers from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`
    problems.add(filled.place, {
      found: filled.text,
      expected: match === null ? expected : numbers,
      message: `${filled.text} is no range${match === null ? ' such as 0..99' : `: both ends have to be ${numbers}`}`,
    })
    return undefined
  }
  if (end < start) {
    const message = `the range ${filled.text} runs backwards`
    problems.add(filled.place, {
      found: filled.text,
      expected: 'the smaller number first',
      message,
      suggestion: `${end}..${start}`,
    })
    return undefined
  }
  const count = end - start + 1
  const slices = size === undefined ? 1 : Math.ceil(count / size)
  if (count > INPUT_LIMIT || slices > SLICE_LIMIT) {
    const message =
      count > INPUT_LIMIT
        ? `the range has ${amount(count)} values, more than the limit of ${amount(INPUT_LIMIT)}`
        : `size ${size} cuts the range into ${countOf(slices, 'batch')}, more than the limit of ${amount(SLICE_LIMIT)}`
    problems.add(filled.place, { found: filled.text, expected: 'a smaller range or a larger size', message })
    return undefined
  }
  return { kind: 'range', start, end, size: size ?? null, as: as ?? null, place: value.place }
}

/** Fills variables, the only placeholders that are known before there are inputs. */
function fillVariables(scalar: Scalar, { variables, problems }: Reading): Located | undefined {
  const template = parseTemplate(scalar, problems)
  const names = Object.keys(variables)
  let known = true
  for (const { name, place } of placeholdersOf(template)) {
    if (Object.hasOwn(variables, name)) continue
    known = false
    problems.add(place, {
      found: `{${name}}`,
      expected: names.length === 0 ? 'no placeholder' : `a variable: ${names.join(', ')}`,
      message: `unknown placeholder {${shorten(name)}}; only variables can be used here`,
      suggestion: nearest(name, names),
    })
  }
  const bindings = new Map(Object.entries(variables).map(([name, text]) => [name, { text }]))
  return known ? { text: bind(template, bindings).constant ?? '', place: scalar.place } : undefined
}

/** In a pattern only `{variable}` is a placeholder: `{a,b}` and `{1..3}` are the pattern's own braces. */
function fillPattern(scalar: Scalar, { variables, problems }: Reading): Located | undefined {
  checkExact(scalar.text, scalar.place, problems)
  if (scalar.text.length > PATTERN_LIMIT) {
    const message = `this file pattern has more than ${PATTERN_LIMIT} characters; write several patterns`
    problems.add(scalar.place, { found: scalar.text, expected: 'a shorter pattern', message })
    return undefined
  }
  const text = scalar.text.replace(/\{([^{},/]*)\}/g, (whole, name: string) => {
    if (Object.hasOwn(variables, name)) return variables[name] ?? ''
    if (name.includes('..')) return whole
    problems.add(scalar.find(whole), {
      found: whole,
      expected: 'a variable, or alternatives such as {a,b}',
      message: `unknown placeholder ${shorten(whole)}; only variables can be used in a file pattern`,
      suggestion: nearest(name, Object.keys(variables)),
    })
    return whole
  })
  return { text, place: scalar.place }
}
