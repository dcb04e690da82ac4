/** Owns the reading of arguments: batch references, numbers, variables, settings' values. */
import { CommanderError } from 'commander'
import type { Job } from '../contract/entities.ts'
import { exitCodes } from '../contract/errors.ts'
import type { BatchRef } from '../contract/references.ts'
import { amount, listed } from '../contract/words.ts'

/** `12`, `#12` or an id, as the contract takes it. */
export function batchReference(text: string): BatchRef {
  const number = /^#?(\d{1,15})$/.exec(text.trim())?.[1]
  if (number !== undefined && Number(number) > 0) return Number(number)
  if (text.trim() === '') throw usage('BATCH must be a number such as 12 or #12, or an id')
  return text.trim()
}

/** Several of them, for a variadic argument. */
export function batchReferences(text: string, before: BatchRef[] | undefined): BatchRef[] {
  return [...(before ?? []), batchReference(text)]
}

/** Reads a whole number within limits; `name` is how the argument or option is called in the message. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value
    throw usage(`${name} must be a whole number from ${amount(least)} to ${amount(most)} (got ${text})`)
  }
}

/** Commander adds its own words to an InvalidArgumentError; this one is shown as it is. */
function usage(message: string): CommanderError {
  return new CommanderError(exitCodes.usage, 'slipway.usage', message)
}

/** `12 13 5`: batches, and behind them their priority; commander has no arguments after a variadic one. */
export function batchesThenPriority(words: readonly string[]): { batches: BatchRef[]; value: number } {
  const [batch, ...more] = words.slice(0, -1)
  const last = words.at(-1)
  if (batch === undefined || last === undefined) throw usage("missing required argument 'N'")
  const value = wholeNumber('N', -1_000_000, 1_000_000)(last)
  return { batches: [batch, ...more].map(batchReference), value }
}

/** Fields of a job that `show` can be limited to. */
export const jobFieldNames = [
  'id',
  'ordinal',
  'status',
  'input',
  'attempts',
  'exitCode',
  'signal',
  'startedAt',
  'completedAt',
  'durationMs',
  'error',
  'doneByBatch',
  'node',
  'queuedMs',
] as const satisfies readonly (keyof Job)[]
export type JobField = (typeof jobFieldNames)[number]

/** `ordinal,input,error`: fields of a job. */
export function jobFields(text: string): JobField[] {
  return text.split(',').map((word) => {
    const field = jobFieldNames.find((name) => name === word.trim())
    if (field === undefined) throw usage(`--fields takes ${listed(jobFieldNames)} (got ${word})`)
    return field
  })
}

/** Collects `--var k=v`, or another option that is repeated so. */
export function pairs(
  option: string,
): (text: string, before: Record<string, string> | undefined) => Record<string, string> {
  return (text, before) => {
    const equals = text.indexOf('=')
    if (equals < 1) throw usage(`${option} must be name=value (got ${text})`)
    return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
  }
}

/** A setting's value: a number, true or false where it looks like one, else the text. */
export function settingValue(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  try {
    return text.startsWith('{') ? JSON.parse(text) : text
  } catch {
    return text // refused as what it is
  }
}

/** The shells that `completion` has a script for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]
