import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * Three projects: `unit` runs in the one check command (no build needed, about a minute); `process` runs the
 * built command line with real processes, kills and files; `e2e` drives the built panel in a real Chromium. One
 * after the other: real processes and a browser would otherwise take the machine from each other. No test is tried
 * twice, anywhere: one that fails only at times has a defect, the product's or its own.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/slowest.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          maxWorkers: availableParallelism(),
          include: ['test/{contract,core,cli,web,main,renderer}/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'process',
          sequence: { groupOrder: 1 },
          include: ['test/{process,crash,docs,model}/**/*.test.ts'],
          maxConcurrency: availableParallelism(),
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'windows',
          sequence: { groupOrder: 3 },
          include: ['test/windows/**/*.test.ts'],
          fileParallelism: false,
          expect: { poll: { timeout: 120_000 } },
          // Every command is a start of Node under Wine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'slurm',
          sequence: { groupOrder: 4 },
          include: ['test/slurm/**/*.test.ts'],
          globalSetup: ['test/slurm/cluster-up.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['test/e2e/**/*.e2e.test.ts'],
          fileParallelism: false,
          expect: { poll: { timeout: 8_000 } },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
