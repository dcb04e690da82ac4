/**
 * Owns why Slipway itself did something with a batch: a closed set of codes with their values, and the one sentence
 * of each. A person's own words are not among them: they are kept as typed.
 */
import { z } from 'zod'
import { assertNever } from './states.ts'
import { amount, brief, countOf } from './words.ts'

const number = z.number().int()

export const reasonSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('stopped-at-first-failure') }),
  z.object({ code: z.literal('stopped-at-share'), failed: number, total: number, share: z.number() }),
  z.object({ code: z.literal('failing-alike'), failed: number, message: z.string() }),
  z.object({ code: z.literal('jobs-not-run'), notRun: number, total: number }),
  z.object({ code: z.literal('replaced'), by: number }),
  z.object({ code: z.literal('replaced-by-retry'), of: number }),
  z.object({ code: z.literal('continued'), by: number }),
  z.object({ code: z.literal('continued-by-retry'), of: number }),
  z.object({ code: z.literal('restart-policy') }),
  z.object({ code: z.literal('queue-paused') }),
  z.object({ code: z.literal('host-stopped-working') }),
  z.object({ code: z.literal('host-gone') }),
  z.object({ code: z.literal('host-past-lease') }),
  z.object({ code: z.literal('process-gone') }),
  z.object({ code: z.literal('process-past-lease') }),
  z.object({ code: z.literal('host-died-while-filling') }),
  z.object({ code: z.literal('refused') }),
  z.object({ code: z.literal('freed') }),
  /** `problem`: the first of what is wrong, as a line for a terminal. */
  z.object({ code: z.literal('inputs-not-found'), problem: z.string() }),
  z.object({ code: z.literal('left-queue'), batch: number }),
  /** What a row holds can't be understood; `problem`: what is wrong with it. */
  z.object({
    code: z.literal('unreadable'),
    part: z.enum(['options', 'command', 'attempts']),
    problem: z.string(),
  }),
  /** The database refused the record of how it ended. */
  z.object({ code: z.literal('unrecordable'), problem: z.string() }),
])
export type Reason = z.infer<typeof reasonSchema>

/** Why something happened: a code of ours, a person's own words, or unknown. */
export type Why = Reason | string | null

/** The reason as a sentence without a full stop. */
export function reasonSentence(reason: Reason): string {
  switch (reason.code) {
    case 'stopped-at-first-failure':
      return 'stopped at the first failure (stop-on-failure: first)'
    case 'stopped-at-share':
      return `stopped after ${reason.failed} of ${countOf(reason.total, 'job')} failed (stop-on-failure: ${Number((reason.share * 100).toFixed(2))}%)`
    case 'failing-alike':
      return `the first ${amount(reason.failed)} jobs failed in the same way: ${brief(reason.message)}`
    case 'jobs-not-run':
      return `${reason.notRun} of ${countOf(reason.total, 'job')} ${reason.notRun === 1 ? 'was' : 'were'} not run`
    case 'replaced':
      return `replaced by #${reason.by}`
    case 'replaced-by-retry':
      return `replaced by the retry of #${reason.of}`
    case 'continued':
      return `continued by #${reason.by}`
    case 'continued-by-retry':
      return `continued by the retry of #${reason.of}`
    case 'restart-policy':
      return 'its host died (restart-policy: pause)'
    case 'queue-paused':
      return 'the queue is paused'
    case 'host-stopped-working':
      return 'its host stopped working'
    case 'host-gone':
      return 'its host is gone'
    case 'host-past-lease':
      return 'its host was stopped beyond its lease'
    case 'process-gone':
      return 'its process is gone'
    case 'process-past-lease':
      return 'it was stopped beyond its lease'
    case 'host-died-while-filling':
      return 'its host died while it was being filled'
    case 'refused':
      return 'refused'
    case 'freed':
      return 'it no longer waits for others'
    case 'inputs-not-found':
      return `its inputs could not be looked up: ${reason.problem}`
    case 'left-queue':
      return `#${reason.batch} left the queue`
    case 'unreadable':
      return `its ${reason.part} can't be understood: ${reason.problem}`
    case 'unrecordable':
      return `how it ended could not be recorded: ${reason.problem}`
    default:
      return assertNever(reason)
  }
}

/** The error of a job that another batch did instead. */
export function doneBySentence(batch: number): string {
  return `done by #${batch}`
}

/** A stored code with its values (JSON); null where this version knows no such reason. */
export function readReason(code: string | null, values: string | null): Reason | null {
  if (code === null) return null
  try {
    return reasonSchema.safeParse({ ...JSON.parse(values ?? '{}'), code }).data ?? null
  } catch {
    return null
  }
}
