/** What every part of the bench shares: rounds in turns, medians, the machine, and one file of results. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, release } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const entry = join(root, 'out/cli/index.js')
const file = join(root, 'test/bench/results.json')

/** One figure: `value` in `unit`; `ratio` against the yardstick named in `against`, measured in the same rounds. */
export type Figure = {
  name: string
  value: number
  unit: string
  ratio?: number
  against?: string
  /** Lowest and highest of the rounds. */
  range?: [number, number]
  note?: string
  /** The curve that it is a point of, and where. */
  curve?: string
  at?: number
}

export type Part = { at: string; load: [number, number]; rounds: number; figures: Figure[] }
export type Results = { machine: string; parts: Record<string, Part> }

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds of CPU that a long action takes on this thread (some kernels count in ticks of 4 ms and more). */
export function cpu(action: () => unknown): number {
  const from = process.threadCpuUsage()
  action()
  const { user, system } = process.threadCpuUsage(from)
  return (user + system) / 1_000
}

/** Milliseconds by the clock on the wall. */
export function wall(action: () => unknown): number {
  const from = performance.now()
  action()
  return performance.now() - from
}

/** A short action's milliseconds when nothing else on the machine interrupts it: the fastest of some tries. */
export function fastest(action: () => unknown, tries = 25): number {
  action()
  return Math.min(...Array.from({ length: tries }, () => wall(action)))
}

/** The same for an action that needs something made ready each time, which does not count. */
export function fastestOf<T>(prepare: () => T, action: (ready: T) => unknown, tries: number): number {
  return Math.min(
    ...Array.from({ length: tries }, () => {
      const ready = prepare()
      return wall(() => action(ready))
    }),
  )
}

/** Runs every contestant once a round, one after the other, so that a busy moment falls on all of them. */
export async function inTurns(
  contestants: ReadonlyMap<string, () => Promise<number>>,
  rounds: number,
): Promise<Map<string, number[]>> {
  const seen = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of contestants) {
      const value = await run()
      seen.set(name, [...(seen.get(name) ?? []), value])
      console.error(`  round ${round + 1}/${rounds}  ${name.padEnd(32)} ${value.toFixed(3)}`)
    }
  return seen
}

/** Runs a program to its end and gives what it printed; throws with its words if it fails. */
export function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      err += data
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${program} ${args.join(' ')}: ${code} ${err}`)),
    )
  })
}

/** Whether a program is there. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}

/** What was measured so far, also in earlier runs. */
export function readResults(): Results {
  if (!existsSync(file)) return { machine: '', parts: {} }
  return JSON.parse(readFileSync(file, 'utf8')) as Results
}

/** Measures one part and keeps it. */
export async function part(
  name: string,
  rounds: number,
  measure: (rounds: number) => Promise<Figure[]>,
): Promise<void> {
  console.error(`${name}:`)
  const before = loadavg()[0] ?? 0
  const figures = await measure(rounds)
  const results = readResults()
  results.machine = `${availableParallelism()} cores, Linux ${release()}, Node ${process.versions.node}`
  const load: [number, number] = [before, loadavg()[0] ?? 0]
  results.parts[name] = { at: new Date().toISOString().slice(0, 16), load, rounds, figures }
  writeFileSync(file, `${JSON.stringify(results, round, 2)}\n`)
}

function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
