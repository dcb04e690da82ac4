/** One state: hurricanes per million people, and the airports around its capital. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readTable } from './csv.mjs'
import { writeJson } from './output.mjs'

const text = { type: 'string' }
const { values } = parseArgs({
  options: { state: text, population: text, hurricanes: text, data: text, out: text },
})
const { state = '', data = '.', out = 'state.json' } = values
const population = wholeNumber('population')
const hurricanes = wholeNumber('hurricanes')

const capitals = JSON.parse(readFileSync(join(data, 'us-state-capitals.json'), 'utf8'))
const capital = capitals.find((one) => one.state === state)
const airports = readTable(readFileSync(join(data, 'airports.csv'), 'utf8'))

writeJson(out, {
  state,
  population,
  hurricanes,
  hurricanesPerMillion: round((hurricanes / population) * 1e6),
  capital: capital === undefined ? null : around(capital),
})
const where = capital === undefined ? 'no capital in the data' : `capital ${capital.city}`
console.log(`${state}: ${hurricanes} hurricanes, ${population} people, ${where}`)

function around({ city, lat, lon }) {
  const near = airports
    .map(({ iata, name, latitude, longitude }) => ({
      iata,
      name,
      km: distanceKm(lat, lon, Number(latitude), Number(longitude)),
    }))
    .sort((a, b) => a.km - b.km)
  return {
    city,
    airportsWithin100km: near.filter(({ km }) => km <= 100).length,
    nearest: near.slice(0, 3).map((one) => ({ ...one, km: round(one.km) })),
  }
}

/** Along the great circle, on a sphere of 6371 km. */
function distanceKm(lat1, lon1, lat2, lon2) {
  const rad = Math.PI / 180
  const a =
    Math.sin(((lat2 - lat1) * rad) / 2) ** 2 +
    Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2
  return 2 * 6371 * Math.asin(Math.sqrt(a))
}

function wholeNumber(name) {
  const value = Number(values[name])
  if (values[name] !== undefined && values[name] !== '' && Number.isInteger(value)) return value
  console.error(`${state || 'this row'}: ${name} is "${values[name] ?? ''}", not a whole number`)
  process.exit(2)
}

function round(value) {
  return Math.round(value * 100) / 100
}
