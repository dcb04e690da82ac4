/** Defines the commands that bring work in: run, add, preview, trust. */
import { type Command, Option } from 'commander'
import { ifExistsAnswers, places, skipDoneModes } from '../../contract/references.ts'
import type { AddOptions } from '../enqueueing.ts'
import { variable, wholeNumber } from '../reference.ts'
import { type Act, jsonLines, showExample } from './act.ts'

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

const withEnqueueOptions = (command: Command): Command =>
  command
    .argument('<FILE>', 'a configuration, *.slipway.yaml or .json')
    .argument('[TYPE...]', 'batch types to add; all of them by default')
    .option('--var <name=value>', 'set a variable of the configuration (repeatable)', variable)
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
    .addOption(skipDone())
    .addOption(onPlace())
    .option('--priority <N>', 'higher runs first', wholeNumber('--priority', -1_000_000, 1_000_000))
    .addOption(jsonLines())

/** Adds these commands to the program. */
export function defineAdding(program: Command, act: Act): void {
  const run = withEnqueueOptions(program.command('run'))
    .description('add batches and run the queue until they are final; shows progress and summaries')
    .action(
      act(async (context, file: string, types: string[], options: AddOptions) =>
        (await import('../commands/run.ts')).run(context, file, types, options),
      ),
    )
  showExample(run, 'slipway run flood.slipway.yaml edm-creation --var out=elsewhere')

  const add = withEnqueueOptions(program.command('add'))
    .description('add batches to the queue; refused when the same batch is already active')
    .option('--hold', 'add them on hold; slipway resume queues them')
    .option('--dry-run', 'show what would be added; add nothing')
    .action(
      act(async (context, file: string, types: string[], options: AddOptions & { dryRun?: boolean }) =>
        options.dryRun
          ? (await import('../commands/preview.ts')).preview(context, file, types, options)
          : (await import('../commands/add.ts')).add(context, file, types, options),
      ),
    )
  showExample(
    add,
    'slipway add flood.slipway.yaml',
    'slipway add flood.slipway.yaml portfolio --if-exists remaining --priority 5',
  )

  const preview = program
    .command('preview')
    .description('show the commands that a configuration expands to; add nothing')
    .argument('<FILE>', 'a configuration')
    .argument('[TYPE...]', 'batch types to add; all of them by default')
    .option('--var <name=value>', 'set a variable of the configuration (repeatable)', variable)
    .action(
      act(async (context, file: string, types: string[], options: Pick<AddOptions, 'var'>) =>
        (await import('../commands/preview.ts')).preview(context, file, types, options),
      ),
    )
  showExample(preview, 'slipway preview flood.slipway.yaml edm-creation')

  const trust = program
    .command('trust')
    .description('trust a configuration in its present version')
    .argument('<FILE>', 'a configuration')
    .action(act(async (context, file: string) => (await import('../commands/trust.ts')).trust(context, file)))
  showExample(trust, 'slipway trust flood.slipway.yaml')
}
