import { defineConfig } from 'vitest/config'

const retry = process.env.CI ? 1 : 0

/**
 * Three projects: `unit` runs in the one check command (no build needed, under a minute); `process` runs the
 * built command line with real processes, kills and files; `e2e` drives the built panel in a real Chromium. One
 * after the other: real processes and a browser would otherwise take the machine from each other. A test that needs
 * a second try has a defect, the product's or its own. Only in CI, on a machine that others load, does it get one, so
 * that it doesn't hide what the two thousand others say, and each that needed it is named at the end.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/second-try.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          sequence: { groupOrder: 0 },
          include: ['test/{contract,core,cli,web,main,renderer}/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'process',
          retry,
          sequence: { groupOrder: 1 },
          include: ['test/{process,crash,docs}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          retry,
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
