/**
 * Owns how an expected failure is reported: on stderr, as text or as JSON, and as an exit code.
 * Must never write to stdout.
 */

import type { Conflict } from '../contract/entities.ts'
import type { RefusedBatch, SlipwayError } from '../contract/errors.ts'
import { amount, countOf, rangeWords } from '../contract/words.ts'

type ConfigurationProblem = NonNullable<SlipwayError['problems']>[number]

import { escaped, escapedLines } from '../contract/escapes.ts'
import type { Context } from './context.ts'
import { EXIT_OF_ERROR } from './exit.ts'
import type { Paint } from './io.ts'
import { ran } from './print/batch.ts'

/** Reports the failure and returns its exit code. */
export function failed(context: Context, error: SlipwayError): number {
  const { io } = context
  if (context.lines) io.err(`${JSON.stringify({ v: 1, type: 'error', error })}\n`)
  else if (context.json) io.err(`${JSON.stringify({ error })}\n`)
  else io.err(failureText(error, io.paintErr))
  return EXIT_OF_ERROR[error.code]
}

/** The failure as lines for a person, ending with a line break. */
export function failureText(error: SlipwayError, paint: Paint): string {
  const head = paint(['red', 'bold'], 'slipway:')
  const conflicts = (error.conflicts ?? []) as Conflict[]
  // The message of a duplicate is made of the sentences that are listed below, one for each batch.
  if (conflicts.length > 0)
    return `${[`${head} ${refusal(conflicts)}`, ...conflictLines(conflicts, paint)].join('\n')}\n`
  const refused = error.refused ?? []
  if (refused.length > 0)
    return `${[`${head} nothing was changed: ${countOf(refused.length, 'batch')} refused.`, ...refusedLines(refused)].join('\n')}\n`
  const problems = error.problems ?? []
  // The same for problems: the message repeats the first one.
  const count = countOf(problems.length, 'problem')
  const message = problems.length > 0 ? `nothing was created: ${count}.` : escapedLines(error.message)
  const lines = [`${head} ${message}`]
  for (const problem of problems) lines.push(...problemLines(problem, paint))
  if (error.hint) lines.push(paint('dim', escapedLines(error.hint)))
  return `${lines.join('\n')}\n`
}

/** One line for each batch that a command on several leaves as it is. */
export function refusedLines(refused: readonly RefusedBatch[]): string[] {
  return refused.map(({ number, message }) => `  #${number}: ${escaped(message)}`)
}

function problemLines(problem: ConfigurationProblem, paint: Paint): string[] {
  const { file, line, column, message, found, expected, suggestion } = problem
  const at = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  return [
    `  ${paint('bold', escaped(`${file}${at}`))}: ${escaped(message)}`,
    ...(found ? [`    found:    ${escaped(found)}`] : []),
    ...(expected ? [`    expected: ${escaped(expected)}`] : []),
    ...(suggestion === undefined ? [] : [`    did you mean ${paint('green', escaped(suggestion))}?`]),
  ]
}

function refusal(conflicts: readonly Conflict[]): string {
  const overlaps = conflicts.filter(({ kind }) => kind === 'overlap').length
  if (conflicts.length === 1)
    return overlaps === 1
      ? 'nothing was changed: its range overlaps with an active batch.'
      : 'nothing was changed: this batch is already active.'
  if (overlaps > 0)
    return `nothing was changed: ${countOf(conflicts.length, 'batch')} with the same or an overlapping range are already active.`
  return `nothing was changed: ${countOf(conflicts.length, 'batch')} are already active.`
}

/** Of a long list the first few are enough; with --json all of them are there. */
const SHOWN = 3

function conflictLines(conflicts: readonly Conflict[], paint: Paint): string[] {
  const lines: string[] = []
  // One more than that is shown too, instead of a line that counts a single one.
  const shown = conflicts.length > SHOWN + 1 ? conflicts.slice(0, SHOWN) : conflicts
  for (const { existing, requested, kind, remaining, differs, sentence } of shown) {
    lines.push(`  ${escaped(sentence)}`)
    const changes = [
      differs.added > 0 ? `${countOf(differs.added, 'command')} that #${existing.number} does not have` : '',
      differs.removed > 0
        ? `${countOf(differs.removed, 'command')} of #${existing.number} ${differs.removed === 1 ? 'is' : 'are'} not in it`
        : '',
    ].filter((part) => part !== '')
    const about = changes.length > 0 ? `; ${changes.join(', ')}` : ''
    lines.push(
      paint(
        'dim',
        `    requested: ${which(requested, kind)}${countOf(requested.jobs, 'job')}, ${leftWords(remaining, requested.jobs)}${about}`,
      ),
    )
  }
  if (shown.length < conflicts.length) lines.push(`  ${theOthers(conflicts.slice(SHOWN))}`)
  lines.push(
    'Choose one:',
    '  --if-exists return     continue the existing batch as it is',
    `  --if-exists remaining  close it and add only what is not done (${countOf(leftOf(conflicts), 'job')})`,
    '  --if-exists replace    cancel it and add all jobs again',
    '  --if-exists allow      add a duplicate',
  )
  return lines
}

/** 'none of them done there', '3 of them done there'. */
function leftWords(left: number, requested: number): string {
  if (left >= requested) return 'none of them done there'
  return left === 0 ? 'all of them done there' : `${amount(requested - left)} of them done there`
}

/** Which of several slices it is about, if the other's range does not show that. */
function which({ range }: Conflict['requested'], kind: Conflict['kind']): string {
  return kind === 'overlap' && range !== null ? `${rangeWords(range)}, ` : ''
}

/** 'and 7 more: #4 to #10, 0 of 70 jobs done (slipway list shows them)' */
function theOthers(conflicts: readonly Conflict[]): string {
  const numbers = conflicts.map(({ existing }) => existing.number).sort((a, b) => a - b)
  const [first = 0] = numbers
  const last = numbers.at(-1) ?? first
  const inARow = last - first === numbers.length - 1
  const which = inARow ? `#${first} to #${last}` : `between #${first} and #${last}`
  const total = conflicts.reduce((sum, { existing }) => sum + existing.jobs.total, 0)
  const finished = conflicts.reduce((sum, { existing }) => sum + ran(existing), 0)
  return `and ${conflicts.length} more, ${which}: ${finished} of ${countOf(total, 'job')} done (slipway list shows each)`
}

/** An input that several conflicting batches have in common is one input. */
function leftOf(conflicts: readonly Conflict[]): number {
  const requests = new Map(
    conflicts.map(({ requested: { type, range, left } }) => [`${type} ${range?.start ?? ''}`, left]),
  )
  return [...requests.values()].reduce((sum, left) => sum + left, 0)
}
