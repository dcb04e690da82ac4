/** Defines the commands that steer the queue: work, pause, resume, cancel, retry, move, priority, stop-after. */
import { type Command, Option } from 'commander'
import { type BatchRef, ifExistsAnswers } from '../../contract/references.ts'
import type { MoveOptions, RetryOptions } from '../commands/steer.ts'
import { batchReference, batchReferences, wholeNumber } from '../reference.ts'
import { type Act, showExample } from './act.ts'

const steer = () => import('../commands/steer.ts')

/** Adds these commands to the program. */
export function defineSteering(program: Command, act: Act): void {
  const work = program
    .command('work')
    .description('be the executor in this terminal')
    .option('--until-empty', 'end when nothing is left that could run')
    .action(
      act(async (context, options: { untilEmpty?: boolean }) =>
        (await import('../commands/work.ts')).work(context, options),
      ),
    )
  showExample(work, 'slipway work --until-empty')

  const pause = program
    .command('pause')
    .description('pause a batch, or the queue; running jobs end first')
    .argument('[BATCH]', 'a batch; the queue when none is named', batchReference)
    .option('--now', 'stop running jobs at once; they will run again')
    .option('--reason <TEXT>', 'why, for the others and for later')
    .action(
      act(async (context, batch: BatchRef | undefined, options: { now?: boolean; reason?: string }) =>
        (await steer()).pause(context, batch, options),
      ),
    )
  showExample(pause, 'slipway pause', 'slipway pause 12 --now')

  const resume = program
    .command('resume')
    .description('let a paused or held batch, or the queue, go on')
    .argument('[BATCH]', 'a batch; the queue when none is named', batchReference)
    .option('--ignore-after', 'run it even though what it waits for has not completed')
    .action(
      act(async (context, batch: BatchRef | undefined, options: { ignoreAfter?: boolean }) =>
        (await steer()).resume(context, batch, options),
      ),
    )
  showExample(resume, 'slipway resume 12')

  const cancel = program
    .command('cancel')
    .description('end batches and their open jobs; frees their identity')
    .argument('<BATCH...>', 'one or more batches', batchReferences)
    .option('--reason <TEXT>', 'why, for the others and for later')
    .action(
      act(async (context, batches: BatchRef[], options: { reason?: string }) =>
        (await steer()).cancel(context, batches, options),
      ),
    )
  showExample(cancel, "slipway cancel 12 13 --reason 'wrong region'")

  const retry = program
    .command('retry')
    .description('reopen a final batch with its failed jobs; earlier summaries are kept')
    .argument('<BATCH>', 'a final batch', batchReference)
    .option('--all', 'all jobs, also those that succeeded')
    .option('--job <N>', 'only this job, by its number in the batch (repeatable)', ordinals)
    .addOption(
      new Option('--if-exists <answer>', 'when an active batch with the same identity exists')
        .choices(ifExistsAnswers)
        .default('fail'),
    )
    .action(
      act(async (context, batch: BatchRef, options: RetryOptions) =>
        (await steer()).retry(context, batch, options),
      ),
    )
  showExample(retry, 'slipway retry 12')

  const move = program
    .command('move')
    .description('move batches in the queue')
    .argument('<BATCH...>', 'one or more queued batches; they keep their order', batchReferences)
    .addOption(new Option('--top', 'to the top').conflicts(['bottom', 'to']))
    .addOption(new Option('--bottom', 'to the bottom').conflicts(['top', 'to']))
    .addOption(new Option('--to <N>', 'to place N, counted from 1').argParser(wholeNumber(1, 1_000_000_000)))
    .action(
      act(async (context, batches: BatchRef[], options: MoveOptions) =>
        (await steer()).move(context, batches, options),
      ),
    )
  showExample(move, 'slipway move 16 --top', 'slipway move 16 --to 3')

  const priority = program
    .command('priority')
    .description('set the priority of a batch; higher runs first')
    .argument('<BATCH>', 'an active batch', batchReference)
    .argument('<N>', 'a whole number; 0 is usual', wholeNumber(-1_000_000, 1_000_000))
    .action(
      act(async (context, batch: BatchRef, value: number) => (await steer()).priority(context, batch, value)),
    )
  showExample(priority, 'slipway priority 16 10')

  const stopAfter = program
    .command('stop-after')
    .description('let nothing start after a batch has ended')
    .argument('[BATCH]', 'the last batch to run', batchReference)
    .option('--none', 'take the mark away')
    .action(
      act(async (context, batch: BatchRef | undefined, options: { none?: boolean }) =>
        (await steer()).stopAfter(context, batch, options),
      ),
    )
  showExample(stopAfter, 'slipway stop-after 16', 'slipway stop-after --none')
}

function ordinals(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), wholeNumber(1, 1_000_000_000)(text)]
}
