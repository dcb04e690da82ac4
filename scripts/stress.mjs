/**
 * `npm run test:stress -- [--runs N] [FILE …]`: runs the process and e2e projects (or the named files of them) N times
 * in a row beside `stress-ng --cpu 2`, and writes a line for each run to reports/stress.log: passed, failed, seconds,
 * and the names of what failed. Ends with 1 when anything failed. Builds nothing: run `npm run build` and
 * `npm run build:fixture` before. As root on Debian it installs stress-ng.
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '20' } },
  allowPositionals: true,
})
const runs = Number(values.runs)
const folder = join(root, 'reports')
const [log, report] = [join(folder, 'stress.log'), join(folder, 'stress.json')]
const inherit = { cwd: root, stdio: 'inherit' }

if (spawnSync('stress-ng', ['--version']).error) {
  const install = 'apt-get update -q && apt-get install -y -q --no-install-recommends stress-ng'
  if (spawnSync('sh', ['-c', install], inherit).status !== 0)
    throw new Error('stress-ng is needed: install it first')
}
if (spawnSync(process.execPath, ['scripts/ensure-browser.mjs'], inherit).status !== 0) process.exit(1)

mkdirSync(folder, { recursive: true })
writeFileSync(log, `${runs} runs beside stress-ng --cpu 2, ${availableParallelism()} processors\n`)
const load = spawn('stress-ng', ['--cpu', '2', '--quiet'], { stdio: 'inherit' })
process.on('exit', () => load.kill())
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'process',
  '--project',
  'e2e',
  ...positionals,
]
const output = ['--reporter', 'dot', '--reporter', 'json', '--outputFile.json', report]
let bad = 0
for (let run = 1; run <= runs; run += 1) {
  rmSync(report, { force: true })
  const begun = performance.now()
  const child = spawn(process.execPath, [...vitest, ...output], {
    ...inherit,
    env: { ...process.env, CI: 'true' },
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  const seconds = Math.round((performance.now() - begun) / 1_000)
  const { passed, failed } = read(code)
  bad += failed.length
  const line = `run ${run}: ${passed} passed, ${failed.length} failed, ${seconds} s, load ${loadavg()[0]?.toFixed(1)}`
  appendFileSync(log, `${[line, ...failed].join('; ')}\n`)
  console.log(line)
}
process.exit(bad > 0 ? 1 : 0)

/** What the run's report says; a run without one, or a file that broke before its first test, is a failure too. */
function read(code) {
  let found = { numPassedTests: 0, testResults: [] }
  try {
    found = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return { passed: 0, failed: [`no report, exit code ${code}`] }
  }
  const failed = found.testResults.flatMap(({ name, status, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName)
    return status === 'failed' && tests.length === 0 ? [name.slice(root.length)] : tests
  })
  return {
    passed: found.numPassedTests,
    failed: code !== 0 && failed.length === 0 ? [`exit code ${code}`] : failed,
  }
}
