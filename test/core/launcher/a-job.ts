/** Jobs of the Node launcher, run by this very process: real programs, a folder of their own, awaitable ends. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { NodeJob } from '../../../src/core/launcher/node/job.ts'
import type { Refusal } from '../../../src/core/launcher/node/program.ts'
import type { JobExit, Started, StartSpec } from '../../../src/core/launcher/protocol.ts'
import { findMarked, realRunDir, stopProcesses } from '../../../src/core/process/processes.ts'
import { temporaryFolder } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'

export type Outcome = { started: Started | null; exit: JobExit | null; refusal: Refusal | null }

/** A folder in which jobs run; whatever of them is left when the test ends is killed. */
export function aPlaceForJobs() {
  const home = realRunDir(temporaryFolder())
  onTestFinished(() => stopProcesses(findMarked(home), 0))
  let count = 0

  function start(argv: string[], more: Partial<StartSpec> = {}, base: Record<string, string> = {}) {
    count += 1
    const attempt = more.attempt ?? `${count}.1`
    const logPath = more.logPath ?? join(home, 'logs', `${attempt}.log`)
    const spec: StartSpec = {
      attempt,
      argv,
      cwd: home,
      env: {},
      logPath,
      logLimitBytes: 1_000_000,
      timeoutMs: null,
      graceMs: 3_000,
      ...more,
    }
    const outcome: Outcome = { started: null, exit: null, refusal: null }
    const over = Promise.withResolvers<Outcome>()
    const job = new NodeJob(spec, home, {
      started(started) {
        outcome.started = started
      },
      refused(refusal) {
        outcome.refusal = refusal
        over.resolve(outcome)
      },
      exited(exit) {
        outcome.exit = exit
        over.resolve(outcome)
      },
    })
    job.start({ PATH: process.env.PATH ?? '', ...base })
    const log = () => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : '')
    return {
      job,
      attempt,
      logPath,
      outcome,
      log,
      over: over.promise,
      exit: async () => {
        const { exit, refusal } = await over.promise
        if (!exit) throw new Error(`refused: ${JSON.stringify(refusal)}`)
        return exit
      },
      refusal: async () => (await over.promise).refusal,
      says: (text: string) => until(() => log().includes(text), `the job says "${text}"`),
      processes: () => findMarked(home, attempt),
    }
  }
  return {
    home,
    start,
    sh: (script: string, more: Partial<StartSpec> = {}) => start(['/bin/sh', '-c', script], more),
  }
}
