/** Curves of growth as small plots side by side, and as one table: the same points in both. */
import type { Figure, Part } from './measure.ts'

type Point = { at: number; value: number }
type Curve = { name: string; unit: string; points: Point[] }

function curvesOf(figures: readonly Figure[]): Curve[] {
  const curves = new Map<string, Curve>()
  for (const { curve, at, value, unit } of figures) {
    if (curve === undefined || at === undefined) continue
    const known = curves.get(curve) ?? { name: curve, unit, points: [] }
    known.points.push({ at, value })
    curves.set(curve, known)
  }
  return [...curves.values()]
}

/** The part of the page. */
export function curvesSection(part: Part): string {
  const rows = curvesOf(part.figures).map(({ name, unit, points }) => {
    const cells = points.map(({ at, value }) => `${at.toLocaleString('en')}: ${short(value)} ${unit}`)
    return `| ${name} | ${cells.join(', ')} |`
  })
  const [before, after] = part.load
  return [
    '## Curves of growth',
    '',
    `${part.at} UTC, load average ${before.toFixed(1)} to ${after.toFixed(1)}. Without fsyncs; each point is the fastest of some tries.`,
    '',
    '![Costs as one thing grows](growth.svg)',
    '',
    '| what, by what | measured |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)))
}

const box = { width: 340, height: 190, left: 52, right: 16, top: 40, bottom: 30 }

/** Two plots in a row; the axis below is logarithmic (or in equal steps from 0), the one beside begins at 0. */
export function curvesPlot(figures: readonly Figure[]): string {
  const curves = curvesOf(figures)
  const height = Math.ceil(curves.length / 2) * box.height
  const plots = curves.map((curve, n) => {
    const x = (n % 2) * box.width
    const y = Math.floor(n / 2) * box.height
    return `  <g transform="translate(${x} ${y})">\n${onePlot(curve)}\n  </g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${box.width * 2} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#333">
  <title>Costs as one thing grows</title>
  <rect width="${box.width * 2}" height="${height}" fill="#fff"/>
${plots.join('\n')}
</svg>
`
}

function onePlot({ name, unit, points }: Curve): string {
  const most = niceAbove(Math.max(...points.map(({ value }) => value)))
  const first = points[0]?.at ?? 0
  const last = points.at(-1)?.at ?? 1
  const along = (at: number) => (first > 0 ? Math.log(at / first) / Math.log(last / first) : at / last)
  const x = (at: number) => box.left + along(at) * (box.width - box.left - box.right)
  const y = (value: number) => box.height - box.bottom - (value / most) * (box.height - box.top - box.bottom)
  const dots = points.map(({ at, value }) => ({ cx: x(at).toFixed(1), cy: y(value).toFixed(1), at, value }))
  return [
    `    <text x="16" y="22" font-size="12">${name.replaceAll('>', '&gt;')} (${unit})</text>`,
    ...[0, most / 2, most].map(
      (value) =>
        `    <path d="M${box.left} ${y(value).toFixed(1)}H${box.width - box.right}" stroke="#ddd"/><text x="${box.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${short(value)}</text>`,
    ),
    `    <polyline points="${dots.map(({ cx, cy }) => `${cx},${cy}`).join(' ')}" fill="none" stroke="#2f6f8f" stroke-width="2"/>`,
    ...dots.map(
      ({ cx, cy, at }) =>
        `    <circle cx="${cx}" cy="${cy}" r="3" fill="#2f6f8f"/><text x="${cx}" y="${box.height - 12}" text-anchor="middle">${brief(at)}</text>`,
    ),
  ].join('\n')
}

function brief(at: number): string {
  return at >= 1_000_000 ? `${at / 1_000_000} M` : at >= 10_000 ? `${at / 1_000} k` : at.toLocaleString('en')
}

/** The next of 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}
