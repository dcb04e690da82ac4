/**
 * Owns the one door to the core: checks the input of every command for all hosts, calls its handler, and turns
 * what is thrown (bugs, broken machines) into an error that can cross a process boundary.
 */
import { type CommandName, type CommandOutput, commands, type ParsedInput } from '../../contract/commands.ts'
import { fail, type Result } from '../../contract/errors.ts'
import { issueWords } from '../../contract/input-issue.ts'
import { isBusy, isRefusedByRule } from '../db/db.ts'
import { diskTrouble } from '../db/open.ts'
import { backup } from './backup.ts'
import { browse } from './browse.ts'
import { cancel } from './cancel.ts'
import type { Handler, Scope } from './command.ts'
import { doctor } from './doctor.ts'
import { log } from './log.ts'
import { logSearch } from './log-search.ts'
import { clear, markSeenCommand, setSetting, trust } from './marks.ts'
import { move } from './move.ts'
import { pause } from './pause.ts'
import { priority } from './priority.ts'
import { queuePage } from './queue-page.ts'
import { events, job, jobs, list, settings, show, timeline } from './reads.ts'
import { resume } from './resume.ts'
import { retry } from './retry.ts'
import { snapshot } from './snapshot.ts'
import { stopAfter } from './stop-after.ts'
import { report, summary } from './summary.ts'
import { sweep } from './sweep.ts'
import { tokenAdd, tokenList, tokenRemove } from './token.ts'
import { undo } from './undo.ts'

// Configurations need large libraries: they are loaded by the commands that read one, not by every `list`.
const enqueue: Handler<'enqueue'> = async (scope, input) =>
  (await import('./enqueue.ts')).enqueue(scope, input)
const preview: Handler<'preview'> = async (scope, input) =>
  (await import('./preview.ts')).preview(scope, input)

const handlers: { [N in CommandName]: Handler<N> } = {
  backup,
  browse,
  cancel,
  clear,
  doctor,
  enqueue,
  events,
  job,
  jobs,
  list,
  log,
  'log-search': logSearch,
  'mark-seen': markSeenCommand,
  move,
  pause,
  preview,
  priority,
  'queue-page': queuePage,
  report,
  resume,
  retry,
  'set-setting': setSetting,
  settings,
  show,
  snapshot,
  'stop-after': stopAfter,
  summary,
  sweep,
  timeline,
  'token-add': tokenAdd,
  'token-list': tokenList,
  'token-remove': tokenRemove,
  trust,
  undo,
}

/** Runs one command. Never rejects. */
export async function dispatch<N extends CommandName>(
  scope: Scope,
  name: N,
  input: unknown,
): Promise<Result<CommandOutput<N>>> {
  const definition = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!definition) return fail('usage', `There is no command "${String(name)}".`)
  const parsed = definition.input.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'it'
    return fail('usage', `Invalid input for ${name}: ${where} ${issueWords(issue)}.`)
  }
  try {
    return await (handlers[name] as Handler<N>)(scope, parsed.data as ParsedInput<N>)
  } catch (cause) {
    return explainThrown(name, cause)
  }
}

/** A database or disk that refuses is an answer; anything else is a bug and keeps its stack. */
export function explainThrown(name: string, cause: unknown): Result<never> {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  const trouble = diskTrouble(code)
  if (trouble !== null) {
    const hint = /full/.test(trouble)
      ? 'Free some space and try again.'
      : '`slipway doctor` checks the data folder.'
    return fail('database', `${trouble.charAt(0).toUpperCase()}${trouble.slice(1)}: nothing was changed.`, {
      hint,
    })
  }
  if (isBusy(cause))
    return fail('database', 'The database stayed locked by another program: nothing was changed.')
  if (isRefusedByRule(cause))
    return fail(
      'internal',
      `${name} would have broken a rule of the database (${message}): nothing was changed.`,
    )
  if (code.startsWith('SQLITE_')) return fail('database', `The database can't be used: ${message} (${code}).`)
  const stack = cause instanceof Error ? cause.stack : undefined
  return fail('internal', `${name} failed: ${message}.`, stack === undefined ? {} : { hint: stack })
}
