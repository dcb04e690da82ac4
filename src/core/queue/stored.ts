/**
 * Owns reading what a column holds as JSON: its value, or what is wrong with it. Anybody can write into the database with
 * SQL, so nothing in it is taken for what it should be. What can't be understood sets one job or batch aside, or counts
 * as not there; it never throws.
 */
import { z } from 'zod'
import { issueWords } from '../../contract/input-issue.ts'

export type Stored<T> = { ok: true; value: T } | { ok: false; problem: string }

/** The value of a column; `problem` continues the column's name: 'is not JSON', 'parallel must be at least 1'. */
export function readStored<T>(schema: z.ZodType<T>, text: string): Stored<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'not JSON' }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.')
  return { ok: false, problem: `${where} ${issueWords(issue)}` }
}

/** A JSON object of whatever content; an empty one where the column holds something else. */
export function storedObject(text: string): Record<string, unknown> {
  const read = readStored(z.record(z.string(), z.unknown()), text)
  return read.ok ? read.value : {}
}

/** Names and texts, such as an environment. */
export const textsSchema = z.record(z.string(), z.string())

const jobCommandSchema = z.object({
  argv: z.array(z.string()).min(1),
  cwd: z.exactOptional(z.string()),
  env: z.exactOptional(textsSchema),
  /** `fresh: false` accepts a file that is older than the attempt. */
  expect: z.exactOptional(
    z.array(z.object({ file: z.string(), nonEmpty: z.boolean(), fresh: z.exactOptional(z.literal(false)) })),
  ),
  /** Files that it reads, beside those that all jobs of the batch read. */
  reads: z.exactOptional(z.array(z.string())),
})

/** What a job runs, as stored: exact arguments, and its own folder, environment and outputs where it has them. */
export type JobCommand = z.infer<typeof jobCommandSchema>

/** The command of a job. */
export function readCommand({ command }: { command: string }): Stored<JobCommand> {
  return readStored(jobCommandSchema, command)
}
