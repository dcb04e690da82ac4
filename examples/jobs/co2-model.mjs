/** The curve that is fitted: a bent trend and a year's rhythm with its first overtone; seven parameters. */
import { readFileSync } from 'node:fs'
import { readTable } from './csv.mjs'

/** Where the search begins: knowing nothing but that the air has some carbon dioxide in it. */
export const START = [300, 0, 0, 0, 0, 0, 0]

/** The months of the record: decimal year, parts per million, and the seven terms of the model. */
export function loadMonths(file) {
  const rows = readTable(readFileSync(file, 'utf8')).filter((row) => row.CO2 !== '')
  const points = rows.map((row) => {
    const [year, month] = row.Date.split('-').map(Number)
    return { year: year + (month - 0.5) / 12, ppm: Number(row.CO2) }
  })
  const [first, last] = [points[0].year, points.at(-1).year]
  return points.map((point) => ({ ...point, terms: termsOf(point.year, first, last) }))
}

function termsOf(year, first, last) {
  const t = (2 * (year - first)) / (last - first) - 1
  const angle = 2 * Math.PI * year
  // Polynomials of Legendre, so that a step in one parameter hardly disturbs the others.
  return [
    1,
    t,
    (3 * t * t - 1) / 2,
    Math.cos(angle),
    Math.sin(angle),
    Math.cos(2 * angle),
    Math.sin(2 * angle),
  ]
}

/** The model's value for a month, in parts per million. */
export function predict(parameters, { terms }) {
  let sum = 0
  for (let i = 0; i < terms.length; i += 1) sum += parameters[i] * terms[i]
  return sum
}

/** How far off the model is, on average (root of the mean square), in parts per million. */
export function rmse(months, model, parameters) {
  let sum = 0
  for (const month of months) sum += (model(parameters, month) - month.ppm) ** 2
  return Math.sqrt(sum / months.length)
}
