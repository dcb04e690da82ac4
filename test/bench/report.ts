/**
 * From results.json to docs/performance.md, its plot and a table on the terminal. The notes at the end of the
 * page are test/bench/notes.md, written by people.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curvesPlot, curvesSection } from './curves.ts'
import { type Figure, type Part, type Results, readResults, root } from './measure.ts'
import { keptSections } from './sections.ts'

/** What was requested: the least, and what to aim at, in the words of the figures. */
const wanted: Record<string, { floor: string; aim: string; holds?: (figure: Figure) => boolean }> = {
  'a trivial job, with 1 GB resident': withinTenPercent(),
  'a trivial job, while a panel watches': withinTenPercent(),
  'longest pause of the event loop, alone': atMost(10, 'ms', ''),
  'longest pause of the event loop, with 1 GB resident': atMost(10, 'ms', ''),
  'longest pause of the event loop, while a panel watches': atMost(10, 'ms', ''),
  'Slipway, parallel 2': { floor: '', aim: '' },
  'a job that takes 10 ms of processor time, parallel 2': {
    floor: '≥ 1.8 × the throughput of one',
    aim: '≥ 1.9 ×',
    holds: (f) => 1 / (f.ratio ?? 9e9) >= 1.8,
  },
  Slipway: {
    floor: '≤ 1.7 × C, and ahead of xargs',
    aim: '≤ 1.4 × C',
    holds: (f) => (f.ratio ?? 9e9) <= Math.min(1.7, ratioOf('xargs -n1')),
  },
  'a job that takes 2 ms of processor time, parallel 2': {
    floor: '≥ 1.8 × the throughput of one',
    aim: '≥ 1.9 ×',
    holds: (f) => 1 / (f.ratio ?? 9e9) >= 1.8,
  },
  'a million jobs added beside a working batch, whole process': atMost(12_000, 'ms'),
  'the working batch meanwhile': { floor: '≥ 0.9 × alone', aim: '', holds: (f) => (f.ratio ?? 0) >= 0.9 },
  'hashing what a job reads, while it runs': atMost(1, '%'),
  'longest pause of the event loop under a panel, 10,000 queued': atMost(20, 'ms'),
  'most CPU time of one turn of it, 10,000 queued': atMost(20, 'ms'),
  'from the end of a batch to that of the next, 10,000 queued': {
    floor: '≤ 1.5 × 10 queued',
    aim: '',
    holds: (f) => (f.ratio ?? 9e9) <= 1.5,
  },
  'fsyncs per job, whole run of 1,000 trivial jobs': atMost(1.1, 'fsyncs', '≤ 0.1'),
  'create 100,000 jobs': atMost(1_000, 'ms', '500 ms'),
  'create 1,000,000 jobs': atMost(12_000, 'ms', '6 s'),
  'claim and verdict, 1,100,000 jobs in the database': {
    floor: '≤ 1.1 ×',
    aim: '1.0 ×',
    holds: (f) => (f.ratio ?? 9e9) <= 1.1,
  },
  'promote the head of 10,000 queued (claim it)': atMost(10, 'ms', 'O(1)'),
  'move the last of 10,000 to the top': atMost(10, 'ms', 'O(1)'),
  'move the 5,000th of 10,000 to the top': atMost(10, 'ms', 'O(1)'),
  'pause the first of the queue': atMost(10, 'ms', 'O(1)'),
  'snapshot, 1,000 queued and a running batch of 100,000': atMost(5, 'ms', '≤ 1 ms'),
  'page of 100 jobs at 90,000': atMost(0.1, 'ms', ''),
  'page of 100 of one status at 80,000': atMost(3, 'ms', ''),
  'counts of a batch of 100,000': atMost(0.02, 'ms', ''),
  'p50, p95 and longest of 90,000 durations': atMost(15, 'ms', ''),
  'search in 100,000 jobs, no hit': atMost(40, 'ms', ''),
  'a change seen by another host, p95 of 100': atMost(50, 'ms', '≤ 5 ms'),
  'snapshot, 10,000 queued': atMost(20, 'ms'),
  "a batch's claim, its job and its end, 10,000 queued": {
    floor: '≤ 1.5 × 10 queued',
    aim: '',
    holds: (f) => (f.ratio ?? 9e9) <= 1.5,
  },
  'pause the first of 10,000': atMost(10, 'ms'),
  'cancel the 5,000th of 10,000': atMost(10, 'ms'),
  'move the last of a queue of 10,000 to the top': atMost(10, 'ms'),
  'slipway add of 10,000 batches of ten jobs, whole process': atMost(3_000, 'ms'),
  'job that prints 1 GB': { floor: '≤ 1.05 × `> file`', aim: '', holds: (f) => (f.ratio ?? 9e9) <= 1.05 },
  'host and launcher while a job prints 1 GB: CPU': atMost(20, 'ms', ''),
  'slipway work, idle: CPU': atMost(0.3, '%', ''),
  'slipway serve, idle: CPU': atMost(0.3, '%', ''),
  'slipway work, idle: resident': atMost(90, 'MB', ''),
  'slipway serve, idle: resident': atMost(90, 'MB', ''),
  'slipway list with 1,000,000 jobs in the database, whole process': {
    floor: '≤ 3 × `node -e 0`',
    aim: '≤ 2 ×',
    holds: (f) => (f.ratio ?? 9e9) <= 3,
  },
}

function withinTenPercent() {
  return { floor: '≤ 1.1 ×', aim: '', holds: (f: Figure) => (f.ratio ?? 9e9) <= 1.1 }
}

/** A contestant's ratio in the table of trivial jobs. */
function ratioOf(name: string): number {
  return readResults().parts.jobs?.figures.find((figure) => figure.name === name)?.ratio ?? 9e9
}

function atMost(limit: number, unit: string, aim = '') {
  return { floor: `≤ ${number(limit)} ${unit}`, aim, holds: (f: Figure) => f.value <= limit }
}

/** Writes the page and the plot, and prints the table. */
export function writeReport(): void {
  const results = readResults()
  const { growth, ...parts } = results.parts
  const tables = Object.entries(parts).map(([name, part]) => section(name, part))
  if (growth) tables.push(curvesSection(growth))
  const notes = readFileSync(join(root, 'test/bench/notes.md'), 'utf8')
  const text = [
    '# Speed',
    '',
    'Written by `npm run bench` from `test/bench/results.json`; only the notes at the end are by hand.',
    `Machine: ${results.machine}. Every ratio is against something measured in the same rounds, taken in turns.`,
    'The load average stands beside each table: on a busy machine times are long, and ratios are what counts.',
    '',
    '![A trivial job, against a posix_spawn loop in C](performance.svg)',
    '',
    ...tables,
    ...keptSections(),
    notes,
  ].join('\n')
  writeFileSync(join(root, 'docs/performance.md'), text)
  writeFileSync(join(root, 'docs/performance.svg'), plot(results))
  if (growth) writeFileSync(join(root, 'docs/growth.svg'), curvesPlot(growth.figures))
  console.log(tables.join('\n'))
}

const titles: Record<string, string> = {
  jobs: 'A trivial job',
  database: 'The database as the work grows',
  hosts: 'Whole processes',
  laden: 'A host that has more to carry',
  'long-queue': 'A queue of ten thousand',
  beside: 'Beside the jobs',
}

function section(name: string, part: Part): string {
  const [before, after] = part.load
  const rows = part.figures.map((figure) => {
    const want = wanted[figure.name]
    const met = want?.holds === undefined ? '' : want.holds(figure) ? 'yes' : '**no**'
    const ratio = figure.ratio === undefined ? '' : `${figure.ratio.toFixed(2)} × ${figure.against}`
    const range = figure.range ? ` (${figure.range.map(number).join(' to ')})` : ''
    const value = `${number(figure.value)} ${figure.unit}${range}`
    const label = figure.note ? `${figure.name} (${figure.note})` : figure.name
    return `| ${label} | ${value} | ${ratio} | ${want?.floor ?? ''} | ${want?.aim ?? ''} | ${met} |`
  })
  return [
    `## ${titles[name] ?? name}`,
    '',
    `${part.at} UTC, ${part.rounds} rounds, medians, load average ${before.toFixed(1)} to ${after.toFixed(1)}.`,
    '',
    '| what | measured | ratio | floor | aim | floor met |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

/** Horizontal bars: each contestant's ratio to C. */
function plot(results: Results): string {
  const bars = (results.parts.jobs?.figures ?? []).filter((one) => one.ratio !== undefined)
  const most = Math.max(1, ...bars.map((one) => one.ratio ?? 0))
  const width = 430
  const rows = bars.map((one, index) => {
    const y = 44 + index * 26
    const length = Math.max(1, ((one.ratio ?? 0) / most) * width)
    const fill = one.name.startsWith('Slipway') ? '#2f6f8f' : '#9aa5ad'
    return `  <text x="206" y="${y + 13}" text-anchor="end">${one.name}</text>
  <rect x="216" y="${y}" width="${length.toFixed(1)}" height="18" rx="2" fill="${fill}"/>
  <text x="${(222 + length).toFixed(1)}" y="${y + 13}">${(one.ratio ?? 0).toFixed(2)}</text>`
  })
  const height = 56 + bars.length * 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#333">
  <title>Time for a trivial job against a posix_spawn loop in C</title>
  <rect width="720" height="${height}" fill="#fff"/>
  <text x="16" y="26" font-size="15">Time for a trivial job, C posix_spawn loop = 1 (median of rounds)</text>
${rows.join('\n')}
</svg>
`
}
