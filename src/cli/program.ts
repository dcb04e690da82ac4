/**
 * Owns the tree of commands: assembles it, runs it, and turns commander's complaints into exit code 2.
 * Must never load a command's code before it is called, nor the core.
 */
import { Command, CommanderError } from 'commander'
import type { Context } from './context.ts'
import { type Act, type Handler, showExample } from './define/act.ts'
import { defineAdding } from './define/adding.ts'
import { defineKeeping } from './define/keeping.ts'
import { defineLooking } from './define/looking.ts'
import { defineSteering } from './define/steering.ts'
import { EXIT_FINE } from './exit.ts'
import { failed } from './failure.ts'
import { printJson } from './session.ts'

/** Which commands each definition brings; completion, which describes all of them, is left out on purpose. */
export const groups: readonly {
  define: (program: Command, act: Act) => void
  commands: readonly string[]
}[] = [
  { define: defineAdding, commands: ['run', 'add', 'preview', 'trust'] },
  {
    define: defineSteering,
    commands: ['work', 'pause', 'resume', 'cancel', 'retry', 'move', 'priority', 'stop-after'],
  },
  { define: defineLooking, commands: ['list', 'show', 'logs', 'summary', 'report', 'events'] },
  { define: defineKeeping, commands: ['sweep', 'doctor', 'backup', 'settings', 'serve', 'open'] },
]

/**
 * The command line as commander knows it; `act` says what calling a command does. For a call of `only` just its
 * group is built: defining all of them takes longer than most commands.
 */
export function buildProgram(version: string, act: Act, only?: string): Command {
  const program = new Command('slipway')
  program
    .description('Runs batches one at a time, in the order you see, never twice by accident.')
    .version(version, '-V, --version', 'show the version')
    .option('--json', 'print one JSON document to stdout and nothing else')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
  const group = groups.find(({ commands }) => only !== undefined && commands.includes(only))
  for (const { define } of group ? [group] : groups) define(program, act)
  showExample(
    program,
    'slipway run flood.slipway.yaml        add what the file describes and work it off',
    'slipway list                          what runs and what is next',
    'slipway add --help                    more about one command',
  )
  program.addHelpText(
    'after',
    `
Exit codes:
  0 fine                              4 no such batch or job
  1 a batch ended with errors,        5 not possible in this state
    failed or was cancelled           6 the database can't be used
  2 wrong usage, invalid file         130 interrupted, the queue can go on
  3 refused as a duplicate

BATCH is a number (12 or '#12') or an id. The data folder is SLIPWAY_HOME, else the platform's usual place.`,
  )
  return program
}

/** Parses the arguments, runs the command and returns its exit code. */
export async function runProgram(context: Context): Promise<number> {
  let code = EXIT_FINE
  let said = ''
  const act: Act =
    <A extends unknown[]>(handler: Handler<A>) =>
    async (...args: A) => {
      code = await handler(context, ...args)
    }
  const called = context.args.find((arg) => arg !== '--json')
  const program = buildProgram(context.version, act, called)
  const width = () => (context.io.outIsTerminal ? process.stdout.columns : 100)
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        said += text
      },
      writeErr: () => {},
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => context.io.paint !== context.io.paintErr && context.io.outIsTerminal,
    })
  }
  try {
    if (context.args.filter((arg) => arg !== '--json').length === 0) {
      return failed(context, {
        code: 'usage',
        message: 'which command?',
        hint: context.json ? 'See slipway --help.' : program.helpInformation().trimEnd(),
      })
    }
    await program.parseAsync(context.args, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return await showSaid(context, error.code, said.trimEnd())
    const words = context.args.filter((arg) => !arg.startsWith('-'))
    const unknown = error.code === 'commander.help' ? words[1] : undefined
    return failed(
      context,
      usageError(unknown === undefined ? error.message : `unknown command '${unknown}'`, words[0]),
    )
  }
}

async function showSaid(context: Context, code: string, text: string): Promise<number> {
  const key = code === 'commander.version' ? 'version' : 'help'
  if (context.json) await printJson(context, { [key]: text })
  else await context.io.out(`${text}\n`)
  return EXIT_FINE
}

/** What others call it. */
const calledHere: Readonly<Record<string, string>> = {
  status: 'list',
  ls: 'list',
  ps: 'list',
  queue: 'list',
  start: 'run or work',
  exec: 'run',
  submit: 'add',
  enqueue: 'add',
  stop: 'pause or cancel',
  kill: 'cancel',
  rm: 'cancel',
  remove: 'cancel',
  delete: 'cancel',
  abort: 'cancel',
  restart: 'retry',
  rerun: 'retry',
  output: 'logs',
  tail: 'logs -f',
  history: 'list --all',
  info: 'show',
  describe: 'show',
  check: 'preview',
  validate: 'preview',
  config: 'settings',
  ui: 'open',
  panel: 'open or serve',
  web: 'serve',
  daemon: 'work or serve',
  version: '--version',
  init: 'preview, for a configuration: a YAML file that you write (there are examples in the README)',
}

/** Commander's message in our shape: the first line says what is wrong, the rest becomes the hint. */
function usageError(message: string, called = ''): { code: 'usage'; message: string; hint: string } {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n')
  const near = rest
    .join(' ')
    .trim()
    .replace(/^\(|\)$/g, '')
  const known = groups.some(({ commands }) => commands.includes(called)) || called === 'completion'
  const help = known ? `See slipway ${called} --help.` : 'See slipway --help.'
  const word = /^unknown command '(.*)'$/.exec(first)?.[1] ?? ''
  const here = Object.hasOwn(calledHere, word) ? `Here it is slipway ${calledHere[word]}.` : undefined
  return { code: 'usage', message: first, hint: here ?? (near === '' ? help : near) }
}
