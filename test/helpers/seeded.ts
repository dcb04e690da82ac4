/** How often and from which seed a property is tried: `fc.assert(property, seeded(100))`. */
import { onTestFailed } from 'vitest'

/**
 * SLIPWAY_TEST_SEED repeats a run, SLIPWAY_TEST_RUNS makes it longer or shorter. The seed is printed however the test
 * fails: fast-check itself has no say where its time is over.
 */
export function seeded(numRuns: number): { numRuns: number; seed: number } {
  const seed = Number(process.env.SLIPWAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
  onTestFailed(({ task }) => console.error(`${task.name}: SLIPWAY_TEST_SEED=${seed}`))
  return { numRuns: runs(numRuns), seed }
}

/** The number of runs, for whoever sets a time limit by it. */
export function runs(usual: number): number {
  return Number(process.env.SLIPWAY_TEST_RUNS ?? usual)
}
