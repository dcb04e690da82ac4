/** Defines the commands for maintenance and hosts: sweep, doctor, backup, settings, serve, token, open, completion. */
import { Argument, type Command, Option } from 'commander'
import { tokenScopes } from '../../contract/references.ts'
import { shells, wholeNumber } from '../reference.ts'
import { type Act, call, showExample } from './act.ts'

const maintenance = () => import('../commands/maintenance.ts')

/** Adds these commands to the program. */
export function defineMaintenance(program: Command, act: Act): void {
  const sweep = program
    .command('sweep')
    .description('run the finalizer once, now')
    .action(act(call(async () => (await maintenance()).sweep)))
  showExample(sweep, 'slipway sweep')

  const doctor = program
    .command('doctor')
    .description('check the database, processes and data folder; repair what is safe')
    .option('--no-repair', 'only report')
    .action(act(call(async () => (await maintenance()).doctor)))
  showExample(doctor, 'slipway doctor')

  const backup = program
    .command('backup')
    .description('copy the live database to one consistent file')
    .argument('<FILE>', 'the copy; must not exist yet')
    .action(act(call(async () => (await maintenance()).backup)))
  showExample(backup, 'slipway backup ~/slipway-friday.db')

  const settings = program
    .command('settings')
    .description('show all settings, show one, or change one')
    .argument('[KEY]', 'a setting')
    .argument('[VALUE]', 'its new value')
    .action(act(call(async () => (await import('../commands/settings.ts')).settings)))
  showExample(settings, 'slipway settings', 'slipway settings kill-grace-ms 10000')

  const serve = program
    .command('serve')
    .description('serve the panel to a browser, on loopback')
    .option('--port <N>', 'port; 0 picks a free one', wholeNumber('--port', 0, 65_535))
    .option('--host <H>', 'address to listen on; anything but loopback admits other machines')
    .option('--token-file <FILE>', 'keep the token in this file, so that the address stays the same')
    .option('--no-work', 'only watch; leave running batches to another host')
    .action(act(call(async () => (await import('../commands/serve.ts')).serve)))
  showExample(serve, 'slipway serve', 'slipway serve --port 4600 --token-file ~/.slipway-token --no-work')

  const token = program
    .command('token')
    .description('let a program call the panel that slipway serve serves: add, list or remove its token')
    .addArgument(new Argument('<ACTION>', 'what to do').choices(['add', 'list', 'remove']))
    .argument('[NAME]', 'a name for the program')
    .addOption(
      new Option('--scope <SCOPE>', 'with add: only watch, or steer the queue and run commands too')
        .choices(tokenScopes)
        .default('watch'),
    )
    .action(act(call(async () => (await import('../commands/token.ts')).token)))
  showExample(token, 'slipway token add notebook --scope steer', 'slipway token remove notebook')

  const open = program
    .command('open')
    .description("open the desktop app, or serve the panel where it can't run")
    .argument('[FILE...]', 'configurations to open')
    .action(act(call(async () => (await import('../commands/open.ts')).open)))
  showExample(open, 'slipway open flood.slipway.yaml')

  const completion = program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(shells))
    .action(act(call(async () => (await import('../commands/completion.ts')).completion)))
  showExample(
    completion,
    'slipway completion bash > ~/.local/share/bash-completion/completions/slipway',
    'slipway completion zsh > ~/.zfunc/_slipway',
    'slipway completion fish > ~/.config/fish/completions/slipway.fish',
    'slipway completion powershell >> $PROFILE',
  )
}
