/**
 * Owns the demo's judgement of its own outputs. Trusts nothing that the jobs or Slipway say about themselves:
 * inputs are read again by another parser, hashes are taken again, and counts are asked of the database file.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { parse } from 'csv-parse/sync'
import type { Batch, Finding, Summary } from '../../src/contract/entities.ts'
import { type Generation, readGeneration, readNotes } from './chain.ts'
import { bestPossible, offBy, readMonths } from './co2.ts'
import type { Slipway } from './slipway.ts'

export type Check = { what: string; problems: string[] }

export type Places = { data: string; results: string; home: string }

export const GENERATIONS = 100

/** Every check, in the order of the demo's story. */
export async function verify(
  slipway: Slipway,
  places: Places,
): Promise<{ checks: Check[]; generations: Generation[]; batches: Batch[]; best: number }> {
  const { generations, checks: chain } = checkChain(join(places.results, 'evolve'))
  const months = readMonths(join(places.data, 'co2-concentration.csv'))
  const best = bestPossible(months)
  const { batches, checks: books } = await checkBooks(slipway, places.home)
  const last = generations.at(-1)?.best ?? { parameters: [], rmse: Number.POSITIVE_INFINITY }
  const reached = offBy(months, last.parameters)
  const fit = {
    what: `the fit is off by ${reached.toFixed(3)} ppm, and no such curve can do better than ${best.toFixed(3)}`,
    problems: [
      ...(reached > best * 1.01 ? ['the search has not got there'] : []),
      ...(Math.abs(reached - last.rmse) > 1e-9 ? [`the last generation says ${last.rmse}`] : []),
    ],
  }
  const checks = [checkProfiles(places), checkStates(places), ...chain, fit, ...books]
  return { checks, generations, batches, best }
}

function checkProfiles({ data, results }: Places): Check {
  const inputs = readdirSync(data).filter((name) => name.endsWith('.csv'))
  const problems: string[] = []
  for (const name of inputs) {
    const output = join(results, 'profiles', name.replace(/\.csv$/, '.json'))
    if (!existsSync(output)) {
      problems.push(`${name} has no profile`)
      continue
    }
    const profile = JSON.parse(readFileSync(output, 'utf8')) as {
      rows: number
      sha256: string
      columns: { name: string; missing: number; min?: number; max?: number }[]
    }
    const bytes = readFileSync(join(data, name))
    const [header = [], ...rows] = parse(bytes, { relax_column_count: true, bom: true })
    if (profile.sha256 !== createHash('sha256').update(bytes).digest('hex'))
      problems.push(`${name}: other bytes`)
    if (profile.rows !== rows.length) problems.push(`${name}: ${profile.rows} rows instead of ${rows.length}`)
    if (profile.columns.map((column) => column.name).join() !== header.join()) {
      problems.push(`${name}: other columns`)
    }
  }
  if (inputs.length < 20) problems.push(`there were only ${inputs.length} inputs`)
  return {
    what: `each of ${inputs.length} CSV files has its profile, with the right rows and columns`,
    problems,
  }
}

function checkStates({ data, results }: Places): Check {
  const rows = parse(readFileSync(join(data, 'population_engineers_hurricanes.csv')), {
    columns: true,
  }) as Record<string, string>[]
  const problems: string[] = []
  for (const row of rows) {
    const output = join(results, 'states', `${row.id}.json`)
    const found = existsSync(output)
      ? (JSON.parse(readFileSync(output, 'utf8')) as { state: string; population: number })
      : undefined
    if (found?.state !== row.state || found?.population !== Number(row.population)) {
      problems.push(`${row.state}: ${found === undefined ? 'no result' : 'the result of another row'}`)
    }
  }
  return { what: `each of ${rows.length} rows of the table has its own result`, problems }
}

function checkChain(folder: string): { generations: Generation[]; checks: Check[] } {
  const generations: Generation[] = []
  const broken: string[] = []
  const worse: string[] = []
  for (let number = 0; number < GENERATIONS; number += 1) {
    const one = readGeneration(folder, number)
    const before = generations.at(-1)
    if (one === undefined) broken.push(`generation ${number} is missing`)
    else {
      if (!one.intact) broken.push(`generation ${number} was changed`)
      if (one.found.previous !== (before?.hash ?? null)) broken.push(`generation ${number} does not follow`)
      if (before !== undefined && one.found.best.rmse > before.best.rmse) worse.push(`worse at ${number}`)
      generations.push(one.found)
    }
  }
  return {
    generations,
    checks: [
      {
        what: `the chain of ${GENERATIONS} generations is whole, each with the hash of the one before`,
        problems: broken,
      },
      checkNotes(folder),
      { what: 'the fit never got worse from one generation to the next', problems: worse },
    ],
  }
}

/** Begin and end of each run, in order, each once, and none before the one before had ended. */
function checkNotes(folder: string): Check {
  const notes = readNotes(folder)
  const problems: string[] = []
  for (let number = 0; number < GENERATIONS; number += 1) {
    const [begin, end] = notes.slice(2 * number, 2 * number + 2)
    if (
      begin?.generation !== number ||
      begin.what !== 'begin' ||
      end?.generation !== number ||
      end.what !== 'end'
    ) {
      problems.push(`run ${number + 1} was not generation ${number}, from begin to end`)
      break
    }
    const earlier = notes[2 * number - 1]
    if (end.pid !== begin.pid || end.ns < begin.ns || (earlier !== undefined && begin.ns < earlier.ns)) {
      problems.push(`generation ${number} overlaps with another`)
    }
  }
  if (notes.length !== 2 * GENERATIONS) problems.push(`${notes.length} notes instead of ${2 * GENERATIONS}`)
  return { what: `by the monotonic clock each generation ran once, in order, never two at a time`, problems }
}

/** What the command line tells against what the database file says. */
async function checkBooks(slipway: Slipway, home: string): Promise<{ batches: Batch[]; checks: Check[] }> {
  const listed = (await slipway.ask(['list', '--all'])).document as { batches: Batch[] }
  const batches = [...listed.batches].sort((a, b) => a.number - b.number)
  const counts: string[] = []
  const late: string[] = []
  const db = new Database(join(home, 'slipway.db'), { readonly: true, fileMustExist: true })
  try {
    const count = db.prepare('SELECT status, count(*) AS jobs FROM jobs WHERE batch_id = ? GROUP BY status')
    for (const batch of batches) {
      const rows = count.all(batch.id) as { status: string; jobs: number }[]
      const answer = (await slipway.ask(['summary', String(batch.number)])).document as {
        state: string
        summary?: Summary
      }
      const { summary } = answer
      for (const status of ['pending', 'running', 'succeeded', 'failed', 'cancelled'] as const) {
        const inDatabase = rows.find((row) => row.status === status)?.jobs ?? 0
        if (inDatabase !== batch.jobs[status] || inDatabase !== summary?.jobs[status]) {
          counts.push(
            `#${batch.number} ${status}: ${inDatabase}, ${batch.jobs[status]}, ${summary?.jobs[status]}`,
          )
        }
      }
      if (summary?.closedBy !== 'event' && summary?.closedBy !== 'command')
        late.push(`#${batch.number}: ${summary?.closedBy}`)
    }
    const overlaps = db
      .prepare(
        `SELECT a.number AS a, b.number AS b FROM batches a JOIN batches b ON a.number < b.number
         WHERE a.started_at < b.completed_at AND b.started_at < a.completed_at`,
      )
      .all() as { a: number; b: number }[]
    const damage = db.pragma('integrity_check', { simple: true })
    const doctor = (await slipway.ask(['doctor', '--no-repair'])).document as { findings: Finding[] }
    const bad = doctor.findings.filter(({ level }) => level === 'warning' || level === 'error')
    return {
      batches,
      checks: [
        {
          what: `the summaries of ${batches.length} batches, the list and the database agree on every count`,
          problems: counts,
        },
        {
          what: 'no two batches ran at the same time',
          problems: overlaps.map(({ a, b }) => `#${a} and #${b}`),
        },
        { what: 'every batch was closed the moment it was done; nothing had to be rescued', problems: late },
        { what: 'the database is sound', problems: damage === 'ok' ? [] : [String(damage)] },
        { what: 'slipway doctor finds nothing wrong', problems: bad.map(({ message }) => message) },
      ],
    }
  } finally {
    db.close()
  }
}
