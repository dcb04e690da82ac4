/** Owns the demo's report: one self-contained page with the curve, the search, the batches and the checks. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Batch } from '../../src/contract/entities.ts'
import type { Generation } from './chain.ts'
import { readMonths, valueAt } from './co2.ts'
import type { Check } from './verify.ts'

export type Findings = {
  checks: readonly Check[]
  generations: readonly Generation[]
  batches: readonly Batch[]
  best: number
  data: string
}

/** Writes the page, replacing an earlier one. */
export function writeReport(file: string, findings: Findings): void {
  const bad = findings.checks.filter((check) => check.problems.length > 0).length
  const verdict = bad === 0 ? `All ${findings.checks.length} checks hold.` : `${bad} checks failed.`
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Slipway demo</title><style>${STYLE}</style><main>
<h1>Slipway demo</h1><p>${verdict}</p>
<h2>What was measured, and what 100 generations made of it</h2>${curveChart(findings)}
<h2>How far off, generation by generation</h2>${searchChart(findings)}
<h2>Batches</h2>${batchTable(findings.batches)}
<h2>Checks</h2>${checkList(findings.checks)}</main></html>\n`,
  )
}

const STYLE = `:root{color-scheme:light dark;--ink:#1d2733;--dim:#66717e;--line:#d5dbe2;--a:#0b7285;--b:#d9480f}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--dim:#97a3b0;--line:#3a4552;--a:#3bc9db;--b:#ff922b}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink)}main{max-width:56rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;font-size:1.15rem}svg{width:100%;height:auto}svg text{fill:var(--dim);font:12px system-ui}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
td.n{text-align:right;font-variant-numeric:tabular-nums}li.bad{color:var(--b)}`

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [860, 300, 50, 24]

type Point = readonly [x: number, y: number]

function curveChart({ generations, data }: Findings): string {
  const months = readMonths(join(data, 'co2-concentration.csv'))
  const last = generations.at(-1)
  if (last === undefined) return '<p>No generation was made.</p>'
  const measured: Point[] = months.map((month) => [month.year, month.ppm])
  const fitted: Point[] = months.map((month) => [month.year, valueAt(last.best.parameters, month)])
  const place = scale([...measured, ...fitted])
  const dots = measured
    .map((point) => place(point))
    .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="1.6" fill="var(--b)"/>`)
    .join('')
  return chart(
    'Carbon dioxide at Mauna Loa and the fitted curve',
    `${dots}<path d="${path(fitted.map(place))}" fill="none" stroke="var(--a)"/>`,
    [1960, 1980, 2000, 2020].map((year) => [place([year, 0])[0], String(year)]),
    [320, 360, 400].map((ppm) => [place([0, ppm])[1], `${ppm}`]),
  )
}

function searchChart({ generations, best }: Findings): string {
  const points: Point[] = generations.map((one) => [one.generation, Math.log10(one.best.rmse)])
  const place = scale([...points, [0, Math.log10(best) - 0.05]])
  const floor = place([0, Math.log10(best)])[1]
  return chart(
    'Error of the best fit, by generation, on a logarithmic scale',
    `<path d="M${LEFT} ${floor}H${WIDTH}" stroke="var(--b)" stroke-dasharray="4 4"/>
<text x="${WIDTH}" y="${floor - 6}" text-anchor="end">no such curve does better: ${best.toFixed(2)} ppm</text>
<path d="${path(points.map(place))}" fill="none" stroke="var(--a)" stroke-width="2"/>`,
    [0, 20, 40, 60, 80, 99].map((generation) => [place([generation, 0])[0], String(generation)]),
    [1, 10, 50].map((ppm) => [place([0, Math.log10(ppm)])[1], `${ppm}`]),
  )
}

type Tick = readonly [at: number, text: string]

function chart(title: string, inside: string, across: readonly Tick[], up: readonly Tick[]): string {
  const marks = [
    ...across.map(([x, text]) => `<text x="${x}" y="${HEIGHT - 6}" text-anchor="middle">${text}</text>`),
    ...up.map(([y, text]) => `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${text}</text>`),
    ...up.map(([y]) => `<path d="M${LEFT} ${y}H${WIDTH}" stroke="var(--line)"/>`),
    `<text x="0" y="12">ppm</text>`,
  ]
  return `<svg viewBox="0 0 ${WIDTH + 20} ${HEIGHT}" role="img" aria-label="${title}">${marks.join('')}${inside}</svg>`
}

function scale(points: readonly Point[]): (point: Point) => Point {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const round = (value: number): number => Math.round(value * 10) / 10
  return ([x, y]) => [
    round(LEFT + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT)),
    round(HEIGHT - BOTTOM - ((y - y0) / (y1 - y0 || 1)) * (HEIGHT - BOTTOM - 20)),
  ]
}

function path(points: readonly Point[]): string {
  return `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`
}

function batchTable(batches: readonly Batch[]): string {
  const rows = batches.map((batch) => {
    const range = batch.range === null ? '' : ` ${batch.range.start}–${batch.range.end}`
    const seconds =
      batch.startedAt === null || batch.completedAt === null
        ? ''
        : `${((batch.completedAt - batch.startedAt) / 1000).toFixed(1)} s`
    const status = batch.status.replaceAll('_', ' ')
    return `<tr><td class="n">#${batch.number}</td><td>${htmlOf(`${batch.configuration} / ${batch.type}`)}${range}</td>
<td>${status}${batch.reason === null ? '' : ` (${htmlOf(batch.reason)})`}</td>
<td class="n">${batch.jobs.succeeded} of ${batch.jobs.total}</td><td class="n">${seconds}</td></tr>`
  })
  return `<table><tr><th>Batch</th><th></th><th>Status</th><th>Succeeded</th><th>Took</th></tr>${rows.join('')}</table>`
}

function checkList(checks: readonly Check[]): string {
  const items = checks.map(({ what, problems }) =>
    problems.length === 0
      ? `<li>✓ ${htmlOf(what)}</li>`
      : `<li class="bad">✗ ${htmlOf(what)}: ${htmlOf(problems.slice(0, 5).join('; '))}</li>`,
  )
  return `<ul>${items.join('')}</ul>`
}

function htmlOf(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
