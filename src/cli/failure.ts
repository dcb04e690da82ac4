/**
 * Owns how an expected failure is told: on stderr, as text or as JSON, and as an exit code.
 * Must never write to stdout.
 */

import type { Conflict } from '../contract/entities.ts'
import type { SlipwayError } from '../contract/errors.ts'
import { countOf, rangeWords } from '../contract/words.ts'

type ConfigurationProblem = NonNullable<SlipwayError['problems']>[number]

import type { Context } from './context.ts'
import { EXIT_OF_ERROR } from './exit.ts'
import type { Paint } from './io.ts'
import { ran } from './print/batch.ts'
import { plain, plainLines } from './print/plain.ts'

/** Tells the failure and returns its exit code. */
export function failed(context: Context, error: SlipwayError): number {
  const { io } = context
  if (context.json) io.err(`${JSON.stringify({ error })}\n`)
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
  const problems = error.problems ?? []
  // The same for problems: the message repeats the first one.
  const count = countOf(problems.length, 'problem')
  const message = problems.length > 0 ? `nothing was created: ${count}.` : plainLines(error.message)
  const lines = [`${head} ${message}`]
  for (const problem of problems) lines.push(...problemLines(problem, paint))
  if (error.hint) lines.push(paint('dim', plainLines(error.hint)))
  return `${lines.join('\n')}\n`
}

function problemLines(problem: ConfigurationProblem, paint: Paint): string[] {
  const { file, line, column, message, found, expected, suggestion } = problem
  const at = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  return [
    `  ${paint('bold', plain(`${file}${at}`))}: ${plain(message)}`,
    ...(found ? [`    found:    ${plain(found)}`] : []),
    ...(expected ? [`    expected: ${plain(expected)}`] : []),
    ...(suggestion === undefined ? [] : [`    did you mean ${paint('green', plain(suggestion))}?`]),
  ]
}

function refusal(conflicts: readonly Conflict[]): string {
  const overlaps = conflicts.filter(({ kind }) => kind === 'overlap').length
  if (conflicts.length === 1)
    return overlaps === 1
      ? 'refused, nothing was changed: its range overlaps with a batch that is already there.'
      : 'refused, nothing was changed: this batch is already there.'
  if (overlaps > 0)
    return `refused, nothing was changed: ${countOf(conflicts.length, 'batch')} with the same range, or one that overlaps, are already there.`
  return `refused, nothing was changed: ${countOf(conflicts.length, 'batch')} are already there.`
}

/** Of a long experiment the first few say enough; with --json all of them are there. */
const SHOWN = 3

function conflictLines(conflicts: readonly Conflict[], paint: Paint): string[] {
  const lines: string[] = []
  // Of one more than that all are shown: a line that counts a single one says less.
  const shown = conflicts.length > SHOWN + 1 ? conflicts.slice(0, SHOWN) : conflicts
  for (const { existing, requested, kind, remaining, differs, sentence } of shown) {
    lines.push(`  ${plain(sentence)}`)
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
        `    asked for: ${which(requested, kind)}${countOf(requested.jobs, 'job')}, ${remaining} of them not done there yet${about}`,
      ),
    )
  }
  if (shown.length < conflicts.length) lines.push(`  ${theOthers(conflicts.slice(SHOWN))}`)
  lines.push(
    'What you can do:',
    '  --if-exists return     leave it as it is and go on with the one that exists',
    `  --if-exists remaining  close it where it stands and add only what is not done (${countOf(leftOf(conflicts), 'job')})`,
    '  --if-exists replace    cancel it and add everything anew',
    '  --if-exists allow      add a second one, knowingly',
  )
  return lines
}

/** Which of several slices it is about, where the other's range does not say so. */
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

/** An input that several batches in the way have in common is one input. */
function leftOf(conflicts: readonly Conflict[]): number {
  const requests = new Map(
    conflicts.map(({ requested: { type, range, left } }) => [`${type} ${range?.start ?? ''}`, left]),
  )
  return [...requests.values()].reduce((sum, left) => sum + left, 0)
}
