/** Defines the commands that only read: list, show, logs, summary, report, events. */
import { type Command, Option } from 'commander'
import type { BatchRef } from '../../contract/entities.ts'
import { jobStatuses } from '../../contract/states.ts'
import { batchReference, jobFields, wholeNumber } from '../reference.ts'
import { type Act, call, jsonLines, showExample } from './act.ts'

/** Adds these commands to the program. */
export function defineViewing(program: Command, act: Act): void {
  const list = program
    .command('list')
    .description('show the active batches in order')
    .option('-a, --all', 'final ones too')
    .option('--search <TEXT>', 'only batches, also final ones, with this in name, input, error or reason')
    .addOption(
      new Option(
        '--filter <TEXT>',
        'of those, only batches with this in name, input, error or reason',
      ).conflicts('search'),
    )
    .action(act(call(async () => (await import('../commands/list.ts')).list)))
  showExample(list, 'slipway list', 'slipway list --all --json')

  const show = program
    .command('show')
    .description('show one batch')
    .argument('<BATCH>', 'a batch', batchReference)
    .option('--jobs', 'its jobs too (always there in JSON)')
    .addOption(new Option('--status <STATUS...>', 'only jobs with such a status').choices(jobStatuses))
    .option('-n, --limit <N>', 'at most the first N jobs', wholeNumber('--limit', 1, 10_000_000))
    .option('--fields <NAMES>', 'only these fields of each job, such as ordinal,input,error', jobFields)
    .action(act(call(async () => (await import('../commands/show.ts')).show)))
  showExample(
    show,
    'slipway show 12 --jobs',
    'slipway show 12 --jobs --status failed --fields ordinal,input,error',
  )

  const logs = program
    .command('logs')
    .description('print the output of a job: its stdout and stderr are one log')
    .argument('<BATCH>', 'a batch', batchReference)
    .argument(
      '[JOB]',
      "the job's number in the batch; by default the last that failed, runs or ran",
      wholeNumber('JOB', 1, 1_000_000_000),
    )
    .option('-f, --follow', 'follow the job to its end, then the next jobs of a running batch')
    .option('--attempt <N>', 'an earlier attempt', wholeNumber('--attempt', 1, 1_000_000_000))
    .option('--all-output', 'with --json all of it, not only the last 1 MB')
    .addOption(jsonLines())
    .action(act(call(async () => (await import('../commands/logs.ts')).logs)))
  showExample(logs, 'slipway logs 12 44', 'slipway logs 12 -f')

  const summary = program
    .command('summary')
    .description('show the summary of a finished batch')
    .argument('<BATCH>', 'a batch', batchReference)
    .option('--run <N>', 'an earlier run of a batch that was retried', wholeNumber('--run', 1, 1_000_000_000))
    .option('--html <FILE>', 'write it as one self-contained page (- is stdout)')
    .action(
      act(async (context, batch: BatchRef, options: { run?: number; html?: string }) =>
        options.html === undefined
          ? (await import('../commands/summary.ts')).summary(context, batch, options)
          : (await import('../commands/report.ts')).report(context, batch, {
              html: options.html,
              run: options.run,
              pendingIsAnswer: true,
            }),
      ),
    )
  showExample(summary, 'slipway summary 12', 'slipway summary 12 --json')

  const report = program
    .command('report')
    .description('write the summary to a file')
    .argument('<BATCH>', 'a batch', batchReference)
    .option('--html <FILE>', 'one self-contained page (- is stdout)')
    .option('--text <FILE>', 'plain text (- is stdout)')
    .action(act(call(async () => (await import('../commands/report.ts')).report)))
  showExample(report, 'slipway report 12 --html flood-12.html')

  const events = program
    .command('events')
    .description('show what happened, when and by whom')
    .argument('[BATCH]', 'a batch; all events without one', batchReference)
    .option('-n, --limit <N>', 'at most the last N', wholeNumber('--limit', 1, 100_000), 1_000)
    .option('--origins', 'show the origin of each, such as a command line')
    .option('-f, --follow', 'print what happens from now on too; of a batch, until it has ended')
    .addOption(jsonLines())
    .action(act(call(async () => (await import('../commands/events.ts')).events)))
  showExample(events, 'slipway events 12', 'slipway events -f --json-lines')
}
