/**
 * Owns what `add`, `run` and `retry` share: sending an enqueue, and reporting its result.
 */

import type { SlipwayApi } from '../contract/api.ts'
import type { CommandInput, CommandOutput } from '../contract/commands.ts'
import type { Batch, Conflict, IfExists } from '../contract/entities.ts'
import type { Result, SlipwayError } from '../contract/errors.ts'
import { escaped } from '../contract/escapes.ts'
import type { SkipDone } from '../contract/references.ts'
import { batchStatusWords } from '../contract/states.ts'
import { doneSentence, outsideSentences, placedSentences } from '../contract/succession-words.ts'
import { batchName, countOf, typeAndRange } from '../contract/words.ts'
import type { Core } from '../core/core.ts'
import { type AdHocOptions, atOptions } from './ad-hoc.ts'
import type { Context } from './context.ts'
import { failed } from './failure.ts'
import { printJson, printLine, withCore } from './session.ts'
import { type Submission, savedSubmission, submissionOf } from './submission.ts'

export type AddOptions = AdHocOptions & EnqueueOptions

type EnqueueOptions = {
  /** Name of the place where the jobs run. */
  on?: string
  ifExists: IfExists
  skipDone?: SkipDone
  priority?: number
  place?: 'keep' | 'end'
  hold?: boolean
}

export type Enqueued = CommandOutput<'enqueue'>

/** Adds what `add` and `run` were given, then does `then` with the same core; resolves to the exit code. */
export async function withEnqueued(
  context: Context,
  [file, types, options]: [file: string | undefined, types: string[], options: AddOptions],
  then: (core: Core, api: SlipwayApi, enqueued: Enqueued) => Promise<number>,
): Promise<number> {
  const submission = await submissionOf(context, file, types, options)
  if (!submission.ok) return failed(context, submission.error)
  return withCore(context, async (core, api) => {
    const saved = await savedSubmission(api, submission.value)
    if (!saved.ok) return failed(context, atOptions(saved.error))
    const enqueued = await enqueue(api, saved.value, options)
    if (!enqueued.ok) return refused(context, enqueued.error)
    if (submission.value.asFile?.path === undefined) showAsFile(context, submission.value)
    return then(core, api, enqueued.value)
  })
}

/** The way from a command to a file, for a person at a terminal: what the file would say, without its head. */
function showAsFile({ io, json }: Context, { asFile }: Submission): void {
  if (asFile === undefined || json || !io.errIsTerminal) return
  const lines = asFile.text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'))
  const shown = lines.map((line) => (line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line))
  const text = ['As a file (--save NAME.slipway.yaml writes it):', ...shown].map(escaped).join('\n')
  io.err(`${io.paintErr('dim', text)}\n`)
}

/** A list of values may have thousands, all in one line. */
const SHOWN = 160

/** Sends the command with these options. */
function enqueue(
  api: SlipwayApi,
  { file, adHoc, types, variables }: Submission['named'],
  options: AddOptions,
): Promise<Result<Enqueued>> {
  const input: CommandInput<'enqueue'> = {
    file,
    adHoc,
    types,
    variables,
    on: options.on,
    ifExists: options.ifExists,
    skipDone: options.skipDone ?? false,
    priority: options.priority,
    place: options.place,
    hold: options.hold ?? false,
  }
  return api.invoke('enqueue', input)
}

/** Reports a failed enqueue; with --json a refused duplicate also lists on stdout what exists. */
async function refused(context: Context, error: SlipwayError): Promise<number> {
  if (error.code === 'duplicate' && context.json) {
    const found = {
      created: [],
      existing: existingOf(error),
      closed: [],
      outside: [],
      placed: [],
      skipped: [],
    }
    if (context.lines) await printLine(context, { type: 'added', ...found })
    else await printJson(context, found)
  }
  return failed(context, atOptions(error))
}

/** The conflicting batches, each once. */
export function existingOf(error: SlipwayError): Batch[] {
  const conflicts = (error.conflicts ?? []) as Conflict[]
  return [...new Map(conflicts.map(({ existing }) => [existing.id, existing])).values()]
}

/** What was created, found, closed and left out, one line each. */
export function enqueuedLines({ created, existing, closed, skipped, ...succession }: Enqueued): string[] {
  const lines = [
    ...closed.map((batch) => `closed ${batchName(batch)}`),
    ...existing.map((batch) => `exists ${batchName(batch)}${place(batch)}`),
    ...created.map(
      (batch) => `added  ${batchName(batch)}: ${countOf(batch.jobs.total, 'job')}${place(batch)}`,
    ),
    ...skipped.map(
      ({ type, range, jobs: left, done }) =>
        `left out ${countOf(left, 'job')} of ${typeAndRange({ type, range })}: ${done === undefined ? 'done before' : doneSentence(done)}`,
    ),
    ...placedSentences(succession),
    ...outsideSentences(succession),
  ]
  return created.length + existing.length === 0 ? [...lines, 'nothing left to add'] : lines
}

function place(batch: Batch): string {
  if (batch.status === 'running') return ', running'
  if (batch.position !== null) return `, position ${batch.position} in the queue`
  return batch.status === 'initiated' ? `, ${batchStatusWords.initiated}` : ''
}
