/** The model of the hand-over, checked whole by spin, and its mutants, of which spin must find each. See docs/model.md. */
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const source = join(import.meta.dirname, 'handover.pml')
const has = (program: string) => spawnSync('which', [program]).status === 0
const isRunnable = has('spin') && has('gcc')

/** Safety looks for a failed assertion; liveness for a fair run that never comes to rest. */
const flags = {
  safety: { define: [], compile: ['-DSAFETY', '-DNOCLAIM'], run: ['-E'] },
  liveness: { define: ['-DLIVENESS'], compile: ['-DNFAIR=3'], run: ['-a', '-f'] },
} as const

type Faults = {
  crashes?: number
  stops?: number
  launcherCrashes?: number /** A second job, so that one is held ahead. */
  ahead?: true
}

const start = promisify(execFile)

async function check(kind: keyof typeof flags, faults: Faults, ...defines: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-model-'))
  try {
    return await search(folder, kind, faults, defines)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function search(folder: string, kind: keyof typeof flags, faults: Faults, defines: readonly string[]) {
  cpSync(source, join(folder, 'handover.pml'))
  const run = async (program: string, args: string[]) => {
    const { stdout } = await start(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  }
  const budget = [
    `-DCRASHES=${faults.crashes ?? 0}`,
    `-DSTOPS=${faults.stops ?? 0}`,
    `-DLAUNCHER_CRASHES=${faults.launcherCrashes ?? 0}`,
    `-DFIRST=${faults.ahead ? 2 : 1}`,
  ]
  await run('spin', [
    ...budget,
    ...flags[kind].define,
    ...defines.map((name) => `-D${name}`),
    '-a',
    'handover.pml',
  ])
  // A whole search visits millions of states; one that a mutant ends visits thousands, so there compiling takes longest.
  // Processes that a crash disables rule out partial order reduction; -DCOLLAPSE keeps the states small instead.
  await run('gcc', [
    kind === 'safety' && defines.length > 0 ? '-O0' : '-O2',
    '-DNOREDUCE',
    '-DCOLLAPSE',
    '-DVECTORSZ=2048',
    ...flags[kind].compile,
    '-o',
    'pan',
    'pan.c',
  ])
  const report = await run('./pan', ['-m3000000', '-n', ...flags[kind].run])
  const errors = Number(/errors: (\d+)/.exec(report)?.[1])
  return {
    errors,
    whole: !report.includes('Search not completed'),
    reason: /pan:1: (.*) \(at/.exec(report)?.[1],
  }
}

// Each search has a core of its own (`maxConcurrency` in vitest.config.ts).
describe.skipIf(!isRunnable)('the hand-over between hosts', { concurrent: true }, () => {
  test.each<Faults>([
    { crashes: 1, stops: 1 },
    { crashes: 1, launcherCrashes: 1 },
    { crashes: 1, ahead: true },
    { launcherCrashes: 1, ahead: true },
  ])(
    'never starts an attempt twice, runs two batches at once, or records a verdict twice: %o',
    async (faults) => {
      expect(await check('safety', faults)).toEqual({ errors: 0, whole: true, reason: undefined })
    },
    600_000,
  )

  // A crash of a host as well takes minutes; it is checked where SLIPWAY_MODEL=whole is set.
  test.each<Faults>(
    process.env.SLIPWAY_MODEL === 'whole'
      ? [{ crashes: 1 }, { launcherCrashes: 1 }]
      : [{ launcherCrashes: 1 }],
  )(
    'always comes to rest: %o',
    async (faults) =>
      expect(await check('liveness', faults)).toEqual({ errors: 0, whole: true, reason: undefined }),
    600_000,
  )

  const once = 'assertion violated  !((everStarted'
  const oneAttempt = 'assertion violated  !((processes&(31<<'
  const oneBatch = 'assertion violated  !((processes&( ('
  const oneVerdict = 'assertion violated  !((verdicts'
  const notAgain = 'assertion violated  !((((((('
  const stop: Faults = { crashes: 1, stops: 1 }
  // Each with the fewest faults that show its violation: the search before it is then short.
  const mutants: [name: string, faults: Faults, kind: keyof typeof flags, violates: string][] = [
    ['MUTANT_NO_FENCE', stop, 'safety', notAgain],
    ['MUTANT_FENCE_AFTER_READING', stop, 'safety', notAgain],
    ['MUTANT_FENCE_BEFORE_TOKEN', stop, 'safety', oneAttempt],
    ['MUTANT_FENCE_CHECKED_FIRST', stop, 'safety', notAgain],
    ['MUTANT_OWN_LAUNCHERS_NOT_FENCED', stop, 'safety', notAgain],
    ['MUTANT_LAUNCHER_AFTER_CLAIM', stop, 'safety', oneAttempt],
    ['MUTANT_STARTING_IGNORED', { crashes: 1 }, 'safety', oneBatch],
    ['MUTANT_CLAIM_WHILE_BUSY', { crashes: 1 }, 'safety', oneBatch],
    ['MUTANT_TOKEN_NOT_RENEWED', { stops: 1 }, 'safety', oneVerdict],
    ['MUTANT_VERDICT_WITHOUT_TOKEN', { stops: 1 }, 'safety', oneVerdict],
    ['MUTANT_JOURNAL_READ_FIRST', { crashes: 1 }, 'safety', notAgain],
    ['MUTANT_NOT_ENDED_FIRST', { crashes: 1, launcherCrashes: 1 }, 'safety', oneAttempt],
    ['MUTANT_BEGUN_NOT_RECORDED', { crashes: 1, ahead: true }, 'safety', once],
    ['MUTANT_NO_SLOW_POLL', { launcherCrashes: 1 }, 'liveness', 'acceptance cycle'],
  ]

  test.each(mutants)(
    'needs what %s takes away (%o)',
    async (name, faults, kind, violates) => {
      const found = await check(kind, faults, name)
      expect(found.errors).toBe(1)
      expect(found.reason?.slice(0, violates.length)).toBe(violates)
    },
    300_000,
  )

  test('every mutant of the model is tried, and no other', () => {
    const inModel = new Set(readFileSync(source, 'utf8').match(/MUTANT_[A-Z_]*[A-Z]/g))
    expect(new Set(mutants.map(([name]) => name))).toEqual(inModel)
  })
})
