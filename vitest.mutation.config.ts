import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { group } from './test/mutation/groups.ts'

/** Quick files first: most mutants are noticed by one of them. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse()
  }
}

/**
 * What a mutant is tried against, for stryker.config.mjs only. Random histories are fewer than in the checks, and
 * always the same.
 */
export default defineConfig({
  test: {
    retry: 0,
    // A worker for each test file would cost more than most mutants do; a mutant still gets a worker of its own.
    isolate: false,
    include: group.tests,
    setupFiles: ['test/mutation/children.ts'],
    sequence: { setupFiles: 'list', sequencer: QuickFirst },
    env: { SLIPWAY_TEST_RUNS: '40', SLIPWAY_TEST_SEED: '42' },
    // What never comes is waited for this long; each test takes a fraction of it, also beside other work.
    testTimeout: 6_000,
    hookTimeout: 4_000,
  },
})
