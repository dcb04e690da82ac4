import { defineConfig } from 'vitest/config'

/**
 * What a mutant is tried against, for stryker.config.mjs only: the unit tests that reach the queue and the run.
 * Random histories are fewer, and always the same.
 */
export default defineConfig({
  test: {
    retry: 0,
    include: ['test/core/{commands,insight,queue,run}/**/*.test.ts'],
    setupFiles: ['test/mutation/children.ts'],
    sequence: { setupFiles: 'list' },
    env: { SLIPWAY_TEST_RUNS: '40', SLIPWAY_TEST_SEED: '42' },
    testTimeout: 10_000,
    hookTimeout: 10_000,
  },
})
