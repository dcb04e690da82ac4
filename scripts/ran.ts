/**
 * What ran where: `node scripts/ran.ts REPORT` counts the tests in Vitest's JSON report of a run of `npm test` on this
 * system, and keeps the counts in test/bench/ran.json, from which `npm run docs:figures` makes a table.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Count = { passed: number; failed: number; skipped: number }
type Ran = { at: string; node: string; suites: Record<string, Count> }
export type RanWhere = Record<string, Ran>

const file = fileURLToPath(new URL('../test/bench/ran.json', import.meta.url))

/** Suites by the folders of their tests; what a suite runs on, where that isn't this system alone. */
const suites: [name: string, folder: RegExp, on?: () => string][] = [
  ['units', /^(contract|core|cli|web|main|renderer)\//],
  ['processes, crashes, packages', /^(process|crash|docs|model)\//],
  ['panel and desktop app', /^e2e\//, () => `Chromium ${version('chromium', '--version')}`],
  ['Windows build', /^windows\//, () => `Wine ${version('/usr/lib/wine/wine64', '--version')}`],
  ['cluster', /^slurm\//, () => `Slurm ${version('slurmctld', '-V')}`],
]

function version(program: string, flag: string): string {
  const { stdout } = spawnSync(program, [flag], { encoding: 'utf8' })
  return /\d+(\.\d+)+/.exec(stdout ?? '')?.[0] ?? 'not here'
}

type Report = { testResults: { name: string; assertionResults: { status: string }[] }[] }

function count(report: Report): Ran['suites'] {
  const counts: Ran['suites'] = {}
  for (const { name, assertionResults } of report.testResults) {
    const test = name.replaceAll('\\', '/').split('/test/').at(-1) ?? ''
    const found = suites.find(([, folder]) => folder.test(test))
    if (found === undefined) throw new Error(`${test} belongs to no suite`)
    const [suite, , on] = found
    const key = on === undefined ? suite : `${suite} (${on()})`
    counts[key] ??= { passed: 0, failed: 0, skipped: 0 }
    for (const { status } of assertionResults)
      counts[key][status === 'passed' || status === 'failed' ? status : 'skipped'] += 1
  }
  return counts
}

/** The recorded runs, by system. */
export function recorded(): RanWhere {
  return JSON.parse(readFileSync(file, 'utf8'))
}

const [, script, reportFile] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  if (reportFile === undefined)
    throw new Error('Which report? vitest run --reporter=json --outputFile.json=FILE makes one.')
  const ran = count(JSON.parse(readFileSync(reportFile, 'utf8')))
  const at = new Date().toISOString().slice(0, 10)
  const all = {
    ...recorded(),
    [`${process.platform} ${process.arch}`]: { at, node: process.versions.node, suites: ran },
  }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
}
