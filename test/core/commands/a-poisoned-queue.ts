/**
 * A working host on a real database, with real short jobs, under which somebody changes rows with the sqlite3 shell. What
 * must hold then, whatever the rows say: the queue comes to rest, or the state is named with what to do about it, every
 * read has an answer, and the host ends within its grace.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import type { Batch } from '../../../src/contract/entities.ts'
import { type Notice, openCore } from '../../../src/core/core.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { stopJobProcesses } from '../../../src/core/process/processes.ts'
import { writeSetting } from '../../../src/core/queue/settings-store.ts'
import { addBatch, type BatchPlan, reread, temporaryFolder } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { launcherDir, launcherKind } from '../run/an-executor.ts'

const killGraceMs = 300
/** Beside the grace of its jobs: launcher, journal, database. */
const closeWithinMs = killGraceMs + 3_000

/** One way to change rows behind the host's back. */
export type State = {
  name: string
  /** What the first batch does when it happens. */
  when: 'queued' | 'running' | 'ended'
  sql: string
  /** How the first batch ends up; 'any' where that is no matter. */
  becomes: Batch['status'] | 'any'
  /** Why, as the batch, or an event of it, says. */
  cause?: string
  /** Kinds of what needs attention then. */
  attention?: string
  /** What the doctor names; `mended`: and puts right. */
  doctor?: string
  mended?: boolean
  /** There is a third batch behind the next one. */
  third?: boolean
  /** So many more batches in front of the next one: `more 1`, … */
  more?: number
  /** More of the first batch. */
  plan?: BatchPlan
  /** What is done after the change, to have the row read. */
  afterwards?: (queue: Queue) => Promise<void>
}

type Queue = Awaited<ReturnType<typeof aQueue>>

/** The first batch (#1, three jobs), one behind it (#2), and an executor. */
async function aQueue({ when, plan, third, more = 0 }: State) {
  const home = temporaryFolder()
  const opened = await openCore({
    home,
    kind: 'test',
    launcherDir,
    env: { ...process.env, SLIPWAY_LAUNCHER: launcherKind },
  })
  const second = openDatabase(home)
  if (!opened.ok || !second.ok) throw new Error('the core did not open')
  const core = opened.value
  const db = second.value
  const notices: Notice[] = []
  core.onNotice((notice) => notices.push(notice))
  onTestFinished(async () => {
    await stopJobProcesses({ home }, 0)
    await core.close()
    db.close()
  })
  const api = core.api({
    actor: 'ana',
    origin: { from: 'program', command: 'a test', folder: null },
    mustTrust: false,
  })
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await api.invoke(name, input)
    if (!result.ok) throw new Error(`${name}: ${result.error.message} ${result.error.hint ?? ''}`)
    return result.value
  }
  db.write(() => {
    writeSetting(db, 'heartbeat-interval-ms', 50, 1)
    writeSetting(db, 'finalizer-interval-ms', 100, 1)
    writeSetting(db, 'finalizer-grace-ms', 50, 1)
    writeSetting(db, 'kill-grace-ms', killGraceMs, 1)
    writeSetting(db, 'min-free-disk-mb', 0, 1)
  })
  const gated = 'while ! [ -e go ]; do sleep 0.01; done'
  const first = addBatch(db, {
    type: 'first',
    at: Date.now(),
    command: () => ({ argv: ['/bin/sh', '-c', when === 'running' ? gated : 'true'] }),
    ...plan,
    options: { cwd: home, parallel: 2, ...plan?.options },
  })
  for (let n = 1; n <= more; n += 1)
    addBatch(db, { type: `more ${n}`, at: Date.now(), options: { cwd: home } })
  const next = addBatch(db, {
    type: 'next',
    at: Date.now(),
    jobs: 1,
    command: () => ({ argv: ['/bin/sh', '-c', 'true'] }),
    options: { cwd: home },
  })
  if (third) addBatch(db, { type: 'third', at: Date.now(), jobs: 1, options: { cwd: home } })
  const raw = new Database(db.path)
  onTestFinished(() => {
    raw.close()
  })
  return {
    home,
    core,
    api,
    ask,
    db,
    raw,
    first,
    next,
    notices,
    open: () => writeFileSync(join(home, 'go'), ''),
  }
}

const isDone = ({ db }: Queue, id: string) => reread(db, id).completed_at !== null

async function poisoned(state: State): Promise<Queue> {
  const queue = await aQueue(state)
  const { ask, core, db, first, raw } = queue
  await ask('pause', {})
  core.startWorking()
  if (state.when !== 'queued') await ask('resume', {})
  if (state.when === 'running')
    await until(
      () => db.sql(`SELECT 1 FROM jobs WHERE status = 'running'`).get() !== undefined,
      'a job of the first batch runs',
    )
  if (state.when === 'ended') await until(() => isDone(queue, first.id), 'the first batch has ended')
  raw.exec(state.sql)
  queue.open()
  if (state.when === 'queued') await ask('resume', {})
  await state.afterwards?.(queue)
  return queue
}

/** Every read that a panel, a terminal or a script does: none may fail for a row that can't be understood. */
async function everythingIsRead({ ask, core, next }: Queue): Promise<void> {
  await ask('snapshot', {})
  await ask('queue-page', { skip: 0, limit: 10 })
  await ask('list', { all: true, search: 'in-1' })
  await ask('events', { limit: 1_000 })
  await ask('settings', {})
  for (const batch of [1, next.number]) {
    await ask('show', { batch })
    await ask('jobs', { batch })
    await ask('job', { batch, job: 1 })
    await ask('timeline', { batch })
    await ask('events', { batch, limit: 1_000 })
  }
  expect(core.feedPlace().epoch).not.toBe('')
}

async function findings({ ask }: Queue, repair: boolean) {
  const found = await ask('doctor', { repair })
  return found.findings.filter(({ level }) => level !== 'ok')
}

/** Makes the state and checks all that must hold. */
export async function expectRest(state: State): Promise<void> {
  const queue = await poisoned(state)
  const { core, ask, db, first, next } = queue
  await until(() => isDone(queue, next.id), 'the next batch has run')
  expect(reread(db, next.id).status).toBe('completed')
  if (state.becomes !== 'any')
    await until(
      () => reread(db, first.id).status === state.becomes,
      `the first batch is ${state.becomes}, not ${reread(db, first.id).status}`,
    )
  await everythingIsRead(queue)
  const { batch } = await ask('show', { batch: 1 })
  if (state.cause !== undefined) {
    const events = db
      .sql<{ c: string }>('SELECT reason_code AS c FROM events WHERE batch_id = ?')
      .all(first.id)
    expect([batch.cause?.code, ...events.map((event) => event.c)]).toContain(state.cause)
  }
  if (state.attention !== undefined) {
    const { attention } = await ask('snapshot', {})
    expect(attention.map(({ kind }) => kind)).toContain(state.attention)
  }
  if (state.doctor !== undefined) {
    expect((await findings(queue, false)).map(({ check }) => check)).toContain(state.doctor)
    if (state.mended) {
      await findings(queue, true)
      expect((await findings(queue, false)).map(({ check }) => check)).not.toContain(state.doctor)
    }
  }
  const began = performance.now()
  await core.close()
  expect(performance.now() - began).toBeLessThan(closeWithinMs)
}
