/**
 * Owns the error codes and the one shape in which an expected failure crosses a process boundary (IPC, HTTP,
 * the command line). Bugs are thrown, not put into this shape; dispatch turns them into `internal`.
 */

/** Code -> exit code of the command line; `internal` is a bug in Slipway itself. */
export const exitCodes = {
  usage: 2,
  'invalid-configuration': 2,
  untrusted: 2,
  duplicate: 3,
  'not-found': 4,
  'not-possible': 5,
  'timed-out': 5,
  database: 6,
  /** No answer came from the host: whether the command was carried out is not known. */
  unreachable: 6,
  internal: 70,
} as const
export type ErrorCode = keyof typeof exitCodes
export const errorCodes = Object.keys(exitCodes) as [ErrorCode, ...ErrorCode[]]

/** One thing that is wrong in a configuration or its inputs; lines and columns are 1-based. */
export type ProblemFound = {
  file: string
  line?: number | undefined
  column?: number | undefined
  path: string
  found: string
  expected: string
  suggestion?: string | undefined
  message: string
}

/** A batch that a command on several left as it is, and why. */
export type RefusedBatch = {
  id: string
  number: number
  code: ErrorCode
  message: string
  hint?: string | undefined
  /** For `duplicate`, as in the error. */
  conflicts?: unknown[] | undefined
}

/** An expected failure, as data. What it carries beside its message depends on the code: problems, conflicts. */
export type SlipwayError = {
  code: ErrorCode
  message: string
  hint?: string | undefined
  problems?: ProblemFound[] | undefined
  /** For `duplicate`: the conflicts, see `conflictSchema` in entities.ts. */
  conflicts?: unknown[] | undefined
  /** Of a command on several batches, which all stay as they are: those that refused, with the reason of each. */
  refused?: RefusedBatch[] | undefined
}

/** An expected result: a value or an error, never an exception. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: SlipwayError }

/** Wraps a value as a successful result. */
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
