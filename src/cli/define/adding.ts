/** Defines the commands that bring work in: init, run, add, preview, trust. */
import { type Command, Option } from 'commander'
import { optionKeys } from '../../contract/batch-keys.ts'
import { skipDoneModes } from '../../contract/references.ts'
import type { AddOptions } from '../enqueueing.ts'
import { pairs, wholeNumber } from '../reference.ts'
import { type Act, answerConflicts, call, type Handler, jsonLines, showExample } from './act.ts'

type Submitted = AddOptions & { dryRun?: boolean }

type Submit = Handler<[file: string | undefined, types: string[], options: Submitted]>

/** The handler of `add` and `run`; with --dry-run that of `preview`. */
function orPreview(load: () => Promise<Submit>): Submit {
  return async (context, file, types, options) => {
    const submit = options.dryRun ? (await import('../commands/preview.ts')).preview : await load()
    return submit(context, file, types, options)
  }
}

const skipDone = () =>
  new Option(
    '--skip-done [how]',
    'leave out what was done and has not changed; command: whatever its command did',
  )
    .choices(skipDoneModes)
    .preset('changed')

const onPlace = () =>
  new Option(
    '--on <place>',
    'run the jobs here, on slurm, or at a place of the settings, whatever the file says',
  )

const withSubmission = (command: Command): Command =>
  command
    .usage(`[options] <FILE> [TYPE...]\n       slipway ${command.name()} [options] -- COMMAND...`)
    .argument('[FILE]', 'a configuration, *.slipway.yaml or .json; - is standard input')
    .argument('[TYPE...]', 'batch types to add; all of them by default')
    .option('--var <name=value>', 'set a variable of the configuration (repeatable)', pairs('--var'))

/** Where the inputs of a command behind `--` come from, its name, and every key that a batch has in a file. */
function withAdHocOptions(command: Command): Command {
  const group = 'Options of a command behind --:'
  const own = [
    new Option('--over <GLOB...>', 'a job for each file that matches'),
    new Option('--list <VALUE...>', 'a job for each value'),
    new Option('--lines <FILE>', 'a job for each line; - is standard input'),
    new Option('--table <FILE>', 'a job for each row, its columns are placeholders; - is standard input'),
    new Option('--range <A..B>', 'a job for each number'),
    new Option('--size <N>', 'with --range: how many numbers make a batch'),
    new Option('--as <NAME>', 'with --range: one more name for {value}'),
    new Option('--name <NAME>', "what the batch is known by in this folder; the command's words by default"),
    new Option('--save <FILE>', 'write the configuration that says the same, and add that'),
  ]
  const known = new Set(command.options.map(({ long }) => long))
  const keys = optionKeys.flatMap(({ key, about, option }) => {
    if (known.has(`--${key}`)) return []
    const made = new Option(option.kind === 'flag' ? `--${key}` : `--${key} <${option.name}>`, lowered(about))
    if (option.kind === 'values' || option.kind === 'fields') made.argParser(collect)
    if (option.kind === 'pairs') made.argParser(pairs('--env'))
    return [made]
  })
  for (const option of [...own, ...keys]) command.addOption(option.helpGroup(group))
  return command
}

const lowered = (about: string): string => about.charAt(0).toLowerCase() + about.slice(1)

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

const withEnqueueOptions = (command: Command): Command =>
  answerConflicts(withSubmission(command))
    .addOption(skipDone())
    .addOption(onPlace())
    .option('--priority <N>', 'higher runs first', wholeNumber('--priority', -1_000_000, 1_000_000))
    .option('--dry-run', 'show what would be added; add nothing')
    .addOption(jsonLines())

/** Adds these commands to the program. */
export function defineAdding(program: Command, act: Act): void {
  const init = program
    .command('init')
    .description('write a configuration to begin with, from what a folder holds')
    .argument('[FOLDER]', 'the folder; this one by default')
    .option('--name <NAME>', "the configuration's name; the folder's by default")
    .option('--over <GLOB>', 'a job for each file that matches')
    .action(act(call(async () => (await import('../commands/init.ts')).init)))
  showExample(init, 'slipway init', "slipway init --over 'data/*.csv' -- python3 edm.py {}")

  const run = withEnqueueOptions(program.command('run'))
    .description('add batches and run the queue until they are final; shows progress and summaries')
    .action(act(orPreview(async () => (await import('../commands/run.ts')).run)))
  showExample(
    withAdHocOptions(run),
    'slipway run flood.slipway.yaml edm-creation --var out=elsewhere',
    "slipway run --over 'in/*.png' --parallel 4 -- convert {input} -resize 50% {stem}.jpg",
    'slipway run -- python3 model.py {} ::: north south',
  )

  const add = withEnqueueOptions(program.command('add'))
    .description('add batches to the queue; refused when the same batch is already active')
    .option('--hold', 'add them on hold; slipway resume queues them')
    .action(act(orPreview(async () => (await import('../commands/add.ts')).add)))
  showExample(
    withAdHocOptions(add),
    'slipway add flood.slipway.yaml',
    'slipway add flood.slipway.yaml portfolio --if-exists remaining --priority 5',
    'slipway add --table regions.csv --timeout 1h -- Rscript portfolio.R {region} {year}',
  )

  const preview = withSubmission(program.command('preview'))
    .description('show the commands that a configuration expands to; add nothing')
    .action(act(call(async () => (await import('../commands/preview.ts')).preview)))
  showExample(
    withAdHocOptions(preview),
    'slipway preview flood.slipway.yaml edm-creation',
    'slipway preview --range 0..99 -- ./evolve --generation {value}',
  )

  const trust = program
    .command('trust')
    .description('trust a configuration in its present version')
    .argument('<FILE>', 'a configuration')
    .action(act(call(async () => (await import('../commands/trust.ts')).trust)))
  showExample(trust, 'slipway trust flood.slipway.yaml')
}
