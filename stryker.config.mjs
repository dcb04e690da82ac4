import { group, name } from './test/mutation/groups.ts'

const folder = `reports/mutation/${name}`

/** One group of `npm run mutate`; see docs/mutation.md. @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: group.mutate,
  testRunner: 'vitest',
  // Which tests a mutant needs is known from the coverage of each; asking the module graph again costs time only.
  vitest: { configFile: 'vitest.mutation.config.ts', pool: 'forks', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 3,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  jsonReporter: { fileName: `${folder}/mutation.json` },
  htmlReporter: { fileName: `${folder}/mutation.html` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  ignorePatterns: ['out', 'dist', 'docs', '.demo', 'test/e2e', 'test/torture', 'test/crash', 'src/renderer'],
  // TypeScript 7 has no JavaScript API: a name that doesn't exist keeps Stryker from rewriting tsconfig.json with it.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  tempDirName: '.stryker-tmp',
  thresholds: { high: 90, low: 85, break: null },
}
