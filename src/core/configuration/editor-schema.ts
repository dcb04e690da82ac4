/**
 * Owns the JSON schema that lets an editor complete and explain the keys of a configuration.
 * Must never be the judge: `read.ts` is, with places and suggestions. A test keeps the two at the same keys.
 */
import { z } from 'zod'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const duration = z.string().describe('500ms, 5s, 10m, 1h30m or 2d')

const over = z
  .strictObject({
    files: z
      .union([z.string(), z.array(z.string())])
      .describe('A job for each file that matches, in natural order; "!…" excludes'),
    table: z.string().describe('A job for each row of a CSV or TSV file; its columns are placeholders'),
    lines: z.string().describe('A job for each line of a text file that is not blank'),
    list: z.array(scalar).min(1).describe('A job for each value'),
    range: z.string().describe('A job for each number, such as 0..99'),
    size: z.int().min(1).describe('With range: how many numbers make a batch'),
    as: z.string().describe('With range: one more name for {value}'),
  })
  .partial()

const expected = z.strictObject({
  file: z.string(),
  'non-empty': z.boolean().optional().describe('An empty file does not count'),
  fresh: z.boolean().optional().describe('false accepts a file that is older than the attempt'),
})

/** One entry of `batches`. */
export const batchSchema = z.strictObject({
  type: scalar.describe('The name of this batch type'),
  run: z
    .union([z.array(scalar).min(1), z.string()])
    .describe('The program and its arguments; one text only with shell: true'),
  over: over
    .optional()
    .describe('Where the inputs come from: exactly one source; without it there is one job'),
  after: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Batch types that have to complete first'),
  expand: z
    .enum(['when-added', 'when-claimed'])
    .optional()
    .describe('When the inputs are looked up; when-claimed by default for files, table and lines with after'),
  parallel: z.int().min(1).max(256).optional().describe('Jobs at once inside the batch'),
  timeout: duration.optional().describe('Of awake time, for each attempt'),
  retries: z
    .strictObject({
      times: z.int().min(0).max(1000),
      delay: duration.optional(),
      backoff: z
        .number()
        .min(1)
        .max(100)
        .optional()
        .describe('The delay is multiplied by it after each attempt'),
    })
    .optional(),
  'stop-on-failure': z.string().optional().describe('never, first, or a share such as 20%'),
  expect: z
    .union([z.string(), expected, z.array(z.union([z.string(), expected]))])
    .optional()
    .describe('Files without which a job that exits with 0 has failed'),
  reads: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Files that a job reads beside its input: --skip-done runs it again when one has changed'),
  'make-folders': z.boolean().optional().describe('Create the missing folders of expected files'),
  env: z.record(z.string(), scalar).optional().describe('Environment variables'),
  cwd: z.string().optional().describe("The folder to work in; the configuration's own by default"),
  shell: z.boolean().optional().describe('Run one text through the shell; every value is quoted'),
  priority: z.int().optional().describe('Higher goes first'),
  'log-limit': z.string().optional().describe("The most a job's log may take, such as 10MB or 64MiB"),
  repeat: z.boolean().optional().describe('Two jobs with the same command are meant'),
})

/** The whole file. */
export const fileSchema = z.strictObject({
  configuration: scalar.optional().describe("The name shown to people; the file's name by default"),
  variables: z.record(z.string(), scalar).optional().describe('Usable in every command; --var overrides'),
  batches: z.array(batchSchema).min(1),
})

/** What `resources/slipway.schema.json` holds. */
export function editorSchema(): object {
  const schema = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input' })
  return { title: 'Slipway configuration', ...schema }
}
