/** Describes one CSV file: rows, and for each column its type, gaps, range, quantiles or most frequent values. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseCsv } from './csv.mjs'
import { writeJson } from './output.mjs'

const [input, output] = process.argv.slice(2)
if (input === undefined || output === undefined) {
  console.error('usage: node profile.mjs INPUT.csv OUTPUT.json')
  process.exit(2)
}

const bytes = readFileSync(input)
const [header = [], ...rows] = parseCsv(bytes.toString('utf8'))
const columns = header.map((name, i) =>
  describe(
    name,
    rows.map((row) => row[i] ?? ''),
  ),
)
writeJson(output, {
  file: basename(input),
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  rows: rows.length,
  raggedRows: rows.filter((row) => row.length !== header.length).length,
  columns,
})
const gaps = columns.reduce((sum, column) => sum + column.missing, 0)
console.log(`${basename(input)}: ${rows.length} rows, ${columns.length} columns, ${gaps} missing values`)

function describe(name, values) {
  const present = values.filter((value) => !isMissing(value))
  const common = { name, missing: values.length - present.length, distinct: new Set(present).size }
  if (present.length === 0) return { ...common, type: 'empty' }
  if (present.every(isNumber)) {
    const numbers = present.map(Number).sort((a, b) => a - b)
    const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length
    const variance = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / numbers.length
    return {
      ...common,
      type: numbers.every(Number.isInteger) ? 'integer' : 'number',
      min: numbers[0],
      max: numbers.at(-1),
      mean,
      deviation: Math.sqrt(variance),
      quantiles: Object.fromEntries(
        [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => [`p${share * 100}`, quantile(numbers, share)]),
      ),
    }
  }
  if (present.every(isDate)) {
    const times = present.map((value) => Date.parse(value)).sort((a, b) => a - b)
    return { ...common, type: 'date', min: iso(times[0]), max: iso(times.at(-1)) }
  }
  const counts = new Map()
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5)
  const lengths = present.map((value) => value.length)
  return {
    ...common,
    type: present.every((value) => /^(true|false)$/i.test(value)) ? 'boolean' : 'text',
    shortest: lengths.reduce((a, b) => Math.min(a, b)),
    longest: lengths.reduce((a, b) => Math.max(a, b)),
    mostFrequent: most.map(([value, count]) => ({ value, count })),
  }
}

function isMissing(value) {
  return /^\s*(|na|n\/a|nan|null)\s*$/i.test(value)
}

function isNumber(value) {
  // A code such as 00501 is a name, whatever it looks like.
  return /^\s*-?(0|[1-9]\d*)?(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) && Number.isFinite(Number(value))
}

function isDate(value) {
  return /\d{4}|\d{1,2}[/ -]/.test(value) && !Number.isNaN(Date.parse(value))
}

function iso(time) {
  return new Date(time).toISOString()
}

/** By linear interpolation between the two nearest ranks. */
function quantile(sorted, share) {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}
