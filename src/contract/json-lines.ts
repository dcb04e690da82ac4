/**
 * Owns the lines of `--json-lines`: one JSON object each, with a version and a type. A reader skips the types and
 * fields it does not know; `v` rises when one that it may know changes its meaning. Times are milliseconds since 1970, UTC.
 */
import { z } from 'zod'
import { batchSchema, doneBySchema, eventSchema, summarySchema } from './entities.ts'
import { slipwayErrorSchema } from './error-schemas.ts'
import { outputs } from './outputs.ts'

const line = <T extends string, S extends z.core.$ZodLooseShape>(type: T, about: string, shape: S) =>
  z.object({ v: z.literal(1), type: z.literal(type), ...shape }).describe(about)

const time = z.number().int()

/** Every line but `error` goes to stdout. */
export const jsonLineSchema = z.discriminatedUnion('type', [
  line('added', 'What was created and found; also for a refused duplicate', outputs.enqueue.shape),
  line('batch', 'A batch has another status, or is seen for the first time', {
    now: time,
    batch: batchSchema,
  }),
  line('progress', 'How far the running batch is: at most twice a second, at least every 10 s', {
    now: time,
    batch: batchSchema,
    jobsPerMinute: z.number().nullable(),
    doneBy: doneBySchema.nullable(),
    /** The two in words, such as '12/min, done 07:10-07:40'. */
    sentence: z.string(),
  }),
  line('notice', 'A sentence for people, such as why nothing runs', { sentence: z.string() }),
  line('event', 'Something happened', { event: eventSchema }),
  line('log', 'A piece of the output of a job; `from` and `gap` are byte offsets of the log', {
    batch: z.string(),
    job: z.number().int(),
    attempt: z.number().int(),
    from: z.number().int(),
    bytes: z.number().int(),
    gap: outputs.log.shape.gap,
    text: z.string(),
  }),
  line('end', 'The last line, unless the command failed or was ended from outside', {
    exitCode: z.number().int(),
    /** For `run`, `work` and `wait`, as in their document of `--json`. */
    batches: z.array(batchSchema).optional(),
    summaries: z.array(summarySchema).optional(),
    interrupted: z.boolean().optional(),
    blocked: z.array(z.string()).optional(),
  }),
  line('error', 'On stderr: why the command failed', { error: slipwayErrorSchema }),
])
type Unversioned<T> = T extends unknown ? Omit<T, 'v'> : never
/** A line as commands make it; the version is put before it when it is written. */
export type JsonLine = Unversioned<z.infer<typeof jsonLineSchema>>
