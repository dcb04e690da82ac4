/**
 * Owns checking the outputs that jobs declared: how much is there, and which of it is odd although its job
 * succeeded. Bounded in files and in time, as a folder may be on a slow network; what was left out is reported.
 */
import { statSync } from 'node:fs'
import path from 'node:path'
import type { Summary } from '../../contract/entities.ts'
import { stamp } from '../../contract/moments.ts'
import { amount, bytes, countOf } from '../../contract/words.ts'
import type { Db } from '../db/db.ts'
import { countDeclaredOutputs, type DeclaredOutput, declaredOutputs } from '../queue/insight-queries.ts'

export type OutputLimits = { files: number; elapsedMs: number }
const limits: OutputLimits = { files: 5_000, elapsedMs: 2_000 }

/** This many oddities are named; the rest is counted. */
const namedLimit = 50
/** An output smaller than this share of its sisters' median is odd, if there are enough sisters to compare. */
const smallShare = 0.1
const sistersNeeded = 5
/** File systems round times; a file that is older than its job by less than this is not stale. */
const oldToleranceMs = 3_000

type Outputs = Summary['outputs']
type Seen = DeclaredOutput & { path: string; size: number | null; changedAt: number }

/** Checks the declared outputs of a batch; relative ones are in the job's folder, else in `cwd`. */
export function inspectOutputs(
  db: Db,
  batchId: string,
  cwd: string,
  awakeMs: () => number,
  bounds: Partial<OutputLimits> = {},
): Outputs {
  const { files, elapsedMs } = { ...limits, ...bounds }
  const declared = countDeclaredOutputs(db, batchId)
  if (declared === 0) return { declared, present: 0, bytes: 0, suspicious: [] }
  const seen: Seen[] = []
  const start = awakeMs()
  for (const output of declaredOutputs(db, batchId, files)) {
    if (awakeMs() - start > elapsedMs) break
    seen.push(look(output, path.resolve(output.cwd ?? cwd, output.file)))
  }
  const there = seen.filter((output) => output.size !== null)
  const odd = seen.filter((output) => output.status === 'succeeded').flatMap(oddities(medians(there)))
  return {
    declared,
    present: there.length,
    bytes: there.reduce((sum, output) => sum + (output.size ?? 0), 0),
    ...(there[0] === undefined ? {} : { first: there[0].path }),
    suspicious: [...odd.slice(0, namedLimit), ...leftOut(odd, seen, declared)],
  }
}

function look(output: DeclaredOutput, file: string): Seen {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    return { ...output, path: file, size: stats?.size ?? null, changedAt: stats?.mtimeMs ?? 0 }
  } catch {
    // A folder that can't be entered or a name that can't exist: the output doesn't exist.
    return { ...output, path: file, size: null, changedAt: 0 }
  }
}

/** Median size of the first outputs of all jobs, of their second ones, … where there are enough to compare. */
function medians(there: readonly Seen[]): Map<number, number> {
  const sizes = new Map<number, number[]>()
  for (const { place, size } of there) {
    const list = sizes.get(place) ?? []
    list.push(size ?? 0)
    sizes.set(place, list)
  }
  const result = new Map<number, number>()
  for (const [place, list] of sizes) {
    if (list.length <= sistersNeeded) continue
    list.sort((a, b) => a - b)
    result.set(place, list[Math.floor(list.length / 2)] ?? 0)
  }
  return result
}

function oddities(median: ReadonlyMap<number, number>): (output: Seen) => Outputs['suspicious'] {
  return (output) => {
    const odd = (why: string) => [{ ordinal: output.ordinal, file: output.file, why }]
    const usual = median.get(output.place) ?? 0
    if (output.size === null) return odd('is not there, although its job succeeded')
    if (output.size === 0) return odd(output.non_empty ? 'is empty now' : 'is empty')
    if (output.size < usual * smallShare)
      return odd(`is much smaller than the others: ${bytes(output.size)}, where ${bytes(usual)} is usual`)
    if (output.started_at !== null && output.changedAt < output.started_at - oldToleranceMs)
      return odd(`is older than its job: it last changed ${stamp(output.changedAt)}`)
    return []
  }
}

function leftOut(odd: readonly unknown[], seen: readonly Seen[], declared: number): Outputs['suspicious'] {
  const notes: Outputs['suspicious'] = []
  if (odd.length > namedLimit)
    notes.push({
      ordinal: 0,
      file: '',
      why: `${countOf(odd.length - namedLimit, 'more output')} looked odd too`,
    })
  if (seen.length < declared)
    notes.push({
      ordinal: 0,
      file: '',
      why: `only ${seen.length === 0 ? 'none' : `the first ${amount(seen.length)}`} of ${amount(declared)} declared outputs were checked`,
    })
  return notes
}
