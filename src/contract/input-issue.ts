/** Owns how a rejected input is explained, from zod's issue. Pure. */
import type { z } from 'zod'
import { amount, listed } from './words.ts'

/** 'must be at most 600,000', 'must be one of light and dark'; continues the name of what was rejected. */
export function issueWords(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'too_big':
      return `must be at most ${bound(issue.maximum, issue.origin)}`
    case 'too_small':
      return `must be at least ${bound(issue.minimum, issue.origin)}`
    case 'invalid_value':
      return `must be one of ${listed(issue.values.map(String))}`
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`
    default:
      return issue?.message ?? 'is not valid'
  }
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function bound(limit: number | bigint, origin: string): string {
  const value = amount(Number(limit))
  if (origin === 'string') return `${value} characters long`
  return origin === 'array' ? `${value} long` : value
}
