/**
 * Owns how an expected failure is told: on stderr, as text or as JSON, and as an exit code.
 * Must never write to stdout.
 */
import type { Conflict } from '../contract/entities.ts'
import type { SlipwayError } from '../contract/errors.ts'

type ConfigurationProblem = NonNullable<SlipwayError['problems']>[number]

import type { Context } from './context.ts'
import { EXIT_OF_ERROR } from './exit.ts'
import type { Paint } from './io.ts'
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
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
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
  if (conflicts.length === 1) return 'refused, nothing was changed: this batch is already there.'
  return `refused, nothing was changed: ${conflicts.length} batches are already there.`
}

function conflictLines(conflicts: readonly Conflict[], paint: Paint): string[] {
  const lines: string[] = []
  let left = 0
  for (const { existing, requested, remaining, differs, sentence } of conflicts) {
    lines.push(`  ${plain(sentence)}`)
    const changes = [
      differs.added > 0 ? `${differs.added} commands that #${existing.number} does not have` : '',
      differs.removed > 0 ? `${differs.removed} of #${existing.number} are not in it` : '',
    ].filter((part) => part !== '')
    const about = changes.length > 0 ? `; ${changes.join(', ')}` : ''
    lines.push(
      paint('dim', `    asked for: ${requested.jobs} jobs, ${remaining} of them not done there yet${about}`),
    )
    left += remaining
  }
  lines.push(
    'What you can do:',
    '  --if-exists return     leave it as it is and go on with the one that exists',
    `  --if-exists remaining  close it where it stands and add only what is not done (${left} jobs)`,
    '  --if-exists replace    cancel it and add everything anew',
    '  --if-exists allow      add a second one, knowingly',
  )
  return lines
}
