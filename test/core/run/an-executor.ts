/** A real executor on a real database, with the Node launcher from its sources and real short jobs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { findJobProcesses, stopJobProcesses } from '../../../src/core/process/processes.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { writeMark, writeSetting } from '../../../src/core/queue/settings-store.ts'
import { Executor, type ExecutorOptions } from '../../../src/core/run/executor.ts'
import { addBatch, type BatchPlan, hostId, reread, temporaryDatabase } from '../../helpers/database.ts'
import { root, until } from '../../helpers/launcher-kit.ts'

const built = process.env.SLIPWAY_TEST_LAUNCHER_DIR
/** The launcher's sources: Node runs them as they are. Mutation runs take the built native one, which starts faster. */
export const launcherDir = built ?? path.join(root, 'src/core/launcher/node')
export const launcherKind = built === undefined ? 'node' : 'native'

type Told = {
  finished: BatchRow[]
  attention: string[]
  crashes: string[]
  errors: unknown[]
  unexpanded: string[]
  refused: number
  changed: number
}

/** A database with its data folder, in which jobs leave a trace and wait at gates. */
export function aWorkplace(db: Db = temporaryDatabase()) {
  const home = path.dirname(db.path)
  const trace = path.join(home, 'trace')

  /** A batch of jobs that each write `begin N`, do what is in `body`, and write `end N`. */
  function add(body: string, plan: BatchPlan = {}): BatchRow {
    const script = `echo "begin $1" >> ${trace}; ${body}; s=$?; echo "end $1" >> ${trace}; exit $s`
    return addBatch(db, {
      command: (ordinal) => ({ argv: ['/bin/sh', '-c', script, 'sh', String(ordinal)] }),
      ...plan,
      options: { cwd: home, ...plan.options },
    })
  }
  return {
    db,
    home,
    add,
    /** Waits at a gate that `open` opens. */
    gated: (plan: BatchPlan = {}) => add('while ! [ -e "go $1" ]; do sleep 0.01; done', plan),
    open: (...gates: number[]) => {
      for (const gate of gates) writeFileSync(path.join(home, `go ${gate}`), '')
    },
    trace: () => (existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n') : []),
    traced: (line: string) =>
      until(
        () => existsSync(trace) && readFileSync(trace, 'utf8').includes(`${line}\n`),
        `"${line}" is traced`,
      ),
    row: (batch: BatchRow) => reread(db, batch.id),
    ends: (batch: BatchRow) => until(() => reread(db, batch.id).completed_at !== null, 'the batch has ended'),
    becomes: (batch: BatchRow, status: BatchRow['status']) =>
      until(() => reread(db, batch.id).status === status, `the batch is ${status}`),
    jobs: (batch: BatchRow) =>
      db
        .sql<{ status: string; attempts: number; error: string | null }>(
          'SELECT status, attempts, error FROM jobs WHERE batch_id = ? ORDER BY ordinal',
        )
        .all(batch.id),
    kinds: () =>
      db
        .sql<{ kind: string }>('SELECT kind FROM events ORDER BY id')
        .all()
        .map((event) => event.kind),
    pauseQueue: (now: boolean) =>
      db.write(() =>
        writeMark(db, 'queue-paused', { since: 1, by: 'ana', reason: null, kind: 'person', now }, Date.now()),
      ),
    resumeQueue: () => db.write(() => writeMark(db, 'queue-paused', undefined, Date.now())),
    set: (key: Parameters<typeof writeSetting>[1], value: unknown) =>
      db.write(() => writeSetting(db, key, value, Date.now())),
    processes: () => findJobProcesses({ home }),
  }
}

export type Workplace = ReturnType<typeof aWorkplace>

/** An executor at this place; it is ended, and its jobs with it, when the test ends. */
export function anExecutor(place: Workplace, more: Partial<ExecutorOptions> = {}) {
  const reports: Told = {
    finished: [],
    attention: [],
    crashes: [],
    errors: [],
    unexpanded: [],
    refused: 0,
    changed: 0,
  }
  const executor = new Executor({
    db: place.db,
    clock: systemClock,
    home: place.home,
    hostId,
    launcherDir,
    env: { ...process.env, SLIPWAY_LAUNCHER: launcherKind },
    events: {
      onFinished: (row) => reports.finished.push(row),
      onChanged: () => {
        reports.changed += 1
      },
      onUnexpanded: (id) => reports.unexpanded.push(id),
      onRefused: () => {
        reports.refused += 1
      },
      onCrashFound: (sentence) => reports.crashes.push(sentence),
      onAttention: (sentence) => reports.attention.push(sentence),
      onError: (cause) => reports.errors.push(cause),
      onPlaceState: () => {},
    },
    ...more,
  })
  onTestFinished(async () => {
    await stopJobProcesses({ home: place.home }, 0)
    await executor.end('stop')
  })
  return { executor, reports }
}
