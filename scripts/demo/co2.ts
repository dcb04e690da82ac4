/**
 * Owns the yardstick for the search: the measured curve, the model as its description says (not the jobs' code),
 * and the best fit there is, from the normal equations.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

export type Month = { year: number; ppm: number; terms: number[] }

/** The record of Mauna Loa with the seven terms of the model for each month. */
export function readMonths(file: string): Month[] {
  const rows = parse(readFileSync(file), { columns: true, bom: true }) as { Date: string; CO2: string }[]
  const points = rows
    .filter((row) => row.CO2 !== '')
    .map((row) => {
      const [year = Number.NaN, month = Number.NaN] = row.Date.split('-').map(Number)
      return { year: year + (month - 0.5) / 12, ppm: Number(row.CO2) }
    })
  const [first = 0, last = 1] = [points[0]?.year, points.at(-1)?.year]
  return points.map((point) => ({
    ...point,
    terms: terms((2 * (point.year - first)) / (last - first) - 1, point.year),
  }))
}

function terms(t: number, year: number): number[] {
  const angle = 2 * Math.PI * year
  const wave = [1, 2].flatMap((n) => [Math.cos(n * angle), Math.sin(n * angle)])
  return [1, t, (3 * t ** 2 - 1) / 2, ...wave]
}

/** The model's value for a month, in parts per million. */
export function valueAt(parameters: readonly number[], month: Month): number {
  return month.terms.reduce((total, term, i) => total + term * (parameters[i] ?? 0), 0)
}

/** How far off these parameters are: the root of the mean square, in parts per million. */
export function offBy(months: readonly Month[], parameters: readonly number[]): number {
  return Math.sqrt(sum(months, (month) => (valueAt(parameters, month) - month.ppm) ** 2) / months.length)
}

/** The least that any parameters can be off, in parts per million. */
export function bestPossible(months: readonly Month[]): number {
  const size = months[0]?.terms.length ?? 0
  const rows = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) =>
      sum(months, (month) => (month.terms[i] ?? 0) * (month.terms[j] ?? 0)),
    ),
    sum(months, (month) => (month.terms[i] ?? 0) * month.ppm),
  ])
  return offBy(months, solve(rows))
}

function sum(months: readonly Month[], of: (month: Month) => number): number {
  return months.reduce((total, month) => total + of(month), 0)
}

/** Gauss and Jordan; the matrix is positive definite, so no pivots are looked for. The last column is the right side. */
function solve(rows: readonly number[][]): number[] {
  for (const [column, head] of rows.entries()) {
    for (const row of rows) {
      if (row === head) continue
      const factor = (row[column] ?? 0) / (head[column] ?? 1)
      for (let i = column; i < row.length; i += 1) row[i] = (row[i] ?? 0) - factor * (head[i] ?? 0)
    }
  }
  return rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 1))
}
