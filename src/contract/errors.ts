/**
 * Owns the error codes and the one shape in which an expected failure crosses a process boundary (IPC, HTTP,
 * the command line). Bugs are thrown, not put into this shape; dispatch turns them into `internal`.
 */
import { z } from 'zod'

/** Code -> exit code of the command line (design §5); `internal` is a bug in Slipway itself. */
export const exitCodes = {
  usage: 2,
  'invalid-configuration': 2,
  untrusted: 2,
  duplicate: 3,
  'not-found': 4,
  'not-possible': 5,
  database: 6,
  internal: 70,
} as const
export type ErrorCode = keyof typeof exitCodes
export const errorCodes = Object.keys(exitCodes) as [ErrorCode, ...ErrorCode[]]

/** One thing that is wrong in a configuration or its inputs; lines and columns are 1-based. */
export const configurationProblemSchema = z.object({
  file: z.string(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
  path: z.string(),
  found: z.string(),
  expected: z.string(),
  suggestion: z.string().optional(),
  message: z.string(),
})

/** An expected failure, as data. `details` depends on the code: problems, conflicts, … */
export const slipwayErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  problems: z.array(configurationProblemSchema).optional(),
  /** For `duplicate`: what stands in the way, see `conflictSchema` in entities.ts. */
  conflicts: z.array(z.unknown()).optional(),
})
export type SlipwayError = z.infer<typeof slipwayErrorSchema>

/** An expected result: a value or an error, never an exception. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: SlipwayError }

/** Wraps a value as a good result. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value }
}

/** Builds a failed result; `message` is a full sentence for people. */
export function fail(
  code: ErrorCode,
  message: string,
  extra: Partial<Omit<SlipwayError, 'code' | 'message'>> = {},
): { ok: false; error: SlipwayError } {
  return { ok: false, error: { code, message, ...extra } }
}
