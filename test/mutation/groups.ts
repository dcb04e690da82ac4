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
      'test/core/host/abandoned-batches.test.ts',
      'test/core/run/{finalizer,group-commit,settle,step}.test.ts',
    ],
  },
  run: {
    mutate: [
      'src/core/{host,logs,run}/*.ts',
      '!src/core/logs/log-extent.ts',
      '!src/core/run/{executor,rescuer,slots,step}.ts',
    ],
    tests: [
      'test/core/{host,logs,run}/!(executor|executor-adopted|log-extent|rescuer).test.ts',
      'test/core/commands/log.test.ts',
    ],
  },
  executor: {
    mutate: ['src/core/run/{executor,rescuer,slots,step}.ts', 'src/core/launcher/launcher-supervisor.ts'],
    tests: [
      'test/core/run/{executor,executor-adopted,rescuer,step}.test.ts',
      'test/core/launcher/launcher-supervisor.test.ts',
    ],
  },
  // The host's end of the launcher, tried with the native one first.
  host: {
    mutate: ['src/core/launcher/launcher.ts'],
    tests: [
      'test/core/launcher/launcher-supervisor.test.ts',
      'test/core/launcher/node/node-launcher.test.ts',
    ],
  },
  launcher: {
    mutate: [
      'src/core/launcher/!(launcher|launcher-supervisor).ts',
      'src/core/launcher/node/!(job-processes|journal-writer|log-cap).ts',
    ],
    tests: ['test/core/launcher/**/*.test.ts'],
  },
  // What a launcher writes, without any launcher.
  logs: {
    mutate: ['src/core/launcher/node/{journal-writer,log-cap}.ts', 'src/core/logs/log-extent.ts'],
    tests: [
      'test/core/launcher/{journal,node/journal-writer,node/log-cap}.test.ts',
      'test/core/logs/log-extent.test.ts',
    ],
  },
  processes: {
    // Not those of other systems, which can't run here.
    mutate: ['src/core/process/!(darwin|win32).ts', 'src/core/launcher/node/job-processes.ts'],
    tests: ['test/core/process/*.test.ts', 'test/core/launcher/node/job.test.ts'],
  },
}

/** The group that SLIPWAY_MUTATE names. */
export const name = process.env.SLIPWAY_MUTATE ?? 'queue'
const found = groups[name]
if (!found) throw new Error(`SLIPWAY_MUTATE=${name}: no such group`)
export const group: Group = found
