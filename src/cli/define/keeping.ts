/** Defines the commands that keep house: sweep, doctor, backup, settings, serve, open, completion. */
import { Argument, type Command } from 'commander'
import type { ServeOptions } from '../commands/serve.ts'
import { wholeNumber } from '../reference.ts'
import { type Act, showExample } from './act.ts'

const keep = () => import('../commands/keep.ts')

/** Adds these commands to the program. */
export function defineKeeping(program: Command, act: Act): void {
  const sweep = program
    .command('sweep')
    .description('run the finalizer once, now')
    .action(act(async (context) => (await keep()).sweep(context)))
  showExample(sweep, 'slipway sweep')

  const doctor = program
    .command('doctor')
    .description('check the database and everything around it; repairs only what is safe')
    .option('--no-repair', 'only look')
    .action(act(async (context, options: { repair: boolean }) => (await keep()).doctor(context, options)))
  showExample(doctor, 'slipway doctor')

  const backup = program
    .command('backup')
    .description('a consistent copy of the live database')
    .argument('<FILE>', 'where to; must not exist yet')
    .action(act(async (context, file: string) => (await keep()).backup(context, file)))
  showExample(backup, 'slipway backup ~/slipway-friday.db')

  const settings = program
    .command('settings')
    .description('show the settings, one of them, or change it')
    .argument('[KEY]', 'a setting')
    .argument('[VALUE]', 'its new value')
    .action(
      act(async (context, key: string | undefined, value: string | undefined) =>
        (await import('../commands/settings.ts')).settings(context, key, value),
      ),
    )
  showExample(settings, 'slipway settings', 'slipway settings kill-grace-ms 10000')

  const serve = program
    .command('serve')
    .description('the panel in a browser, on loopback')
    .option('--port <N>', 'port; 0 picks a free one', wholeNumber(0, 65_535))
    .option('--host <H>', 'address to listen on; anything but loopback lets other machines in')
    .option('--token-file <FILE>', 'keep the token in this file, so that the address stays the same')
    .option('--no-work', 'only watch; leave the work to another host')
    .action(
      act(async (context, options: ServeOptions) =>
        (await import('../commands/serve.ts')).serve(context, options),
      ),
    )
  showExample(serve, 'slipway serve', 'slipway serve --port 4600 --token-file ~/.slipway-token --no-work')

  const open = program
    .command('open')
    .description('the desktop app where it can run, else serve the panel and print its address')
    .argument('[FILE...]', 'configurations to open in it')
    .action(
      act(async (context, files: string[]) => (await import('../commands/open.ts')).open(context, files)),
    )
  showExample(open, 'slipway open flood.slipway.yaml')

  const completion = program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(['bash', 'zsh']))
    .action(
      act(async (context, shell: 'bash' | 'zsh') =>
        (await import('../commands/completion.ts')).completion(context, program, shell),
      ),
    )
  showExample(
    completion,
    'slipway completion bash > ~/.local/share/bash-completion/completions/slipway',
    'slipway completion zsh > ~/.zfunc/_slipway',
  )
}
