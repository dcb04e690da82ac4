import { group, name } from './test/mutation/groups.ts'

const folder = `reports/mutation/${name}`

/** One group of `npm run mutate`; see docs/mutation.md. */
export default {
  mutate: group.mutate,
  // A text is a statement or a sentence: made empty it tells little. docs/mutation.md has the queue with and without.
  mutator: { excludedMutations: name === 'queue' ? [] : ['StringLiteral'] },
  testRunner: 'vitest',
  // Which tests a mutant needs is known from the coverage of each; asking the module graph again costs time only.
  vitest: { configFile: 'vitest.mutation.config.ts', pool: 'forks', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.SLIPWAY_MUTATE_AT_ONCE ?? 2),
  // Generous, as a machine with other work must not make a mutant count as noticed.
  timeoutMS: 20_000,
  timeoutFactor: 3,
  // What is passed in the tearing down of a test counts as static for Stryker, and would be tried against every test.
  ignoreStatic: name !== 'queue' && process.env.SLIPWAY_MUTATE_STATIC === undefined,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'json', 'html', 'event-recorder'],
  // One small file for each mutant as soon as it was tried: an interrupted run has results too.
  eventReporter: { baseDir: `${folder}/events` },
  jsonReporter: { fileName: `${folder}/mutation.json` },
  htmlReporter: { fileName: `${folder}/mutation.html` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  ignorePatterns: [
    'out',
    'reports',
    '.stryker-tmp',
    'dist',
    'docs',
    '.demo',
    'test/e2e',
    'test/torture',
    'test/crash',
    'src/renderer',
  ],
  // TypeScript 7 has no JavaScript API: a name that doesn't exist keeps Stryker from rewriting tsconfig.json with it.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  tempDirName: `.stryker-tmp/${name}`,
  thresholds: { high: 90, low: 85, break: null },
}
