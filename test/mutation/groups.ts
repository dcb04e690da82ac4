/**
 * What is mutated, and which tests can notice it, in groups: a mutant is tried against every test that passes
 * its line, and tests that start processes would hold up the queue's.
 */
type Group = { mutate: string[]; tests: string[] }

export const groups: Record<string, Group> = {
  queue: {
    mutate: ['src/core/queue/**/*.ts'],
    tests: [
      'test/core/queue/*.test.ts',
      'test/core/insight/{attention,estimate,summary,timeline}.test.ts',
      'test/core/commands/{browse,doctor,enqueue,pause,unsealed}.test.ts',
      'test/core/run/{abandoned-fill,finalizer,group-commit,settle,step}.test.ts',
    ],
  },
  run: {
    mutate: [
      'src/core/run/*.ts',
      '!src/core/run/process-*.ts',
      '!src/core/run/{executor,own-launcher,rescuer,slots,step}.ts',
    ],
    tests: [
      'test/core/run/!(executor|executor-adopted|own-launcher|process-*|rescuer).test.ts',
      'test/core/commands/log.test.ts',
    ],
  },
  executor: {
    mutate: ['src/core/run/{executor,own-launcher,rescuer,slots,step}.ts'],
    tests: ['test/core/run/{executor,executor-adopted,own-launcher,rescuer,step}.test.ts'],
  },
  // The host's end of the launcher, tried with the native one first.
  host: {
    mutate: ['src/core/run/launcher/launcher.ts'],
    tests: ['test/core/run/own-launcher.test.ts', 'test/core/run/launcher/node-launcher.test.ts'],
  },
  launcher: {
    mutate: ['src/core/run/launcher/!(job-processes|journal-writer|launcher|log-extent|node-log-cap).ts'],
    tests: ['test/core/run/launcher/*.test.ts'],
  },
  // What a launcher writes, without any launcher.
  logs: {
    mutate: ['src/core/run/launcher/{journal-writer,log-extent,node-log-cap}.ts'],
    tests: ['test/core/run/launcher/{journal,journal-writer,node-log-cap,punched-log}.test.ts'],
  },
  processes: {
    // Not those of other systems, which can't run here.
    mutate: [
      'src/core/run/process-*.ts',
      'src/core/run/launcher/job-processes.ts',
      '!src/core/run/process-identity.{darwin,win32}.ts',
    ],
    tests: ['test/core/run/process-*.test.ts', 'test/core/run/launcher/{job-processes,node-job}.test.ts'],
  },
}

/** The group that SLIPWAY_MUTATE names. */
export const name = process.env.SLIPWAY_MUTATE ?? 'queue'
const found = groups[name]
if (!found) throw new Error(`SLIPWAY_MUTATE=${name}: no such group`)
export const group: Group = found
