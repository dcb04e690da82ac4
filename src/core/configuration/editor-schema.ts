/**
 * Owns the JSON schema that lets an editor complete and explain the keys of a configuration.
 * Must never validate: `read.ts` does, with places and suggestions. A test keeps the two at the same keys.
 */
import { parse } from 'yaml'
import { z } from 'zod'
import { BATCH_KEYS, type BatchKeyName, batchKeys, overKeys } from '../../contract/batch-keys.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const duration = z.string().describe('500ms, 5s, 10m, 1h30m or 2d')

/** With the words and the example of the key. */
const explained = <S extends z.ZodType>(
  schema: S,
  { about, example }: { about: string; example: string },
): S => schema.describe(about).meta({ examples: [parse(example)] })

const oneOrMany = z.union([z.string(), z.array(z.string())])

const over = z
  .strictObject({
    files: explained(oneOrMany, overKeys.files),
    table: explained(z.string(), overKeys.table),
    lines: explained(z.string(), overKeys.lines),
    list: explained(z.array(scalar).min(1), overKeys.list),
    range: explained(z.string(), overKeys.range),
    size: explained(z.int().min(1), overKeys.size),
    as: explained(z.string(), overKeys.as),
  })
  .partial()

const slurm = z
  .strictObject({
    partition: scalar,
    account: scalar,
    qos: scalar,
    time: duration.describe("Slurm's time limit for each job, such as 2h"),
    cpus: z.int().min(1).max(4_096),
    memory: z.string().describe('Of each job, such as 16GB'),
    gpus: scalar.describe('As in --gpus: 1, or a100:1'),
    folder: z.string().describe('Shared with the nodes; needed where the data folder is not'),
    extra: z.union([z.string(), z.array(z.string())]).describe('Further arguments of sbatch'),
    'at-once': z.int().min(1).max(10_000).describe('Jobs handed to Slurm at once; 500 by default'),
    'lost-after': duration.describe(
      'Without a sign of life for so long a vanished job is lost; 3m by default',
    ),
  })
  .partial()

const expected = z.strictObject({
  file: z.string(),
  'non-empty': z.boolean().optional().describe('An empty file does not count'),
  fresh: z.boolean().optional().describe('false accepts a file that is older than the attempt'),
})

const retries = z.strictObject({
  times: z.int().min(0).max(1000),
  delay: duration.optional(),
  backoff: z.number().min(1).max(100).optional().describe('The delay is multiplied by it after each attempt'),
})

const kinds = {
  type: scalar,
  run: z.union([z.array(scalar).min(1), z.string()]),
  over: over.optional(),
  after: oneOrMany.optional(),
  expand: z.enum(['when-added', 'when-claimed']).optional(),
  on: z.union([z.string(), z.strictObject({ slurm: z.union([slurm, z.null()]) })]).optional(),
  parallel: z.int().min(1).max(10_000).optional(),
  timeout: duration.optional(),
  retries: retries.optional(),
  'stop-on-failure': z.string().optional(),
  expect: z.union([z.string(), expected, z.array(z.union([z.string(), expected]))]).optional(),
  'make-folders': z.boolean().optional(),
  reads: oneOrMany.optional(),
  env: z.record(z.string(), scalar).optional(),
  cwd: z.string().optional(),
  shell: z.boolean().optional(),
  priority: z.int().optional(),
  'log-limit': z.string().optional(),
  repeat: z.boolean().optional(),
} satisfies Record<BatchKeyName, z.ZodType>

/** One entry of `batches`. */
export const batchSchema = z.strictObject(
  Object.fromEntries(BATCH_KEYS.map((key) => [key, explained(kinds[key], batchKeys[key])])) as typeof kinds,
)

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
