/**
 * Owns the summary as a document: plain text, JSON, or one HTML page. Pure: everything in it comes from the summary.
 */
import type { CommandInput, CommandOutput } from '../../contract/commands.ts'
import type { Summary } from '../../contract/entities.ts'
import { escapedLines } from '../../contract/escapes.ts'
import { stamp } from '../../contract/moments.ts'
import { clusterWords } from '../../contract/places.ts'
import { assertNever, batchStatusWords, isFinal } from '../../contract/states.ts'
import {
  amount,
  batchName,
  brief,
  bytes,
  countOf,
  duration,
  listed,
  rate,
  share,
} from '../../contract/words.ts'
import { htmlReport } from './report-html.ts'

type Format = NonNullable<CommandInput<'report'>['format']>

/** The report in a format, with its media type. */
export function makeReport(summary: Summary, format: Format): CommandOutput<'report'> {
  switch (format) {
    case 'text':
      return { content: textReport(summary), mediaType: 'text/plain; charset=utf-8' }
    case 'json':
      return { content: `${JSON.stringify(summary, null, 2)}\n`, mediaType: 'application/json' }
    case 'html':
      return {
        content: htmlReport(summary, outcome(summary), facts(summary)),
        mediaType: 'text/html; charset=utf-8',
      }
    default:
      return assertNever(format)
  }
}

/** '#12 flood-2026 / portfolio completed with errors: 118 of 120 jobs succeeded, 2 failed, in 3 h 12 min (slept 40 min)'. */
export function headline(summary: Summary): string {
  return `${batchName(summary)} ${outcome(summary)}`
}

/** The same without the batch's name. */
function outcome(summary: Summary): string {
  const { total, succeeded, failed, cancelled } = summary.jobs
  const counts = [
    total === 0
      ? 'no jobs'
      : succeeded === total
        ? total === 1
          ? 'its one job succeeded'
          : `all ${countOf(total, 'job')} succeeded`
        : `${amount(succeeded)} of ${countOf(total, 'job')} succeeded`,
    ...(failed > 0 ? [`${amount(failed)} failed`] : []),
    ...(cancelled > 0 ? [`${amount(cancelled)} not run to the end`] : []),
  ]
  const slept = (summary.wallMs ?? 0) - (summary.awakeMs ?? 0)
  const asides = [
    ...(slept >= 1_000 ? [`slept ${duration(slept)}`] : []),
    ...(summary.pausedMs >= 1_000 ? [`paused ${duration(summary.pausedMs)}`] : []),
  ]
  const took = summary.wallMs === null ? '' : `, in ${duration(summary.wallMs)}`
  return `${statusWords(summary)}: ${counts.join(', ')}${took}${asides.length > 0 ? ` (${asides.join(', ')})` : ''}`
}

function statusWords({ status }: Summary): string {
  const words = batchStatusWords[status]
  return isFinal(status) && status !== 'cancelled'
    ? words
    : status === 'cancelled'
      ? 'was cancelled'
      : `is ${words}`
}

type Fact = { label: string; value: string }

/** What is known beside the headline, as label and value; only what there is. */
function facts(summary: Summary): Fact[] {
  const found: Fact[] = []
  const add = (label: string, value: string | null) => {
    if (value !== null) found.push({ label, value })
  }
  const { wallMs, awakeMs, durations, outputs } = summary
  add('Why', summary.reason === null ? null : brief(summary.reason, 400))
  add('Run', summary.run > 1 ? `${summary.run} (retried)` : null)
  add('Created', stamp(summary.createdAt))
  add('Started', summary.startedAt === null ? 'never' : stamp(summary.startedAt))
  add('Ended', summary.completedAt === null ? null : stamp(summary.completedAt))
  add('Waited', summary.waitedMs === null ? null : duration(summary.waitedMs))
  add('Took', wallMs === null ? null : duration(wallMs))
  add('Awake', awakeMs === null || awakeMs === wallMs ? null : duration(awakeMs))
  add('Paused', summary.pausedMs === 0 ? null : duration(summary.pausedMs))
  add('Success', summary.jobs.total === 0 ? null : share(summary.successRate))
  add('Rate', summary.jobsPerMinute === null ? null : rate(summary.jobsPerMinute))
  add(
    'Job time',
    durations &&
      `median ${duration(durations.p50Ms)}, p95 ${duration(durations.p95Ms)}, longest ${duration(durations.maxMs)}`,
  )
  add(
    'Attempts',
    `${amount(summary.attempts)}${summary.interrupted > 0 ? `, ${amount(summary.interrupted)} interrupted` : ''}`,
  )
  const { cluster } = summary
  add('Place', cluster ? clusterWords(cluster) : null)
  const cpuShare = cluster?.cpuShare ?? null
  const ofCpus = cpuShare === null ? '' : `, ${share(cpuShare)} of the CPUs it held`
  add('CPU time', summary.cpuMs === null ? null : `${duration(summary.cpuMs)}${ofCpus}`)
  const asked = cluster?.memoryMb ?? null
  const ofMemory = asked === null ? '' : ` of ${bytes(asked * 2 ** 20)} requested`
  add('Peak memory', summary.maxRssKb === null ? null : `${bytes(summary.maxRssKb * 1_024)}${ofMemory}`)
  add('Logs', summary.logBytes === 0 ? null : bytes(summary.logBytes))
  add(
    'Outputs',
    outputs.declared === 0
      ? null
      : `${amount(outputs.present)} of ${amount(outputs.declared)} there, ${bytes(outputs.bytes)}`,
  )
  add('Closed by', closers[summary.closedBy])
  return found
}

const closers: Readonly<Record<Summary['closedBy'], string | null>> = {
  event: null,
  command: null,
  sweep: 'the finalizer’s sweep',
  demand: 'a request for this summary',
}

const barWidth = 40

/** Aligned plain text of at most a few screens; what comes from outside can't move the terminal's cursor. */
export function textReport(summary: Summary): string {
  const lines = [headline(summary), '', ...factLines(summary)]
  if (summary.histogram.length > 0) lines.push('', 'Job times', ...histogramLines(summary))
  if (summary.failures.length > 0) lines.push('', 'Failures', ...failureLines(summary))
  if (summary.slowest.length > 0) lines.push('', 'Slowest jobs', ...slowestLines(summary))
  if (summary.outputs.suspicious.length > 0) lines.push('', 'Looks odd', ...oddLines(summary))
  return `${lines.map(escapedLines).join('\n')}\n`
}

function factLines(summary: Summary): string[] {
  const known = facts(summary)
  const width = Math.max(...known.map((fact) => fact.label.length))
  return known.map((fact) => `  ${fact.label.padEnd(width)}  ${fact.value}`)
}

function histogramLines({ histogram }: Summary): string[] {
  const labels = histogram.map((bucket) => [duration(bucket.fromMs), duration(bucket.toMs)] as const)
  const width = Math.max(...labels.flat().map((label) => label.length))
  const most = Math.max(...histogram.map((bucket) => bucket.count))
  const digits = amount(most).length
  return histogram.map((bucket, i) => {
    const [from = '', to = ''] = labels[i] ?? []
    const label = `${from.padStart(width)} – ${to.padEnd(width)}`
    return `  ${label}  ${amount(bucket.count).padStart(digits)} ${bar(bucket.count / most)}`.trimEnd()
  })
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of blocks, `part` (0…1) of the full width; more than zero is at least one block. */
export function bar(part: number): string {
  const units = part <= 0 ? 0 : Math.max(1, Math.round(part * barWidth * 8))
  return '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '')
}

function failureLines({ failures }: Summary): string[] {
  const width = amount(failures[0]?.count ?? 0).length
  return failures.flatMap((failure) => {
    const how = listed([
      ...(failure.exitCode === null ? [] : [`exit code ${failure.exitCode}`]),
      ...(failure.signal === null ? [] : [failure.signal]),
    ])
    const said = how === '' || failure.message.includes(how) ? '' : `  (${how})`
    const examples = failure.examples.map(
      (job) =>
        `  ${' '.repeat(width)}    job ${job.ordinal}${job.input === '' ? '' : `  ${brief(job.input, 60)}`}`,
    )
    const more = failure.count - failure.examples.length
    return [
      `  ${amount(failure.count).padStart(width)} × ${brief(failure.message, 200)}${said}`,
      ...(failure.firstLine ? [`  ${' '.repeat(width)}   first line: ${brief(failure.firstLine, 200)}`] : []),
      ...examples,
      ...(more > 0 ? [`  ${' '.repeat(width)}    and ${countOf(more, 'more job')}`] : []),
    ]
  })
}

function slowestLines({ slowest }: Summary): string[] {
  const times = slowest.map((job) => duration(job.durationMs))
  const width = Math.max(...times.map((time) => time.length))
  return slowest.map(
    (job, i) =>
      `  ${(times[i] ?? '').padStart(width)}  job ${job.ordinal}${job.input === '' ? '' : `  ${brief(job.input, 80)}`}`,
  )
}

function oddLines({ outputs }: Summary): string[] {
  return outputs.suspicious.map((odd) =>
    odd.file === '' ? `  ${odd.why}` : `  job ${odd.ordinal}  ${brief(odd.file, 80)} ${odd.why}`,
  )
}
