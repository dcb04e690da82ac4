/**
 * One generation of an evolutionary search. Reads the generation before, refuses when that is missing or was
 * changed, and writes its own with the hash of its predecessor: the files form a chain. `chain.jsonl` notes the
 * begin and end of every run by the monotonic clock, so that an overlap, a wrong order or a run too many shows.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadMonths, predict, rmse, START } from './co2-model.mjs'
import { writeJson } from './output.mjs'

const PARENTS = 6
const CHILDREN = 20

const text = { type: 'string' }
const { values } = parseArgs({ options: { generation: text, seed: text, data: text, out: text } })
const { seed = '1', data = '', out = '.' } = values
const generation = Number(values.generation)
if (!Number.isInteger(generation) || generation < 0) fail(`"${values.generation}" is no generation`)

mkdirSync(out, { recursive: true })
note('begin')
const months = loadMonths(data)
const previous = generation === 0 ? null : readGeneration(generation - 1)
const random = randomFrom(`${seed}/${generation}`)
const parents = previous === null ? firstParents() : previous.parents
const children = Array.from({ length: CHILDREN }, () => childOf(parents))
// The best so far stays in, so the fit never gets worse from one generation to the next.
const ranked = [...children, ...(previous === null ? [] : [previous.best])].sort((a, b) => a.rmse - b.rmse)
const [best] = ranked
const record = {
  generation,
  seed,
  previous: previous === null ? null : previous.hash,
  best,
  parents: ranked.slice(0, PARENTS),
}
writeJson(fileOf(generation), { ...record, hash: hashOf(record) })
note('end')
console.log(`generation ${generation}: off by ${best.rmse.toFixed(3)} ppm`)

function firstParents() {
  return Array.from({ length: PARENTS }, () => {
    const parameters = START.map((value) => value + 4 * gaussian())
    return { parameters, steps: START.map(() => 4), rmse: rmse(months, predict, parameters) }
  })
}

/** Mixes two parents and changes the outcome by steps that are inherited, and changed, themselves. */
function childOf(pool) {
  const [a, b] = [pool[pick(pool)], pool[pick(pool)]]
  const overall = 0.15 * gaussian()
  const steps = a.steps.map((step, i) =>
    Math.max(1e-6, Math.sqrt(step * b.steps[i]) * Math.exp(overall + 0.2 * gaussian())),
  )
  const parameters = a.parameters.map((value, i) => (value + b.parameters[i]) / 2 + steps[i] * gaussian())
  return { parameters, steps, rmse: rmse(months, predict, parameters) }
}

function pick(pool) {
  return Math.floor(random() * pool.length)
}

function readGeneration(number) {
  const file = fileOf(number)
  if (!existsSync(file)) fail(`generation ${number} has not been made yet`)
  const { hash, ...found } = JSON.parse(readFileSync(file, 'utf8'))
  if (hash !== hashOf(found) || found.generation !== number) fail(`${file} was changed after it was made`)
  if (found.seed !== seed) fail(`${file} belongs to an experiment with another seed`)
  return { ...found, hash }
}

function fileOf(number) {
  return join(out, `generation-${number}.json`)
}

function hashOf(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

function note(what) {
  const line = { generation, what, ns: String(process.hrtime.bigint()), pid: process.pid }
  appendFileSync(join(out, 'chain.jsonl'), `${JSON.stringify(line)}\n`)
}

/** Evenly spread numbers in [0, 1), the same ones for the same text. */
function randomFrom(name) {
  let state = createHash('sha256').update(name).digest().readUInt32LE(0)
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
