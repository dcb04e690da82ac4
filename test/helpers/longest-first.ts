/**
 * Starts the longest files first, so that none is left running alone at the end. Vitest knows durations only from an
 * earlier run, and a fresh clone has none.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** By their times in the report of `slowest.ts`; the order among the others stays as it is. */
const longest = [
  'test/model/model.test.ts',
  'test/crash/torture.test.ts',
  'test/process/recovery.test.ts',
  'test/process/launcher.test.ts',
  'test/process/executor.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((file) => moduleId.endsWith(file))
      return at < 0 ? longest.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
