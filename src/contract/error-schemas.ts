/**
 * Owns the schema of the errors that cross a process boundary; separate from errors.ts, which every command loads at
 * its start and which needs no schema.
 */
import { z } from 'zod'
import { errorCodes, type ProblemFound, type RefusedBatch, type SlipwayError } from './errors.ts'

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
}) satisfies z.ZodType<ProblemFound>

/** A batch that a command on several left as it is, and why. */
export const refusedSchema = z.object({
  id: z.string(),
  number: z.number().int(),
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  conflicts: z.array(z.unknown()).optional(),
}) satisfies z.ZodType<RefusedBatch>

/** An expected failure, as data. `details` depends on the code: problems, conflicts, … */
export const slipwayErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  problems: z.array(configurationProblemSchema).optional(),
  /** For `duplicate`: the conflicts, see `conflictSchema` in entities.ts. */
  conflicts: z.array(z.unknown()).optional(),
  refused: z.array(refusedSchema).optional(),
}) satisfies z.ZodType<SlipwayError>
