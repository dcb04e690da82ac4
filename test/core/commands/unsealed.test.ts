import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { SlipwayApi } from '../../../src/contract/api.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import { openCore } from '../../../src/core/core.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { temporaryFolder } from '../../helpers/database.ts'

/** A core, and a second connection that does what somebody in the sqlite3 shell would. */
async function aCore() {
  const home = temporaryFolder()
  const opened = await openCore({ home, kind: 'test', launcherDir: '/nowhere' })
  const second = openDatabase(home)
  if (!opened.ok || !second.ok) throw new Error('the core did not open')
  const db = second.value
  onTestFinished(async () => {
    await opened.value.close()
    db.close()
  })
  const api: SlipwayApi = opened.value.api({
    actor: 'ana',
    origin: { from: 'program', command: 'a test', folder: null },
    mustTrust: false,
  })
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await api.invoke(name, input)
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`)
    return result.value
  }
  const file = join(home, 'x.slipway.yaml')
  writeFileSync(file, 'batches: [{ type: t, run: [echo, "{value}"], over: { range: 1..6000 } }]')
  return { db, api, ask, file }
}

/** #2: in the queue against the rules, and nobody has said that it has all its jobs. */
async function withAnUnsealedInLine() {
  const core = await aCore()
  await core.ask('enqueue', { file: core.file })
  await core.ask('cancel', { batches: [1] })
  core.db.exec(
    `DROP TRIGGER batch_begins_initiated;
     INSERT INTO batches (id, configuration_id, batch_type, status, position, created_at, queued_at)
     VALUES ('00000000-0000-4000-8000-000000000002', 1, 'raw', 'queued', 1, 1, 1);
     INSERT INTO jobs (batch_id, ordinal) VALUES ('00000000-0000-4000-8000-000000000002', 1)`,
  )
  return core
}

test('a queued batch that nobody sealed shows what it waits for, and holds back no other', async () => {
  const { ask } = await withAnUnsealedInLine()
  const { batches } = await ask('list', {})
  expect(batches).toMatchObject([
    { number: 2, sealed: false, waitsFor: { batches: [], types: [], unsealed: true } },
  ])
})

test('the doctor names a queued batch that nobody sealed, and what to do', async () => {
  const { ask } = await withAnUnsealedInLine()
  const { findings } = await ask('doctor', { repair: true })
  const fills = findings.find((one) => one.check === 'fills')
  expect(fills).toMatchObject({ level: 'warning' })
  expect(fills?.message).toMatch(/^#2 .*sealed.*slipway cancel 2/)
  expect((await ask('list', {})).batches).toHaveLength(1)
})

test('a batch that nobody sealed can be cancelled, and takes no job any more', async () => {
  const { db, ask } = await withAnUnsealedInLine()
  const { batches } = await ask('cancel', { batches: [2], reason: 'left over' })
  expect(batches).toMatchObject([{ status: 'cancelled', jobs: { total: 1, cancelled: 1 } }])
  expect(() =>
    db.exec(`INSERT INTO jobs (batch_id, ordinal) VALUES ('00000000-0000-4000-8000-000000000002', 2)`),
  ).toThrow(/not sealed/)
})

test('a batch that is cancelled while it is being filled ends that add with a sentence, and nothing else is left', async () => {
  const { api, ask, file } = await aCore()
  writeFileSync(
    file,
    `batches:
  - { type: t, run: [echo, "{value}"], over: { range: 1..9000 } }
  - { type: u, run: [echo, "{value}"], over: { list: [a] } }`,
  )
  const adding = api.invoke('enqueue', { file })
  for (;;) {
    const { batches } = await ask('list', {})
    if (batches.some((batch) => batch.number === 1 && batch.jobs.total > 0)) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ask('cancel', { batches: [1], reason: 'wrong file' })
  expect(await adding).toMatchObject({
    ok: false,
    error: {
      code: 'not-possible',
      message: '#1 was cancelled (wrong file) while it was being filled. Nothing else was created.',
    },
  })
  expect((await ask('list', { all: true })).batches).toMatchObject([{ number: 1, status: 'cancelled' }])
})

test('a batch that was cancelled while it was being filled is no stump to be retried: it is added again', async () => {
  const { api, ask, file, db } = await aCore()
  const adding = api.invoke('enqueue', { file })
  for (;;) {
    const { batches } = await ask('list', {})
    if (batches.some(({ jobs }) => jobs.total > 0)) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ask('cancel', { batches: [1] })
  expect(await adding).toMatchObject({ ok: false })
  for (const more of [{}, { all: true }, { ifExists: 'allow' as const }])
    expect(await api.invoke('retry', { batches: [1], ...more })).toMatchObject({
      ok: false,
      error: {
        code: 'not-possible',
        message: "#1 never received all its jobs, so it can't be retried.",
        hint: 'Add it again instead.',
      },
    })
  expect(await api.invoke('undo', {})).toMatchObject({ ok: false, error: { code: 'not-possible' } })
  expect(() => db.exec(`UPDATE batches SET status = 'queued', position = 1, completed_at = NULL`)).toThrow(
    /not all its jobs/,
  )
  const { created } = await ask('enqueue', { file })
  expect(created).toMatchObject([{ number: 2, jobs: { total: 6_000 } }])
})

test('a batch in the queue that nobody had sealed is not retried once it was cancelled', async () => {
  const { api, ask } = await withAnUnsealedInLine()
  await ask('cancel', { batches: [2] })
  expect(await api.invoke('retry', { batches: [2] })).toMatchObject({
    ok: false,
    error: { code: 'not-possible', hint: 'Add it again instead.' },
  })
})

test('a batch on hold that was complete when it was cancelled can be retried', async () => {
  const { ask, file } = await aCore()
  await ask('enqueue', { file, hold: true })
  await ask('cancel', { batches: [1] })
  expect((await ask('retry', { batches: [1] })).batches).toMatchObject([{ jobs: { pending: 6_000 } }])
})
