import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SlipwayApi } from '../../../src/contract/api.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import { conflictSchema } from '../../../src/contract/entities.ts'
import type { SlipwayError } from '../../../src/contract/errors.ts'
import { openCore } from '../../../src/core/core.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { registerHost, takeRole } from '../../../src/core/queue/host-store.ts'
import { claim, end, hostId, reread, runJobs, startJob, temporaryFolder } from '../../helpers/database.ts'

/** A real core on a real data folder; a second connection plays the executor. */
async function aCore(mustTrust = false) {
  const home = temporaryFolder()
  const project = temporaryFolder()
  const opened = await openCore({ home, kind: 'test', launcherDir: '/nowhere' })
  const second = openDatabase(home)
  if (!opened.ok || !second.ok) throw new Error('the core did not open')
  const db: Db = second.value
  db.write(() => {
    const started = { started_at: Date.now(), user: 'ana', version: '0' }
    registerHost(db, {
      id: hostId,
      kind: 'test',
      pid: process.pid,
      process_started_at: '1',
      boot_id: 'b',
      ...started,
    })
    takeRole(db, hostId)
  })
  onTestFinished(async () => {
    await opened.value.close()
    db.close()
  })
  const api: SlipwayApi = opened.value.api({
    actor: 'ana',
    origin: { from: 'program', command: 'a test', folder: null },
    mustTrust,
  })
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await api.invoke(name, input)
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`)
    return result.value
  }
  const refused = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<SlipwayError> => {
    const result = await api.invoke(name, input)
    if (result.ok) throw new Error(`${name} was not refused`)
    return result.error
  }
  const write = (text: string, name = 'x.slipway.yaml') => {
    const file = join(project, name)
    writeFileSync(file, text)
    return file
  }
  const inputs = async (batch: number) => (await ask('jobs', { batch })).jobs.map((job) => job.input)
  const list = async () => (await ask('list', { all: true })).batches
  return { db, ask, refused, write, inputs, list, project }
}

const five = 'batches: [{ type: t, run: [echo, "{value}"], over: { list: [a, b, c, d, e] } }]'
const tenths = 'batches: [{ type: g, run: [echo, "{generation}"], over: { range: 0..29, size: 10 } }]'

/** Lets the head of the queue run its first jobs. */
function runSome(db: Db, jobs: number) {
  const now = Date.now()
  const batch = claim(db, now)
  runJobs(
    db,
    batch,
    now,
    Array.from({ length: jobs }, () => ({ ms: 1 })),
  )
  return batch
}

describe('the same work again', () => {
  test('is refused by default, with every conflicting batch and its progress, and nothing changes', async () => {
    const { db, ask, refused, write, list } = await aCore()
    const file = write(five)
    await ask('enqueue', { file })
    runSome(db, 2)
    const before = await list()
    const error = await refused('enqueue', { file })
    expect(error.code).toBe('duplicate')
    const conflict = conflictSchema.parse(error.conflicts?.[0])
    expect(conflict).toMatchObject({ kind: 'identity', remaining: 3, differs: { added: 0, removed: 0 } })
    expect(conflict.existing).toMatchObject({
      number: 1,
      status: 'running',
      jobs: { succeeded: 2, total: 5 },
    })
    expect(conflict.sentence).toMatch(/^#1 x \/ t is running: 2 of 5 jobs done, created just now\.$/)
    expect(await list()).toEqual(before)
  })

  test('shows what differs when the file has changed meanwhile', async () => {
    const { ask, refused, write } = await aCore()
    await ask('enqueue', { file: write(five) })
    const error = await refused('enqueue', { file: write(five.replace('d, e', 'f')) })
    expect(error.conflicts?.[0]).toMatchObject({ remaining: 4, differs: { added: 1, removed: 2 } })
  })

  test('`return` gives the existing batch and creates none', async () => {
    const { ask, write, list } = await aCore()
    const file = write(five)
    const first = await ask('enqueue', { file })
    const second = await ask('enqueue', { file, ifExists: 'return' })
    expect(second).toMatchObject({ created: [], existing: [{ id: first.created[0]?.id }] })
    const { events } = await ask('events', { batch: 1 })
    expect(events.filter(({ kind }) => kind === 'enqueue_conflicted')).toHaveLength(1)
    expect(await list()).toHaveLength(1)
  })

  test('`replace` cancels the existing batch with a reason and starts anew', async () => {
    const { db, ask, write, inputs } = await aCore()
    const file = write(five)
    await ask('enqueue', { file })
    const running = runSome(db, 1)
    startJob(db, running, Date.now())
    const { created, closed } = await ask('enqueue', { file, ifExists: 'replace' })
    expect(closed[0]).toMatchObject({
      number: 1,
      status: 'cancelled',
      reason: 'replaced by #2',
      jobs: { succeeded: 1, cancelled: 4 },
    })
    expect(created[0]).toMatchObject({ number: 2, status: 'queued', position: 1, duplicateOf: null })
    expect(await inputs(2)).toEqual(['a', 'b', 'c', 'd', 'e'])
    const { attempts } = await ask('job', { batch: 1, job: 2 })
    expect(attempts).toMatchObject([{ outcome: 'cancelled' }])
  })

  test('`allow` creates a knowing duplicate that names the one it duplicates', async () => {
    const { ask, refused, write } = await aCore()
    const file = write(five)
    const first = await ask('enqueue', { file })
    const { created } = await ask('enqueue', { file, ifExists: 'allow' })
    expect(created[0]).toMatchObject({ number: 2, status: 'queued', duplicateOf: first.created[0]?.id })
    expect((await refused('enqueue', { file })).conflicts).toHaveLength(2)
  })

  test('`remaining` closes the existing batch where it stands and takes only the inputs it has not done', async () => {
    const { db, ask, write, inputs } = await aCore()
    const file = write(five)
    const first = await ask('enqueue', { file })
    const running = runSome(db, 2)
    startJob(db, running, Date.now())
    const answer = await ask('enqueue', { file, ifExists: 'remaining' })
    expect(answer.closed[0]).toMatchObject({ number: 1, status: 'cancelled', reason: 'continued by #2' })
    expect(answer.created[0]).toMatchObject({ number: 2, continues: first.created[0]?.id, duplicateOf: null })
    expect(answer.skipped).toEqual([{ type: 't', range: null, jobs: 2 }])
    expect(await inputs(2)).toEqual(['c', 'd', 'e'])
  })

  test('`remaining` of a sliced range leaves out the slices that are done, too', async () => {
    const { db, ask, write, inputs } = await aCore()
    const file = write(tenths)
    await ask('enqueue', { file })
    const first = runSome(db, 10)
    end(db, first, Date.now())
    runSome(db, 4)
    const { created, closed, skipped } = await ask('enqueue', { file, ifExists: 'remaining' })
    expect(closed.map((batch) => batch.number)).toEqual([2, 3])
    expect(created.map((batch) => [batch.range, batch.jobs.total])).toEqual([
      [{ start: 10, end: 19 }, 6],
      [{ start: 20, end: 29 }, 10],
    ])
    expect(skipped.map((one) => one.jobs)).toEqual([10, 4])
    expect(await inputs(4)).toEqual(['14', '15', '16', '17', '18', '19'])
  })

  test('a range that overlaps is explained as an overlap', async () => {
    const { ask, refused, write } = await aCore()
    await ask('enqueue', { file: write(tenths) })
    const error = await refused('enqueue', { file: write(tenths.replace('0..29, size: 10', '5..14')) })
    expect(error.message).toMatch(/overlaps/)
    expect(
      error.conflicts?.map((one) => conflictSchema.parse(one)).map((one) => [one.kind, one.existing.range]),
    ).toEqual([
      ['overlap', { start: 0, end: 9 }],
      ['overlap', { start: 10, end: 19 }],
    ])
  })

  test('of one type refuses a submit of several as a whole', async () => {
    const { ask, refused, write, list } = await aCore()
    await ask('enqueue', { file: write(five) })
    const two = five.replace(']', ']').replace('batches: [', 'batches: [{ type: u, run: [echo, new] }, ')
    expect((await refused('enqueue', { file: write(two) })).code).toBe('duplicate')
    expect(await list()).toHaveLength(1)
    const { created, existing } = await ask('enqueue', { file: write(two), ifExists: 'return' })
    expect([created.map((one) => one.type), existing.map((one) => one.type)]).toEqual([['u'], ['t']])
  })
})

describe('skip-done by command', () => {
  test('leaves out commands that succeeded in any earlier batch, and creates nothing when nothing is left', async () => {
    const { db, ask, write, inputs } = await aCore()
    const file = write(five)
    await ask('enqueue', { file })
    end(db, runSome(db, 3), Date.now(), 'cancelled')
    const second = await ask('enqueue', { file, skipDone: 'command' })
    const done = { unchanged: 3, changed: 0, outputsMissing: 0, new: 2, since: 1 }
    expect(second.skipped).toEqual([{ type: 't', range: null, jobs: 3, done }])
    expect(await inputs(2)).toEqual(['d', 'e'])
    end(db, runSome(db, 2), Date.now())
    const third = await ask('enqueue', { file, skipDone: 'command' })
    expect(third).toMatchObject({ created: [], skipped: [{ jobs: 5 }] })
  })

  test('is all there is for jobs of an earlier version, which kept nothing of what they read', async () => {
    const { db, ask, write } = await aCore()
    const file = write(five)
    await ask('enqueue', { file })
    db.write(() => db.exec("UPDATE batches SET options = json_remove(options, '$.reads')"))
    end(db, runSome(db, 5), Date.now())
    expect(await ask('enqueue', { file, skipDone: true })).toMatchObject({
      created: [],
      skipped: [{ jobs: 5 }],
    })
  })

  test('does not leave out an input whose command has changed', async () => {
    const { db, ask, write, inputs } = await aCore()
    await ask('enqueue', { file: write(five) })
    end(db, runSome(db, 5), Date.now())
    await ask('enqueue', { file: write(five.replace('echo', 'echo, "-n"')), skipDone: 'command' })
    expect(await inputs(2)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

test('a batch on hold is not in the queue until it is resumed, and holds its identity', async () => {
  const { ask, refused, write } = await aCore()
  const file = write(five)
  const { created } = await ask('enqueue', { file, hold: true })
  expect(created[0]).toMatchObject({ status: 'initiated', position: null, sealed: true })
  expect((await refused('enqueue', { file })).code).toBe('duplicate')
  expect((await refused('move', { batches: [1], to: 'top' })).message).toMatch(/^#1 is on hold, /)
  expect((await ask('resume', { batch: 1 })).batches[0]).toMatchObject({ status: 'queued', position: 1 })
})

test('whoever waits for a batch that is replaced waits for its successor', async () => {
  const { ask, write } = await aCore()
  const file = write(`batches:
  - { type: first, run: [echo, "1"] }
  - { type: second, after: first, run: [echo, "2"] }`)
  await ask('enqueue', { file })
  await ask('enqueue', { file, types: ['first'], ifExists: 'replace' })
  expect((await ask('show', { batch: 2 })).batch.waitsFor?.batches.map(({ number }) => number)).toEqual([3])
})

test('a preview shows what ran before under the same identity, latest first', async () => {
  const { db, ask, write } = await aCore()
  const file = write(`batches:
  - { type: one, run: [echo, "1"] }
  - { type: many, run: [echo, "{input}"], over: { range: 0..9, size: 5 } }`)
  expect((await ask('preview', { file })).earlier).toEqual([])
  await ask('enqueue', { file })
  await ask('enqueue', { file, types: ['one'], ifExists: 'replace' })
  for (let n = 0; n < 3; n += 1) end(db, claim(db, Date.now()), Date.now(), 'failed')
  await ask('enqueue', { file })
  const { earlier, conflicts } = await ask('preview', { file })
  expect(conflicts.map(({ existing }) => existing.number)).toEqual([5, 6, 7])
  // The replaced one never ran.
  expect(earlier.map(({ number, type }) => [number, type])).toEqual([
    [4, 'one'],
    [3, 'many'],
    [2, 'many'],
  ])
  write('batches: [{ type: many, run: [echo, "{input}"], over: { range: 7..20 } }]')
  expect((await ask('preview', { file })).earlier.map(({ number }) => number)).toEqual([3])
})

test('a panel may not enqueue what nobody has trusted, nor what has changed since it was shown', async () => {
  const { ask, refused, write } = await aCore(true)
  const file = write(five)
  expect(await refused('enqueue', { file })).toMatchObject({ code: 'untrusted' })
  const shown = await ask('preview', { file })
  expect(shown.trust).toBe('new')
  await ask('trust', { file, digest: shown.digest })
  expect((await ask('preview', { file })).trust).toBe('known')
  write(five.replace('echo', 'printf'))
  expect((await ask('preview', { file })).trust).toBe('changed')
  expect(await refused('enqueue', { file, digest: shown.digest })).toMatchObject({ code: 'untrusted' })
  write(five)
  expect((await ask('enqueue', { file, digest: shown.digest })).created).toHaveLength(1)
})

test('a panel reads no file that is not named as a configuration', async () => {
  const { refused, write } = await aCore(true)
  const digest = '0'.repeat(64)
  for (const name of ['id_rsa', 'secret.json', 'notes.yaml', '.slipway.yaml']) {
    const file = write('a secret', name)
    for (const error of [
      await refused('preview', { file }),
      await refused('trust', { file, digest }),
      await refused('enqueue', { file }),
    ]) {
      expect(error).toMatchObject({
        code: 'invalid-configuration',
        problems: [{ file, found: name, expected: 'a file such as flood.slipway.yaml' }],
      })
      expect(JSON.stringify(error)).not.toContain('a secret')
    }
  }
})

test('a person at the command line may name a configuration in any way', async () => {
  const { ask, write } = await aCore()
  expect((await ask('preview', { file: write(five, 'batches.yaml') })).types).toHaveLength(1)
})

describe('retry', () => {
  /** A batch of five of which two have succeeded and one failed, cancelled. */
  async function aCancelledBatch() {
    const core = await aCore()
    const file = core.write(five)
    await core.ask('enqueue', { file })
    const now = Date.now()
    const batch = claim(core.db, now)
    runJobs(core.db, batch, now, [{ ms: 1 }, { ms: 1 }, { ms: 1, error: 'boom' }])
    end(core.db, batch, now + 10, 'cancelled')
    return { ...core, file }
  }

  test('reopens what has not succeeded, under the same number, and keeps the earlier run', async () => {
    const { ask } = await aCancelledBatch()
    expect((await ask('summary', { batch: 1 })).state).toBe('ready')
    const { batches } = await ask('retry', { batch: 1 })
    expect(batches[0]).toMatchObject({
      number: 1,
      status: 'queued',
      completedAt: null,
      jobs: { pending: 3, succeeded: 2 },
    })
    expect(await ask('summary', { batch: 1, run: 1 })).toMatchObject({
      state: 'ready',
      summary: { status: 'cancelled' },
      runs: 2,
    })
    expect(await ask('report', { batch: 1, run: 1, format: 'text' })).toMatchObject({
      content: expect.stringContaining('was cancelled: 2 of 5 jobs succeeded'),
    })
    expect(await ask('summary', { batch: 1 })).toMatchObject({ state: 'pending', jobsLeft: 3 })
  })

  test('runs everything again with `all`, or just the jobs that are named', async () => {
    const { ask, refused, file } = await aCancelledBatch()
    const jobs = (await ask('jobs', { batch: 1 })).jobs
    const some = await ask('retry', { batch: 1, jobs: [jobs[2]?.id ?? 0] })
    expect(some.batches[0]?.jobs).toMatchObject({ pending: 1, cancelled: 2, succeeded: 2 })
    const { message } = await refused('enqueue', { file })
    expect(message).toContain('#1 x / t is queued at position 1: 2 of 5 jobs done')
    await ask('cancel', { batches: [1] })
    expect((await ask('retry', { batch: 1, all: true })).batches[0]?.jobs).toMatchObject({ pending: 5 })
  })

  test('can keep it out of the queue until somebody resumes it', async () => {
    const { db, ask, file } = await aCancelledBatch()
    await ask('enqueue', { file, ifExists: 'allow' })
    await ask('cancel', { batches: [2] })
    const { batches } = await ask('retry', { batch: 1, paused: true })
    expect(batches[0]).toMatchObject({ number: 1, status: 'paused', position: null, jobs: { pending: 3 } })
    await ask('retry', { batch: 2, ifExists: 'allow' })
    expect((await ask('show', { batch: 2 })).batch).toMatchObject({ status: 'queued', position: 1 })
    expect((await ask('resume', { batch: 1 })).batches[0]).toMatchObject({ status: 'queued', position: 1 })
    expect(db.sql('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  })

  test('notes the failures that are not part of the new run, so that they do not stop it', async () => {
    const { db, ask } = await aCancelledBatch()
    const failedBefore = () => reread(db, one.id).failed_before
    const one = (await ask('show', { batch: 1 })).batch
    const jobs = (await ask('jobs', { batch: 1 })).jobs
    await ask('retry', { batch: 1, jobs: [jobs[3]?.id ?? 0] })
    expect(failedBefore()).toBe(1)
    expect((await ask('show', { batch: 1 })).options).not.toHaveProperty('failedBefore')
    await ask('cancel', { batches: [1] })
    await ask('retry', { batch: 1 })
    expect(failedBefore()).toBe(0)
  })

  test('of a batch that has not ended, or of which nothing is left, is not possible', async () => {
    const { db, ask, refused, write } = await aCore()
    await ask('enqueue', { file: write(five) })
    expect(await refused('retry', { batch: 1 })).toMatchObject({ code: 'not-possible' })
    end(db, runSome(db, 5), Date.now())
    expect(await refused('retry', { batch: 1 })).toMatchObject({
      code: 'not-possible',
      hint: expect.stringContaining('--all'),
    })
    expect((await ask('show', { batch: 1 })).batch.status).toBe('completed')
  })

  test('meets an active batch of the same identity with the same five answers', async () => {
    const { db, ask, refused, file } = await aCancelledBatch()
    const second = await ask('enqueue', { file })
    const error = await refused('retry', { batch: 1 })
    expect(error).toMatchObject({ code: 'duplicate', conflicts: [{ existing: { number: 2 } }] })
    const askedFor = async (more: object) =>
      (await refused('retry', { batch: 1, ...more })).conflicts?.map(
        (one) => conflictSchema.parse(one).requested.jobs,
      )
    const [, , third] = (await ask('jobs', { batch: 1 })).jobs
    expect(await askedFor({})).toEqual([3])
    expect(await askedFor({ all: true })).toEqual([5])
    expect(await askedFor({ jobs: [third?.id ?? 0] })).toEqual([1])
    expect(await ask('retry', { batch: 1, ifExists: 'return' })).toMatchObject({
      batches: [],
      existing: [{ number: 2 }],
    })
    const allowed = await ask('retry', { batch: 1, ifExists: 'allow' })
    expect(allowed.batches[0]).toMatchObject({ status: 'queued', duplicateOf: second.created[0]?.id })
    await ask('cancel', { batches: [1] })
    // The other one does c before it is closed: only d and e are left to this one.
    const other = claim(db, Date.now())
    runJobs(db, other, Date.now(), [{ ms: 1 }, { ms: 1 }, { ms: 1 }])
    const remaining = await ask('retry', { batch: 1, ifExists: 'remaining' })
    expect(remaining.closed[0]).toMatchObject({ number: 2, status: 'cancelled' })
    expect(remaining.batches[0]?.jobs).toMatchObject({ pending: 2, cancelled: 1, succeeded: 2 })
    await ask('cancel', { batches: [1] })
    await ask('enqueue', { file })
    const replaced = await ask('retry', { batch: 1, ifExists: 'replace' })
    expect(replaced.closed[0]).toMatchObject({ number: 3, reason: 'replaced by the retry of #1' })
  })
})

describe('what a state does not allow is refused with exit 5, and changes nothing', () => {
  test.each([
    ['pause', 'completed'],
    ['resume', 'completed'],
    ['cancel', 'completed'],
    ['move', 'completed'],
    ['priority', 'completed'],
    ['resume', 'queued'],
    ['retry', 'queued'],
    ['move', 'paused'],
    ['pause', 'paused'],
    ['move', 'running'],
    ['retry', 'running'],
    ['resume', 'running'],
  ] as const)('%s of a %s batch', async (command, status) => {
    const { db, ask, refused, write } = await aCore()
    await ask('enqueue', { file: write(five) })
    if (status === 'paused') await ask('pause', { batch: 1 })
    if (status === 'running') runSome(db, 1)
    if (status === 'completed') end(db, runSome(db, 5), Date.now())
    const before = (await ask('show', { batch: 1 })).batch
    expect(before.status).toBe(status)
    const several = { batches: [1], to: 'top' as const, priority: 1 }
    const input =
      command === 'cancel' || command === 'move' || command === 'priority' ? several : { batch: 1 }
    const error = await refused(command, input as never)
    expect(error.code).toBe('not-possible')
    expect(error.message).toMatch(/^#1 is /)
    expect((await ask('show', { batch: 1 })).batch).toEqual(before)
  })

  test('several at once: all of them, or none', async () => {
    const { db, ask, refused, write, list } = await aCore()
    await ask('enqueue', { file: write(five) })
    end(db, runSome(db, 5), Date.now())
    await ask('enqueue', { file: write(five, 'y.slipway.yaml') })
    const before = await list()
    expect((await refused('cancel', { batches: [2, 1] })).code).toBe('not-possible')
    expect(await list()).toEqual(before)
  })
})

test('an empty reason is none', async () => {
  const { ask, write } = await aCore()
  await ask('enqueue', { file: write(five) })
  expect((await ask('cancel', { batches: [1], reason: ' ' })).batches[0]?.reason).toBeNull()
})

test('an unknown batch is not found, and a wrong input is reported with its place', async () => {
  const { refused } = await aCore()
  expect(await refused('cancel', { batches: [77] })).toMatchObject({
    code: 'not-found',
    message: 'There is no batch #77.',
  })
  expect(await refused('show', { batch: 'b7e4' })).toMatchObject({ code: 'not-found' })
  expect(await refused('move', { batches: [1], to: 0 })).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('to'),
  })
  expect(await refused('constructor' as 'list', {})).toMatchObject({ code: 'usage' })
})

test('stop-after pauses the queue when that batch has ended, and the mark goes', async () => {
  const { db, ask, write } = await aCore()
  await ask('enqueue', { file: write(tenths) })
  await ask('stop-after', { batch: 1 })
  expect((await ask('list', {})).batches[0]?.stopAfter).toBe(true)
  end(db, runSome(db, 10), Date.now())
  const { queue } = await ask('snapshot', {})
  expect(queue).toMatchObject({ paused: true, pauseReason: 'stop after #1', stopAfter: null })
  await ask('resume', {})
  expect((await ask('snapshot', {})).queue.paused).toBe(false)
})

describe('the folders of expected files', () => {
  const text = (more: string) =>
    `batches: [{ type: t, run: [echo, "{value}"], over: { list: [a, b] }, expect: "out/{batch}/{value}/x", ${more} }]`

  test('are made before a job is added, where the configuration wants that', async () => {
    const { ask, write, project } = await aCore()
    await ask('preview', { file: write(text('make-folders: true')) })
    expect(readdirSync(project)).toEqual(['x.slipway.yaml'])
    const { created } = await ask('enqueue', { file: write(text('make-folders: true')) })
    expect(readdirSync(join(project, 'out', String(created[0]?.number)))).toEqual(['a', 'b'])
  })

  test('leave nothing behind in the queue if one of them can not be made', async () => {
    const { ask, refused, write, project, list } = await aCore()
    const file = write(text('make-folders: true'))
    await ask('enqueue', { file: write(five, 'y.slipway.yaml') })
    writeFileSync(join(project, 'out'), '')
    const error = await refused('enqueue', { file })
    expect(error.message).toMatch(/out.*not a folder|can't be created/)
    expect(await list()).toHaveLength(1)
  })
})
