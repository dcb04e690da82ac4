/** Owns the reading of arguments: batch references, numbers, variables, settings' values. */
import { InvalidArgumentError } from 'commander'
import type { BatchRef } from '../contract/entities.ts'

/** `12`, `#12` or an id, as the contract takes it. */
export function batchReference(text: string): BatchRef {
  const number = /^#?(\d{1,15})$/.exec(text.trim())?.[1]
  if (number !== undefined && Number(number) > 0) return Number(number)
  if (text.trim() === '') throw new InvalidArgumentError('A batch is a number such as 12 or #12, or an id.')
  return text.trim()
}

/** Several of them, for a variadic argument. */
export function batchReferences(text: string, before: BatchRef[] | undefined): BatchRef[] {
  return [...(before ?? []), batchReference(text)]
}

/** A whole number within limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^[+-]?\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

/** Collects `--var k=v`. */
export function variable(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('A variable is given as name=value.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** A setting's value: a number, true or false where it looks like one, else the text. */
export function settingValue(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
