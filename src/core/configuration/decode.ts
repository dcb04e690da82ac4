/**
 * Owns the reading of single values out of the tree: kind, limits, and the message when they are wrong.
 * Must never stop at the first problem; every reader adds its problem and returns undefined.
 */
import { nearest } from '../../contract/nearest.ts'
import { type Problems, shorten } from './problem.ts'
import type { Entry, Mapping, Scalar, Value } from './spec-tree.ts'

/** What a value is, in the words of a problem. */
function describe(value: Value): string {
  if (value.kind === 'mapping') return value.entries.length === 0 ? 'an empty mapping' : 'a mapping'
  if (value.kind === 'list') return value.items.length === 0 ? 'an empty list' : 'a list'
  if (value.kind === 'nothing') return value.text === '' ? 'nothing' : `${value.text} without quotes`
  return value.kind === 'text' ? `"${shorten(value.text)}"` : shorten(value.text)
}

/** Adds "… is wrong: found x, expected y" for a value. */
export function wrong(value: Value, expected: string, problems: Problems, suggestion?: string): undefined {
  const found = describe(value)
  const message = `${value.place.path || 'the configuration'} is ${found}, but has to be ${expected}`
  problems.add(value.place, { found, expected, message, suggestion })
  return undefined
}

/** The entries of a mapping by key; unknown keys are reported with the nearest known one. */
export function fields(
  value: Value,
  what: string,
  keys: readonly string[],
  problems: Problems,
): Map<string, Entry> | undefined {
  if (value.kind !== 'mapping') return wrong(value, `a mapping with ${keys.join(', ')}`, problems)
  for (const { key, keyPlace } of value.entries) {
    if (keys.includes(key)) continue
    problems.add(keyPlace, {
      found: key,
      expected: `one of ${keys.join(', ')}`,
      message: `unknown key "${shorten(key)}" in ${what}; known are ${keys.join(', ')}`,
      suggestion: nearest(key, keys),
    })
  }
  return new Map(value.entries.map((entry) => [entry.key, entry]))
}

/** The known keys that unknown ones of a mapping were probably meant to be, where those are not given. */
export function misspelt(value: Value, keys: readonly string[]): string[] {
  if (value.kind !== 'mapping') return []
  const given = value.entries.map(({ key }) => key)
  const absent = keys.filter((key) => !given.includes(key))
  return given.flatMap((key) => (keys.includes(key) ? [] : (nearest(key, absent) ?? [])))
}

/** A mapping with free keys (variables, env). */
export function freeMapping(value: Value, expected: string, problems: Problems): Mapping | undefined {
  return value.kind === 'mapping' ? value : wrong(value, expected, problems)
}

/** Text, or a number or boolean by its source text. */
export function text(value: Value, expected: string, problems: Problems): Scalar | undefined {
  if (value.kind === 'text' || value.kind === 'number' || value.kind === 'boolean') return value
  const only = value.kind === 'mapping' && value.entries.length === 1 ? value.entries[0] : undefined
  if (only?.value.kind === 'nothing') {
    const quoted = `"{${only.key}}"`
    const message = `{${shorten(only.key)}} without quotes is a YAML mapping; write ${shorten(quoted)}`
    problems.add(value.place, { found: `{${only.key}}`, expected: quoted, message })
    return undefined
  }
  return wrong(value, expected, problems)
}

/** Text that is not empty. */
export function filledText(value: Value, expected: string, problems: Problems): Scalar | undefined {
  const scalar = text(value, expected, problems)
  return scalar?.text === '' ? wrong(value, expected, problems) : scalar
}

/** `true` or `false`. */
export function flag(value: Value, problems: Problems): boolean | undefined {
  if (value.kind === 'boolean') return value.text.toLowerCase() === 'true'
  const word = value.kind === 'text' ? value.text.toLowerCase() : ''
  const meant = ['yes', 'on', 'true'].includes(word)
    ? 'true'
    : ['no', 'off', 'false'].includes(word)
      ? 'false'
      : undefined
  return wrong(value, 'true or false', problems, meant)
}

/** A whole number (or, with `fraction`, any) between two limits, both included. */
export function number(
  value: Value,
  limits: { min: number; max: number; fraction?: boolean },
  problems: Problems,
): number | undefined {
  const { min, max, fraction = false } = limits
  const expected = `a ${fraction ? '' : 'whole '}number from ${min} to ${max}`
  if (value.kind === 'text') {
    const amount = value.text.trim() === '' ? Number.NaN : Number(value.text)
    return wrong(value, expected, problems, Number.isFinite(amount) ? String(amount) : undefined)
  }
  if (value.kind !== 'number') return wrong(value, expected, problems)
  const amount = Number(value.text)
  const fits =
    (fraction ? Number.isFinite(amount) : Number.isSafeInteger(amount)) && amount >= min && amount <= max
  return fits ? amount : wrong(value, expected, problems)
}

/** A quantity with a unit; a bare number is refused with the unit that was probably meant. */
export function quantity(
  value: Value,
  parse: (text: string) => number | undefined,
  expected: string,
  unit: string,
  problems: Problems,
): number | undefined {
  if (value.kind === 'number')
    return wrong(value, `${expected}: a number needs its unit`, problems, `${value.text}${unit}`)
  if (value.kind !== 'text') return wrong(value, expected, problems)
  return parse(value.text) ?? wrong(value, expected, problems)
}

/** A list's items, or the one value as a list of itself. */
export function oneOrMany(value: Value): Value[] {
  return value.kind === 'list' ? value.items : [value]
}
