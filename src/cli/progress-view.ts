/**
 * Owns what `run` and `work` show while they run: two bars on a terminal, lines of text elsewhere, on stderr.
 * Must never touch stdout: that is for the result.
 */
import type { Batch, DoneBy } from '../contract/entities.ts'
import { escaped } from '../contract/escapes.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { isActive, isFinal } from '../contract/states.ts'
import { doneJobs } from '../contract/words.ts'
import type { Context } from './context.ts'
import { linesView } from './json-lines.ts'
import { changeLine, type ProgressState, progressLines, type Reported, reportedAs } from './print/progress.ts'
import { printLine } from './session.ts'
import { watchStandstill } from './standstill.ts'

export type ProgressView = {
  /** Shows what has changed. */
  update(event: Pick<ChangeEvent, 'batches' | 'queue' | 'running' | 'doneBy' | 'now'>): void
  /** A sentence that stays on the screen. */
  log(sentence: string): void
  /** Restores the terminal. */
  stop(): void
}

type Bars = { show(lines: readonly string[]): void; log(line: string): void; stop(): void }

export type ViewOptions = {
  /** Limits the lines of text to some batches. */
  mine: (batch: Batch) => boolean
  /** Report why nothing runs even when nothing is queued. */
  reportIdle: boolean
}

/** A view for these streams. With --json it only reports why nothing runs. */
export async function openProgressView(context: Context, options: ViewOptions): Promise<ProgressView> {
  const { io } = context
  const { mine, reportIdle } = options
  if (context.lines) return linesView((line) => void printLine(context, line), options)
  const bars = io.errIsTerminal && !context.json ? await openBars() : undefined
  const seen = new Map<string, Batch>()
  const reported = new Map<string, Reported>()
  const log = (text: string): void => {
    if (bars === undefined) io.err(`${escaped(text)}\n`)
    else bars.log(escaped(text))
  }
  const standstill = watchStandstill(mine, log)
  const logUnlessJson = context.json ? () => {} : log
  const reportChange = (batch: Batch, event: Pick<ChangeEvent, 'running' | 'now'>): void => {
    const before = reported.get(batch.id)
    const doneBy = event.running?.batch.id === batch.id ? event.running.doneBy : null
    const line = changeLine(before, batch, event.now, doneBy)
    if (line !== undefined || before === undefined)
      reported.set(batch.id, reportedAs(before, batch, event.now))
    // The bars show what runs; only an end gets a permanent line.
    if (line !== undefined && (bars === undefined || isFinal(batch.status))) log(line)
  }
  return {
    log: logUnlessJson,
    update(event) {
      for (const batch of asItHappened(event.batches)) {
        // A batch that had ended before we started watching is history, not progress.
        if (!seen.has(batch.id) && !isActive(batch.status)) continue
        seen.set(batch.id, batch)
        if (mine(batch) && !context.json) reportChange(batch, event)
      }
      if (bars !== undefined) {
        bars.show(progressLines(stateOf(event, seen), process.stderr.columns ?? 80, io.paintErr))
        return
      }
      const waiting = [...seen.values()].some((one) => mine(one) && isActive(one.status))
      standstill.look(event, reportIdle || waiting)
    },
    stop() {
      standstill.stop()
      bars?.stop()
    },
  }
}

/** Ends in the order in which they came, and before what still runs: one change can bring several. */
export function asItHappened(batches: readonly Batch[]): readonly Batch[] {
  const end = (batch: Batch): number => batch.completedAt ?? Number.POSITIVE_INFINITY
  return batches.toSorted((a, b) => (end(a) === end(b) ? a.number - b.number : end(a) - end(b)))
}

/** Everything the bars show, from the batches seen so far. */
export function stateOf(
  event: Pick<ChangeEvent, 'queue' | 'running' | 'doneBy' | 'now'>,
  seen: ReadonlyMap<string, Batch>,
): ProgressState {
  const queue = { batches: 0, finished: 0, jobs: 0, done: 0 }
  for (const batch of seen.values()) {
    if (batch.status === 'initiated' || batch.status === 'paused') continue
    queue.batches += 1
    queue.finished += isFinal(batch.status) ? 1 : 0
    queue.jobs += batch.jobs.total
    queue.done += isFinal(batch.status) ? batch.jobs.total : doneJobs(batch.jobs)
  }
  const last = Object.values(event.doneBy).reduce<DoneBy | null>(
    (latest, one) => (latest === null || one.likely > latest.likely ? one : latest),
    null,
  )
  return {
    now: event.now,
    running: event.running?.batch ?? null,
    jobsPerMinute: event.running?.jobsPerMinute ?? null,
    doneBy: event.running?.doneBy ?? null,
    queueDoneBy: last,
    queue,
    sentence: event.queue.sentence,
  }
}

/** Bars painted by cli-progress; loaded only where there is a terminal. */
async function openBars(): Promise<Bars> {
  const { default: cliProgress } = await import('cli-progress')
  const bars = new cliProgress.MultiBar(
    {
      stream: process.stderr,
      format: (_options, _params, payload: { line: string }) => payload.line,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      fps: 5,
      gracefulExit: false,
      emptyOnZero: true,
    },
    cliProgress.Presets.legacy,
  )
  const rows: ReturnType<typeof bars.create>[] = []
  return {
    show(lines) {
      lines.forEach((line, i) => {
        const row = rows[i]
        if (row === undefined) rows.push(bars.create(1, 0, { line }))
        else row.update({ line })
      })
    },
    log: (line) => (rows.length === 0 ? process.stderr.write(`${line}\n`) : bars.log(`${line}\n`)),
    stop() {
      // Lines logged since the last repaint wait for the next one.
      if (rows.length > 0) bars.update()
      bars.stop()
    },
  }
}
