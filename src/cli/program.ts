/**
 * Owns the tree of commands: assembles it, runs it, and turns commander's errors into exit code 2.
 * Must never load a command's code before it is called, nor the core.
 */
import { Command, CommanderError } from 'commander'
import type { SlipwayError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import type { Context } from './context.ts'
import { type Act, type Handler, showExample } from './define/act.ts'
import { defineAdding } from './define/adding.ts'
import { defineControl } from './define/control.ts'
import { defineMaintenance } from './define/maintenance.ts'
import { defineViewing } from './define/viewing.ts'
import { EXIT_OK } from './exit.ts'
import { failed } from './failure.ts'
import { printJson } from './session.ts'

/** Which commands each definition brings. */
export const groups: readonly {
  define: (program: Command, act: Act) => void
  commands: readonly string[]
}[] = [
  { define: defineAdding, commands: ['init', 'run', 'add', 'preview', 'trust'] },
  {
    define: defineControl,
    commands: [
      'work',
      'wait',
      'pause',
      'resume',
      'cancel',
      'retry',
      'move',
      'priority',
      'stop-after',
      'undo',
    ],
  },
  { define: defineViewing, commands: ['list', 'show', 'logs', 'summary', 'report', 'events'] },
  {
    define: defineMaintenance,
    commands: ['sweep', 'doctor', 'backup', 'settings', 'serve', 'token', 'open', 'completion'],
  },
]

const commandNames = groups.flatMap(({ commands }) => commands)

/**
 * The command line as commander knows it; `act` is what calling a command does. For a call of `only` just its
 * group is built: defining all of them takes longer than most commands.
 */
export function buildProgram(version: string, act: Act, only?: string): Command {
  const program = new Command('slipway')
  program
    .description('Runs batches one at a time, in the order you see, never twice by accident.')
    .version(version, '-V, --version', 'show the version')
    .option('--json', 'print one JSON document to stdout and nothing else')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command; help configuration explains the keys of a file')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
  const group = groups.find(({ commands }) => only !== undefined && commands.includes(only))
  for (const { define } of group ? [group] : groups) define(program, act)
  showExample(
    program,
    'slipway run flood.slipway.yaml        add the batches of a file and run them',
    'slipway list                          show what runs and what is next',
    'slipway add --help                    show help for one command',
  )
  program.addHelpText(
    'after',
    `
Exit codes:
  0 success                           5 not possible in this state, timed out (wait)
  1 a batch ended with errors,        6 the database or the output can't be used
    failed or was cancelled           7 nothing can run now (run, work --until-empty)
  2 wrong usage, invalid file         130 interrupted before everything was done
  3 refused as a duplicate            70 a bug in Slipway
  4 no such batch or job

BATCH is a number (12 or '#12') or an id. The data folder is SLIPWAY_HOME, else the platform's usual place.`,
  )
  return program
}

/** Parses the arguments, runs the command and returns its exit code. */
export async function runProgram(context: Context): Promise<number> {
  if (context.args[0] === '__complete') {
    const all = buildProgram(context.version, () => async () => {})
    return (await import('./commands/complete.ts')).complete(context, all)
  }
  const { args, command } = splitCommand(context.args)
  let code = EXIT_OK
  let help = ''
  const act: Act =
    <A extends unknown[]>(handler: Handler<A>) =>
    async (...args: A) => {
      code = await handler(command === undefined ? context : { ...context, command }, ...args)
    }
  const called = args.find((arg) => arg !== '--json')
  const program = buildProgram(context.version, act, called)
  const width = () => (context.io.outIsTerminal ? process.stdout.columns : 100)
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        help += text
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
        message: 'no command given',
        hint: context.json ? 'See slipway --help.' : program.helpInformation().trimEnd(),
      })
    }
    const [word, topic] = args.filter((arg) => arg !== '--json')
    if (word === 'help' && topic === 'configuration')
      return await (await import('./commands/help-configuration.ts')).helpConfiguration(context)
    await program.parseAsync(withDefaultWays(args), { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return await printHelp(context, error.code, help.trimEnd())
    const words = args.filter((arg) => !arg.startsWith('-'))
    const word = error.code === 'commander.help' ? words[1] : words[0]
    const isUnknown = error.code === 'commander.unknownCommand' || error.code === 'commander.help'
    return failed(context, word !== undefined && isUnknown ? unknownCommand(word) : usageError(error, called))
  }
}

/**
 * What stands behind `--` of a command that brings work in is another program's command; so is everything from the first
 * word on where GNU parallel's `:::` stands.
 */
function splitCommand(args: readonly string[]): { args: readonly string[]; command?: readonly string[] } {
  const bringsWork = ['run', 'add', 'preview', 'init'].includes(args.find((arg) => arg !== '--json') ?? '')
  const end = args.indexOf('--')
  if (!bringsWork) return { args }
  if (end >= 0) return { args: args.slice(0, end), command: args.slice(end + 1) }
  const isParallel = args.some((arg) => /^:{3,4}$/.test(arg)) && args[1]?.startsWith('-') === false
  return isParallel ? { args: args.slice(0, 1), command: args.slice(1) } : { args }
}

async function printHelp(context: Context, code: string, text: string): Promise<number> {
  const key = code === 'commander.version' ? 'version' : 'help'
  if (context.json) await printJson(context, { [key]: text })
  else await context.io.out(`${text}\n`)
  return EXIT_OK
}

/** Names that other tools have for a command -> what to offer. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  status: ['list'],
  ls: ['list'],
  ps: ['list'],
  queue: ['list'],
  start: ['run', 'work'],
  exec: ['run'],
  submit: ['add'],
  enqueue: ['add'],
  stop: ['pause', 'cancel'],
  kill: ['cancel'],
  rm: ['cancel'],
  remove: ['cancel'],
  delete: ['cancel'],
  abort: ['cancel'],
  restart: ['retry'],
  rerun: ['retry'],
  output: ['logs'],
  tail: ['logs -f'],
  history: ['list --all'],
  info: ['show'],
  describe: ['show'],
  check: ['preview'],
  validate: ['preview'],
  config: ['settings'],
  ui: ['open'],
  panel: ['open', 'serve'],
  web: ['serve'],
  daemon: ['work', 'serve'],
  version: ['--version'],
}

function unknownCommand(word: string): SlipwayError {
  const near = nearest(word, [...commandNames, 'help'])
  const offered = Object.hasOwn(synonyms, word) ? synonyms[word] : near === undefined ? [] : [near]
  const hint =
    offered === undefined || offered.length === 0
      ? 'See slipway --help.'
      : `Did you mean: ${offered.map((name) => `slipway ${name}`).join(' or ')}`
  return { code: 'usage', message: `unknown command '${word}'`, hint }
}

/** Commander's message in our shape: a first line, and as its hint what commander suggests, or the command's help. */
function usageError({ message }: CommanderError, called: string | undefined): SlipwayError {
  const [first = '', ...suggestion] = withoutPrefix(message).split('\n')
  const help = called !== undefined && commandNames.includes(called) ? `slipway ${called}` : 'slipway'
  return { code: 'usage', message: first, hint: suggestion[0] ?? `See ${help} --help.` }
}

/** Commander begins each of its messages with this. */
function withoutPrefix(message: string): string {
  const prefix = 'error: '
  return message.startsWith(prefix) ? message.slice(prefix.length) : message
}

/** The value of --skip-done is only given with "=": what follows it is the configuration. */
function withDefaultWays(args: readonly string[]): string[] {
  return args.map((arg) => (arg === '--skip-done' ? '--skip-done=changed' : arg))
}
