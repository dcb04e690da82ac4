/**
 * What is mutated, and which tests can notice it, in three groups: a mutant is tried against every test that passes
 * its line, and tests that start processes would hold up the queue's.
 */
type Group = { mutate: string[]; tests: string[] }

export const groups: Record<string, Group> = {
  queue: {
    mutate: ['src/core/queue/**/*.ts'],
    tests: [
      'test/core/queue/*.test.ts',
      'test/core/insight/{attention,estimate,summary,timeline}.test.ts',
      'test/core/commands/{doctor,enqueue}.test.ts',
      'test/core/run/{abandoned-fill,finalizer,finalizer-property,group-commit,settle,step}.test.ts',
    ],
  },
  run: {
    mutate: ['src/core/run/*.ts', '!src/core/run/process-*.ts'],
    tests: ['test/core/run/*.test.ts', 'test/core/commands/log.test.ts'],
  },
  launcher: {
    // Not those of other systems, which can't run here.
    mutate: [
      'src/core/run/launcher/*.ts',
      'src/core/run/process-*.ts',
      '!src/core/run/process-identity.{darwin,win32}.ts',
    ],
    tests: ['test/core/run/launcher/*.test.ts', 'test/core/run/process-*.test.ts'],
  },
}

/** The group that SLIPWAY_MUTATE names. */
export const name = process.env.SLIPWAY_MUTATE ?? 'queue'
const found = groups[name]
if (!found) throw new Error(`SLIPWAY_MUTATE=${name}: no such group`)
export const group: Group = found
