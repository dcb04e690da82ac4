/** Defines the commands that change the queue, or wait for it: work, wait, pause, resume, cancel, retry, move, priority, stop-after, undo. */
import { type Command, Option } from 'commander'
import type { BatchRef } from '../../contract/references.ts'
import { batchesThenPriority, batchReference, batchReferences, wholeNumber } from '../reference.ts'
import { type Act, answerConflicts, call, jsonLines, showExample } from './act.ts'

const control = () => import('../commands/control.ts')

/** Adds these commands to the program. */
export function defineControl(program: Command, act: Act): void {
  const work = program
    .command('work')
    .description('run queued batches in this terminal')
    .argument('[BATCH...]', 'end when these have ended', batchReferences)
    .option('--until-empty', 'end when the queue is empty, or when nothing can run (exit code 7)')
    .addOption(jsonLines())
    .action(
      act(async (context, batches: BatchRef[] = [], options: { untilEmpty?: boolean }) =>
        (await import('../commands/work.ts')).work(context, batches, options),
      ),
    )
  showExample(work, 'slipway work --until-empty', 'slipway work 12')

  const wait = program
    .command('wait')
    .description('wait until batches have ended, whoever runs them; exit code as run')
    .argument('<BATCH...>', 'one or more batches', batchReferences)
    .option('--timeout <T>', 'give up after this time, such as 30s or 2h (exit code 5)')
    .addOption(jsonLines())
    .action(act(call(async () => (await import('../commands/wait.ts')).wait)))
  showExample(wait, 'slipway wait 12 13', 'slipway wait 12 --timeout 2h --json-lines')

  const pause = program
    .command('pause')
    .description('pause batches, or the queue; running jobs end first')
    .argument('[BATCH...]', 'batches; the queue without one', batchReferences)
    .option('--now', 'stop running jobs at once; they will run again')
    .option('--reason <TEXT>', 'why, for the events')
    .action(act(call(async () => (await control()).pause)))
  showExample(pause, 'slipway pause', 'slipway pause 12 13 --now')

  const resume = program
    .command('resume')
    .description('resume batches that are paused or on hold, or the queue')
    .argument('[BATCH...]', 'batches; the queue without one', batchReferences)
    .option('--ignore-after', 'run them even though what they wait for has not completed')
    .action(act(call(async () => (await control()).resume)))
  showExample(resume, 'slipway resume 12')

  const cancel = program
    .command('cancel')
    .description('end batches and their open jobs; frees their identity')
    .argument('<BATCH...>', 'one or more batches', batchReferences)
    .option('--reason <TEXT>', 'why, for the events')
    .action(act(call(async () => (await control()).cancel)))
  showExample(cancel, "slipway cancel 12 13 --reason 'wrong region'")

  const retry = answerConflicts(
    program
      .command('retry')
      .description('reopen final batches with their failed jobs; earlier summaries are kept')
      .argument('<BATCH...>', 'one or more final batches', batchReferences)
      .option('--all', 'all jobs, also those that succeeded')
      .option('--job <N>', 'only this job of one batch, by its number (repeatable)', ordinals),
  ).action(act(call(async () => (await control()).retry)))
  showExample(retry, 'slipway retry 12', 'slipway retry 12 --job 7')

  const move = program
    .command('move')
    .description('move batches in the queue')
    .argument('<BATCH...>', 'one or more queued batches; they keep their order', batchReferences)
    .addOption(new Option('--top', 'to the top').conflicts(['bottom', 'to']))
    .addOption(new Option('--bottom', 'to the bottom').conflicts(['top', 'to']))
    .addOption(
      new Option('--to <N>', 'to position N, counted from 1').argParser(
        wholeNumber('--to', 1, 1_000_000_000),
      ),
    )
    .action(act(call(async () => (await control()).move)))
  showExample(move, 'slipway move 16 --top', 'slipway move 16 17 --to 3')

  const priority = program
    .command('priority')
    .description('set the priority of batches; higher runs first')
    .usage('[options] <BATCH...> <N>')
    .argument('<BATCH...>', 'one or more active batches, then N, a whole number; 0 is the usual priority')
    .action(
      act(async (context, words: string[]) => {
        const { batches, value } = batchesThenPriority(words)
        return (await control()).priority(context, batches, value)
      }),
    )
  showExample(priority, 'slipway priority 16 10', 'slipway priority 16 17 18 -5')

  const stopAfter = program
    .command('stop-after')
    .description('start nothing after a batch has ended')
    .argument('[BATCH]', 'the last batch to run', batchReference)
    .option('--none', 'remove the mark')
    .action(act(call(async () => (await control()).stopAfter)))
  showExample(stopAfter, 'slipway stop-after 16', 'slipway stop-after --none')

  const undo = program
    .command('undo')
    .description('undo your latest pause, resume, cancel, retry, move, priority or stop-after')
    .argument('[ACTION]', 'an earlier action, by its number', wholeNumber('ACTION', 1, 1_000_000_000))
    .action(act(call(async () => (await control()).undo)))
  showExample(undo, 'slipway undo')
}

function ordinals(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), wholeNumber('--job', 1, 1_000_000_000)(text)]
}
