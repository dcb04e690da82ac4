/**
 * Loaded into child processes of a test during a mutation run: bounds loops that a mutant makes endless, and
 * leaves what was covered for the test that started the process.
 */
import { writeFileSync } from 'node:fs'

const folder = process.env.SLIPWAY_MUTATION_COVERAGE
const stryker = { hitCount: 0, hitLimit: 1_000_000 }
globalThis.__stryker__ = stryker
process.on('exit', () => {
  const covered = stryker.mutantCoverage?.static
  if (folder && covered) writeFileSync(`${folder}/${process.pid}.json`, JSON.stringify(covered))
})
