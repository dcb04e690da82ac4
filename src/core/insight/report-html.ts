/**
 * Owns the summary as one HTML page that stands alone: no script, nothing loaded from anywhere, light or dark as
 * the reader's system, and fit to print. Everything that comes from outside is escaped, here and only here.
 */
import type { Summary } from '../../contract/entities.ts'
import { escapedLines } from '../../contract/escapes.ts'
import { batchStatusWords } from '../../contract/states.ts'
import { amount, batchName, brief, countOf, duration, share } from '../../contract/words.ts'
import { reportStyle } from './report-style.ts'

/** Markup that is safe to put into the page; only `html` and `safe` make it. */
class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
type Piece = Markup | string | number | readonly Markup[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return escapedLines(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Template of trusted markup; every value that isn't markup itself is escaped. */
function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const parts = pieces.map((piece, i) => {
    const value =
      piece instanceof Markup
        ? piece.text
        : typeof piece === 'object'
          ? piece.map((part) => part.text).join('')
          : escaped(String(piece))
    return value + (strings[i + 1] ?? '')
  })
  return new Markup((strings[0] ?? '') + parts.join(''))
}

const nothing = new Markup('')

/** The page; `outcome` (what follows the batch's name) and `facts` are unescaped text. */
export function htmlReport(
  summary: Summary,
  outcome: string,
  facts: readonly { label: string; value: string }[],
): string {
  const name = batchName(summary)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name} · ${batchStatusWords[summary.status]}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body>
<main>
<header>
<p class="name">${name}</p>
<span class="status ${summary.status}">${batchStatusWords[summary.status]}</span>
<h1>${upperFirst(outcome)}</h1>
${jobsBar(summary)}
</header>
${figures(summary)}
${histogram(summary)}
${failures(summary)}
${odd(summary)}
${slowest(summary)}
<section><h2>Details</h2><dl>
${facts.map((fact) => html`<div><dt>${fact.label}</dt><dd>${fact.value}</dd></div>\n`)}</dl></section>
</main>
</body>
</html>
`
  return page.text
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const jobWords = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'running',
  pending: 'pending',
} as const

function jobsBar({ jobs }: Summary): Markup {
  if (jobs.total === 0) return nothing
  const kinds = (Object.keys(jobWords) as (keyof typeof jobWords)[]).filter((kind) => jobs[kind] > 0)
  // A single failed job among 100,000 still shows.
  const parts = kinds.map((kind) => Math.max(jobs[kind] / jobs.total, 0.006))
  const sum = parts.reduce((a, b) => a + b, 0)
  let x = 0
  const pieces = kinds.map((kind, i) => {
    const width = ((parts[i] ?? 0) / sum) * 1_000
    const piece = html`<rect class="${kind}" x="${x.toFixed(1)}" y="0" width="${Math.max(0, width - (i < kinds.length - 1 ? 2 : 0)).toFixed(1)}" height="12"/>`
    x += width
    return piece
  })
  return html`<svg class="jobs" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="${kinds.map((kind) => `${amount(jobs[kind])} ${jobWords[kind]}`).join(', ')}">${pieces}</svg>
<ul class="legend">${kinds.map((kind) => html`<li><i class="${kind}"></i>${amount(jobs[kind])} ${jobWords[kind]}</li>`)}</ul>`
}

function figures(summary: Summary): Markup {
  const { durations, wallMs, awakeMs } = summary
  const slept = (wallMs ?? 0) - (awakeMs ?? 0)
  const shown = [
    ...(summary.jobs.total > 0
      ? [['Succeeded', share(summary.successRate), `of ${countOf(summary.jobs.total, 'job')}`]]
      : []),
    ...(wallMs === null
      ? []
      : [['Took', duration(wallMs), slept >= 1_000 ? `${duration(slept)} of it asleep` : '']]),
    ...(summary.waitedMs === null ? [] : [['Waited', duration(summary.waitedMs), 'in the queue']]),
    ...(durations
      ? [['Median job', duration(durations.p50Ms), `95 % within ${duration(durations.p95Ms)}`]]
      : []),
    ...(summary.cpuMs === null
      ? []
      : [['CPU time', duration(summary.cpuMs), countOf(summary.attempts, 'attempt')]]),
  ]
  return html`<section class="figures">${shown.map(
    ([label = '', value = '', note = '']) =>
      html`<div><span>${label}</span><b>${value}</b><small>${note}</small></div>`,
  )}</section>`
}

function histogram({ histogram: buckets, durations }: Summary): Markup {
  if (buckets.length === 0) return nothing
  const [width, height, foot, head] = [860, 200, 26, 20]
  const most = Math.max(...buckets.map((bucket) => bucket.count))
  const step = width / buckets.length
  const plot = height - foot - head
  const every = Math.ceil(buckets.length / 12)
  const bars = buckets.map((bucket, i) => {
    const tall = bucket.count === 0 ? 0 : Math.max(2, (bucket.count / most) * plot)
    const x = i * step
    const label =
      i % every === 0
        ? html`<text class="edge" x="${x.toFixed(1)}" y="${height - 8}">${duration(bucket.fromMs)}</text>`
        : nothing
    const count =
      bucket.count > 0 && step >= 30
        ? html`<text class="count" x="${(x + step / 2).toFixed(1)}" y="${(height - foot - tall - 5).toFixed(1)}">${amount(bucket.count)}</text>`
        : nothing
    return html`<g><title>${duration(bucket.fromMs)} to ${duration(bucket.toMs)}: ${countOf(bucket.count, 'job')}</title><rect class="bar" x="${(x + 1).toFixed(1)}" y="${(height - foot - tall).toFixed(1)}" width="${Math.max(1, step - 2).toFixed(1)}" height="${tall.toFixed(1)}" rx="2"/>${count}${label}</g>`
  })
  const said = durations
    ? `Half of the jobs took ${duration(durations.p50Ms)} or less, 95 % ${duration(durations.p95Ms)} or less; the longest took ${duration(durations.maxMs)}.`
    : ''
  return html`<section><h2>Job times</h2>
<div class="plot"><svg class="histogram" viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of job times. ${said}">
<line class="axis" x1="0" x2="${width}" y1="${height - foot}" y2="${height - foot}"/>${bars}</svg></div>
<p class="note">${said}</p></section>`
}

function failures({ failures: clusters }: Summary): Markup {
  if (clusters.length === 0) return nothing
  const list = clusters.map((cluster, i) => {
    const how = cluster.signal ?? (cluster.exitCode === null ? '' : `exit code ${cluster.exitCode}`)
    const more = cluster.count - cluster.examples.length
    const examples = cluster.examples.map(
      (job) =>
        html`<tr><td class="n">${job.ordinal}</td><td>${brief(job.input, 120)}</td><td><code>${brief(job.error, 300)}</code></td></tr>`,
    )
    return html`<details${i < 3 ? new Markup(' open') : nothing}><summary><b>${amount(cluster.count)} ×</b> <code>${cluster.message}</code>${how !== '' && !cluster.message.includes(how) ? html` <span class="tag">${how}</span>` : nothing}</summary>
${cluster.firstLine ? html`<p class="note">First line: <code>${brief(cluster.firstLine, 300)}</code></p>` : nothing}<table><thead><tr><th class="n">Job</th><th>Input</th><th>Message</th></tr></thead><tbody>${examples}</tbody></table>
${more > 0 ? html`<p class="note">and ${countOf(more, 'more job')} like these</p>` : nothing}</details>`
  })
  return html`<section><h2>Failures</h2>${list}</section>`
}

function odd({ outputs }: Summary): Markup {
  if (outputs.suspicious.length === 0) return nothing
  const rows = outputs.suspicious.map((found) =>
    found.file === ''
      ? html`<tr><td class="n"></td><td colspan="2">${upperFirst(found.why)}</td></tr>`
      : html`<tr><td class="n">${found.ordinal}</td><td><code>${found.file}</code></td><td>${found.why}</td></tr>`,
  )
  return html`<section><h2>Succeeded, but looks odd</h2><table><thead><tr><th class="n">Job</th><th>Output</th><th>Why</th></tr></thead><tbody>${rows}</tbody></table></section>`
}

function slowest({ slowest: jobs }: Summary): Markup {
  if (jobs.length === 0) return nothing
  const longest = Math.max(1, ...jobs.map((job) => job.durationMs))
  const rows = jobs.map(
    (job) =>
      html`<tr><td class="n">${job.ordinal}</td><td>${brief(job.input, 120)}</td><td class="n">${duration(job.durationMs)}</td><td class="meter"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" width="${((job.durationMs / longest) * 100).toFixed(1)}" height="8"/></svg></td></tr>`,
  )
  return html`<section><h2>Slowest jobs</h2><table><thead><tr><th class="n">Job</th><th>Input</th><th class="n">Time</th><th></th></tr></thead><tbody>${rows}</tbody></table></section>`
}
