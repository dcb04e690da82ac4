/** Owns the seam between a command's definition and what it does, and how examples are shown. */
import { type Command, Option } from 'commander'
import { ifExistsAnswers, places } from '../../contract/references.ts'
import type { Context } from '../context.ts'

/** What a command does; resolves to its exit code. */
export type Handler<A extends unknown[]> = (context: Context, ...args: A) => Promise<number>

/** Makes commander's action of a handler. */
export type Act = <A extends unknown[]>(handler: Handler<A>) => (...args: A) => Promise<void>

/** A handler whose module is loaded when its command is called: a call needs one of many. */
export function call<A extends unknown[]>(load: () => Promise<Handler<A>>): Handler<A> {
  return async (context, ...args) => (await load())(context, ...args)
}

/** The options of commands that may meet an active batch with the same identity. */
export function answerConflicts(command: Command): Command {
  return command
    .addOption(
      new Option('--if-exists <answer>', 'what to do when an active batch has the same identity')
        .choices(ifExistsAnswers)
        .default('fail'),
    )
    .addOption(
      new Option(
        '--place <where>',
        'with replace or remaining: keep the place of the closed batch, or queue at the end',
      )
        .choices(places)
        .default('keep'),
    )
}

/** The option of commands that print as they go; what is printed is fixed in contract/json-lines.ts. */
export function jsonLines(): Option {
  return new Option('--json-lines', 'print one JSON object a line as things happen (see docs/cli.md)')
}

/** Adds an example to a command's help. */
export function showExample(command: Command, ...lines: string[]): void {
  const title = lines.length > 1 ? 'Examples' : 'Example'
  command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}
