/** A real project folder for a test: files in, configuration out. Removed when the test ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { type BatchPlan, type PlannedJob, planBatches } from '../../../src/core/configuration/plan.ts'
import type { Checked, ConfigurationProblem } from '../../../src/core/configuration/problem.ts'
import { readConfiguration } from '../../../src/core/configuration/read.ts'

/** Writes files into a fresh folder and returns its real path. */
export function project(files: Record<string, string | Uint8Array>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return folder
}

type Options = { variables?: Record<string, string>; types?: string[] }

/** Reads and plans `x.slipway.yaml` of a folder. */
export async function check(folder: string, options: Options = {}): Promise<Checked<BatchPlan[]>> {
  const { variables = {}, types = [] } = options
  const read = await readConfiguration(path.join(folder, 'x.slipway.yaml'), { variables })
  return read.ok ? planBatches(read.value, { types }) : read
}

/** The plans of a configuration that has to be valid. */
export async function plan(
  files: Record<string, string | Uint8Array>,
  options: Options = {},
): Promise<BatchPlan[]> {
  return planned(project(files), options)
}

/** The plans of a folder whose configuration has to be valid. */
export async function planned(folder: string, options: Options = {}): Promise<BatchPlan[]> {
  const checked = await check(folder, options)
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'))
  return checked.value
}

/** The only plan of a configuration. */
export function single(plans: BatchPlan[]): BatchPlan {
  const [only] = plans
  if (only === undefined || plans.length > 1) throw new Error(`${plans.length} plans instead of one`)
  return only
}

/** All jobs of a plan. */
export async function jobsOf(batch: BatchPlan, number = 1): Promise<PlannedJob[]> {
  const jobs: PlannedJob[] = []
  for await (const job of batch.jobs({ number })) jobs.push(job)
  return jobs
}

/** The problems of a configuration that has to be invalid. */
export async function problemsOf(
  files: Record<string, string | Uint8Array>,
  options: Options = {},
): Promise<ConfigurationProblem[]> {
  const checked = await check(project(files), options)
  if (checked.ok) throw new Error('the configuration is valid')
  return checked.problems
}

/** A configuration with one batch of the given lines. */
export function batch(...lines: string[]): Record<'x.slipway.yaml', string> {
  return { 'x.slipway.yaml': `batches:\n  - type: t\n${lines.map((line) => `    ${line}\n`).join('')}` }
}
