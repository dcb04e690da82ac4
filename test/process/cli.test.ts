import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { conflictSchema, jobSchema } from '../../src/contract/entities.ts'
import { slipwayErrorSchema } from '../../src/contract/error-schemas.ts'
import { outputs as out } from '../../src/contract/outputs.ts'
import { settingsSchema } from '../../src/contract/settings.ts'
import { aPlace, documentOf, type Ended, entry, type Place, startProcess } from './slipway.ts'

const showDocument = out.show.extend({ jobs: z.array(jobSchema) })
const logDocument = out.log
  .pick({ path: true, attempt: true, size: true, open: true, gap: true, text: true })
  .extend({ batch: z.string(), job: z.number(), leftOutBytes: z.number() })
const errorDocument = z.object({ error: slipwayErrorSchema })

const THREE = `
batches:
  - type: count
    run: [sh, -c, 'echo "input $1"', sh, "{input}"]
    over: { list: [a, b, c] }
`
const ONE_FAILS = `
batches:
  - type: count
    run: [sh, -c, 'echo "input $1"; test "$1" != b', sh, "{input}"]
    over: { list: [a, b, c] }
`

const failure = (ended: Ended) => documentOf(errorDocument, ended.err).error

async function finished(place: Place, text: string): Promise<number> {
  const { created } = await place.json(out.enqueue, ['add', place.write('x.slipway.yaml', text)])
  const number = created[0]?.number ?? 0
  await place.run('work', '--until-empty')
  return number
}

describe('adding', () => {
  test('creates batches, and lists them in order', async () => {
    const place = aPlace()
    const file = place.write('flood.slipway.yaml', THREE)
    const { created, existing } = await place.json(out.enqueue, ['add', file])
    expect(existing).toEqual([])
    expect(created).toMatchObject([
      { number: 1, status: 'queued', position: 1, jobs: { total: 3, pending: 3 } },
    ])
    const { batches } = await place.json(out.list, ['list'])
    expect(batches).toEqual(created)
    const text = await place.run('list')
    expect(text).toMatchObject({ code: 0, err: '' })
    expect(text.out).toMatch(/#1 flood \/ count +queued +0\/3/)
  })

  test('refuses a duplicate with exit code 3, lists it on stdout and explains on stderr', async () => {
    const place = aPlace()
    const file = place.write('flood.slipway.yaml', THREE)
    const first = await place.json(out.enqueue, ['add', file])
    const refused = await place.run('add', file, '--json')
    expect(refused.code).toBe(3)
    expect(documentOf(out.enqueue, refused.out)).toEqual({
      created: [],
      existing: first.created,
      closed: [],
      outside: [],
      placed: [],
      skipped: [],
    })
    const error = failure(refused)
    expect(error.code).toBe('duplicate')
    expect(z.array(conflictSchema).parse(error.conflicts)).toMatchObject([{ kind: 'identity', remaining: 3 }])
    const text = await place.run('add', file)
    expect(text).toMatchObject({ code: 3, out: '' })
    expect(text.err).toContain('--if-exists remaining')
  })

  test.each([
    ['return', { created: 0, existing: 1, closed: 0 }],
    ['replace', { created: 1, existing: 0, closed: 1 }],
    ['allow', { created: 1, existing: 1, closed: 0 }],
    ['remaining', { created: 1, existing: 0, closed: 1 }],
  ])('answers a conflict with %s', async (answer, expected) => {
    const place = aPlace()
    const file = place.write('flood.slipway.yaml', THREE)
    await place.run('add', file)
    const { created, existing, closed } = await place.json(out.enqueue, ['add', file, '--if-exists', answer])
    expect(created.length).toBe(expected.created)
    expect(closed.length).toBe(expected.closed)
    if (answer !== 'allow') expect(existing.length).toBe(expected.existing)
    if (answer === 'allow') expect(created[0]?.duplicateOf).not.toBeNull()
  })

  test('takes only the named types, variables, a priority, and holds', async () => {
    const place = aPlace()
    const file = place.write(
      'v.slipway.yaml',
      `
variables: { word: hello }
batches:
  - { type: one, run: [echo, "{word}", "{input}"], over: { list: [a] } }
  - { type: two, run: [echo, "{word}", "{input}"], over: { list: [a] } }
`,
    )
    const { created } = await place.json(out.enqueue, [
      ...['add', file, 'two', '--var', 'word=bye now', '--priority', '-7', '--hold'],
    ])
    expect(created).toMatchObject([{ type: 'two', priority: -7, status: 'initiated', position: null }])
    const preview = await place.json(out.preview, ['add', file, 'one', '--dry-run', '--var', 'word=x'])
    expect(preview.types.find(({ type }) => type === 'one')?.batches[0]?.commands[0]?.argv).toEqual(
      expect.arrayContaining(['x', 'a']),
    )
    expect((await place.json(out.list, ['list'])).batches.length).toBe(1)
  })

  test('skips what was done before', async () => {
    const place = aPlace()
    await finished(place, THREE)
    const { created, skipped } = await place.json(out.enqueue, ['add', 'x.slipway.yaml', '--skip-done'])
    expect(created).toEqual([])
    expect(skipped).toMatchObject([{ type: 'count', jobs: 3 }])
    expect((await place.run('add', 'x.slipway.yaml', '--skip-done')).out).toContain('nothing left to add')
  })

  test('an invalid configuration is exit code 2 with its problems, and creates nothing', async () => {
    const place = aPlace()
    const file = place.write('bad.slipway.yaml', THREE.replace('over:', 'ovr:'))
    const refused = await place.run('add', file, '--json')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(failure(refused)).toMatchObject({
      code: 'invalid-configuration',
      problems: expect.arrayContaining([expect.objectContaining({ line: 5, suggestion: 'over' })]),
    })
    const text = await place.run('add', file)
    expect(text.err).toMatch(/bad\.slipway\.yaml:5:\d+: .*\n/)
    expect((await place.run('preview', file)).code).toBe(2)
    expect((await place.run('add', 'no-such-file.yaml')).code).toBe(2)
    expect((await place.json(out.list, ['list', '--all'])).batches).toEqual([])
  })

  test('preview shows the commands as one would type them, and trust marks the file', async () => {
    const place = aPlace()
    const file = place.write('flood.slipway.yaml', THREE.replace('[a, b, c]', '["a b", b, c]'))
    const text = await place.run('preview', file)
    expect(text).toMatchObject({ code: 0, err: '' })
    expect(text.out).toContain("'a b'")
    const { digest } = await place.json(out.trust, ['trust', file])
    const preview = await place.json(out.preview, ['preview', file])
    expect(preview).toMatchObject({ trust: 'known', digest })
  })
})

describe('looking', () => {
  test('show has all jobs in JSON, and in the text when asked', async () => {
    const place = aPlace()
    const number = await finished(place, ONE_FAILS)
    const { batch, jobs } = await place.json(showDocument, ['show', `#${number}`])
    expect(batch).toMatchObject({ number, status: 'completed_with_errors' })
    expect(jobs.map(({ ordinal, status, exitCode }) => [ordinal, status, exitCode])).toEqual([
      [1, 'succeeded', 0],
      [2, 'failed', 1],
      [3, 'succeeded', 0],
    ])
    expect((await place.json(showDocument, ['show', batch.id])).batch).toEqual(batch)
    expect((await place.run('show', String(number))).out).not.toContain('INPUT')
    const text = await place.run('show', String(number), '--jobs')
    expect(text.out).toMatch(/\n +2 +failed +1 +1 .* b/)
  })

  test('show streams more jobs than fit into one page', async () => {
    const place = aPlace()
    place.write(
      'many.slipway.yaml',
      '{batches: [{type: t, run: ["true", "{value}"], over: {range: 1..12001}}]}',
    )
    await place.run('add', 'many.slipway.yaml')
    const { jobs } = await place.json(showDocument, ['show', '1'])
    expect(jobs.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 12_001 }, (_, i) => i + 1))
  })

  test('logs prints a job, or the last that failed, and names it', async () => {
    const place = aPlace()
    const number = String(await finished(place, ONE_FAILS))
    expect(await place.run('logs', number, '3')).toMatchObject({ code: 0, out: 'input c\n', err: '' })
    const chosen = await place.run('logs', number)
    expect(chosen).toMatchObject({ code: 0, out: 'input b\n' })
    expect(chosen.err).toMatch(/job 2 \(failed\): b/)
    expect(await place.json(logDocument, ['logs', number, '1'])).toMatchObject({
      job: 1,
      text: 'input a\n',
      leftOutBytes: 0,
      open: false,
    })
  })

  test('logs as a document has the last megabyte and counts the rest, unless all is requested', async () => {
    const place = aPlace()
    await finished(
      place,
      `{batches: [{type: t, run: [sh, -c, 'yes 1234567 | head -c 1600000; printf end'], over: {list: [a]}}]}`,
    )
    const last = await place.json(logDocument, ['logs', '1'])
    expect(last).toMatchObject({ size: 1_600_003, leftOutBytes: 600_003 })
    expect(last.text).toHaveLength(1_000_000)
    expect(last.text.endsWith('1234567\nend')).toBe(true)
    const all = await place.json(logDocument, ['logs', '1', '--all-output'])
    expect(all).toMatchObject({ size: 1_600_003, leftOutBytes: 0 })
    expect(all.text).toHaveLength(1_600_003)
  })

  test('logs as a document does not count twice what the log limit left out', async () => {
    const place = aPlace()
    await finished(
      place,
      `{batches: [{type: t, run: [sh, -c, 'yes 1234567 | head -c 4000000; printf end'], log-limit: 2MB, over: {list: [a]}}]}`,
    )
    const all = await place.json(logDocument, ['logs', '1', '--all-output'])
    expect(all.gap).not.toBeNull()
    const last = await place.json(logDocument, ['logs', '1'])
    expect(last.leftOutBytes + last.text.length).toBe(all.text.length)
    expect(all.text.endsWith(last.text)).toBe(true)
  })

  test('logs of the only job, which waits for its retry, are there', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      '{batches: [{type: t, run: [sh, -c, "echo said; exit 1"], retries: {times: 1, delay: 1h}}]}',
    )
    const runs = place.start('run', file)
    await expect.poll(async () => (await place.run('logs', '1')).out, { timeout: 10_000 }).toBe('said\n')
    expect((await place.run('logs', '1')).err).toMatch(/job 1 \(pending\)/)
    expect((await place.run('list')).out).toMatch(/#1 x \/ t waits until .*\d\d:\d\d to try job 1 again/)
    runs.child.kill('SIGINT')
    expect((await runs.ended).code).toBe(130)
  })

  test('logs into a file are exact, whatever the bytes are', async () => {
    const place = aPlace()
    const number = await finished(
      place,
      `{batches: [{type: t, run: [sh, -c, 'printf "\\\\377\\\\000a\\\\303"'], over: {list: [a]}}]}`,
    )
    const child = place.start('logs', String(number))
    const chunks: Buffer[] = []
    child.child.stdout?.removeAllListeners('data').setEncoding('latin1')
    child.child.stdout?.on('data', (text: string) => chunks.push(Buffer.from(text, 'latin1')))
    await child.ended
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xff, 0x00, 0x61, 0xc3]))
  })

  test('summary is ready as JSON, as text, and as one page', async () => {
    const place = aPlace()
    const number = String(await finished(place, ONE_FAILS))
    const found = await place.json(out.summary, ['summary', number])
    expect(found).toMatchObject({ state: 'ready', summary: { jobs: { succeeded: 2, failed: 1 } } })
    expect((await place.run('summary', number)).out).toContain('count')
    const page = join(place.project, 'page.html')
    expect((await place.run('summary', number, '--html', 'page.html')).code).toBe(0)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i)
    const reports = z.object({
      reports: z.array(z.object({ file: z.string(), bytes: z.number(), mediaType: z.string() })),
    })
    const written = await place.json(reports, [
      'report',
      number,
      '--html',
      'again.html',
      '--text',
      'again.txt',
    ])
    expect(written.reports.map(({ file }) => file)).toEqual([
      join(place.project, 'again.html'),
      join(place.project, 'again.txt'),
    ])
    expect(statSync(join(place.project, 'again.txt')).size).toBe(written.reports[1]?.bytes)
    expect((await place.run('report', number, '--html', '-')).out).toBe(readFileSync(page, 'utf8'))
    expect((await place.run('summary', number, '--html', '-')).out).toBe(readFileSync(page, 'utf8'))
    expect((await place.run('report', number, '--html', 'no/such/folder.html')).code).toBe(2)
    await place.run('add', place.write('later.slipway.yaml', ONE_FAILS))
    const later = String(Number(number) + 1)
    for (const more of [[], ['--html', '-']])
      expect(await place.json(out.summary, ['summary', later, ...more])).toMatchObject({ state: 'pending' })
    expect((await place.run('report', later, '--html', '-', '--json')).code).toBe(5)
  })

  test('events reads as a story of who did what from where', async () => {
    const place = aPlace()
    const number = String(await finished(place, THREE))
    const { events } = await place.json(out.events, ['events', number])
    expect(events[0]?.origin?.command).toContain('slipway add')
    const story = await place.run('events', number, '--origins')
    expect(story.out.split('\n').length).toBeGreaterThan(events.length)
    const { events: last } = await place.json(out.events, ['events', '--limit', '1'])
    expect(last.length).toBe(1)
  })

  test('a batch that is not there is exit code 4, for every command that takes one', async () => {
    const place = aPlace()
    for (const args of [
      ['show', '7'],
      ['logs', '7'],
      ['summary', '7'],
      ['report', '7'],
      ['events', '7'],
      ['pause', '7'],
      ['resume', '7'],
      ['cancel', '7'],
      ['retry', '7'],
      ['move', '7', '--top'],
      ['priority', '7', '1'],
      ['stop-after', '7'],
      ['show', 'not-an-id'],
      ['show', '0'],
    ]) {
      const ended = await place.run(...args, '--json')
      expect({ args, code: ended.code, out: ended.out }).toEqual({ args, code: 4, out: '' })
      expect(failure(ended).code).toBe('not-found')
    }
  })
})

describe('steering', () => {
  const queueOf = async (place: Place) =>
    (await place.json(out.list, ['list'])).batches.map(({ number, position }) => [number, position])
  const three = async () => {
    const place = aPlace()
    for (const name of ['a', 'b', 'c']) await place.run('add', place.write(`${name}.slipway.yaml`, THREE))
    return place
  }

  test('move, priority and stop-after change the order that list shows', async () => {
    const place = await three()
    await place.json(out.move, ['move', '3', '--top'])
    expect(await queueOf(place)).toEqual([
      [3, 1],
      [1, 2],
      [2, 3],
    ])
    await place.json(out.move, ['move', '3', '--bottom'])
    await place.json(out.move, ['move', '2', '--to', '1'])
    expect(await queueOf(place)).toEqual([
      [2, 1],
      [1, 2],
      [3, 3],
    ])
    const { batches } = await place.json(out.priority, ['priority', '3', '5'])
    expect(batches).toMatchObject([{ number: 3, priority: 5 }])
    expect((await place.json(out['stop-after'], ['stop-after', '1'])).stopAfter).not.toBeNull()
    expect((await place.run('list')).out).toContain('nothing starts after this one')
    expect((await place.json(out['stop-after'], ['stop-after', '--none'])).stopAfter).toBeNull()
  })

  test('pause and resume a batch and the queue', async () => {
    const place = await three()
    expect((await place.json(out.pause, ['pause', '1', '--reason', 'later'])).batches).toMatchObject([
      { number: 1, status: 'paused', position: null },
    ])
    expect((await place.json(out.resume, ['resume', '1'])).batches).toMatchObject([
      { number: 1, status: 'queued' },
    ])
    await place.json(out.pause, ['pause'])
    expect((await place.run('list')).out).toMatch(/paused/i)
    await place.json(out.resume, ['resume'])
    expect((await place.run('list')).out).not.toMatch(/paused/i)
  })

  test('cancel with a reason, several at once, then retry', async () => {
    const place = await three()
    const { batches } = await place.json(out.cancel, ['cancel', '1', '#2', '--reason', 'wrong region'])
    expect(batches).toMatchObject([
      { number: 1, status: 'cancelled', reason: 'wrong region' },
      { number: 2, status: 'cancelled', reason: 'wrong region' },
    ])
    expect((await place.json(out.retry, ['retry', '1'])).batches).toMatchObject([
      { number: 1, status: 'queued' },
    ])
    await place.run('add', 'b.slipway.yaml')
    const collision = await place.run('retry', '2', '--json')
    expect(collision.code).toBe(3)
    expect(documentOf(out.retry, collision.out).existing).toMatchObject([{ number: 4 }])
  })

  test('pause, resume, retry, priority and move take several batches, all or none, and undo takes each back', async () => {
    const place = await three()
    expect((await place.json(out.pause, ['pause', '1', '2'])).batches).toHaveLength(2)
    const none = await place.run('pause', '3', '1')
    expect(none).toMatchObject({ code: 5, out: '' })
    expect(none.err).toMatch(/^slipway: nothing was changed: 1 batch refused\.\n {2}#1: /)
    expect((await place.json(out.resume, ['resume', '1', '2'])).batches).toHaveLength(2)
    const { batches } = await place.json(out.priority, ['priority', '2', '3', '7'])
    expect(batches).toMatchObject([{ priority: 7 }, { priority: 7 }])
    const undone = await place.run('undo')
    expect(undone).toMatchObject({ code: 0, err: '' })
    expect(undone.out).toMatch(
      /^Undid priority\.\n#2 .* is queued\n#3 .* is queued\nslipway undo again undoes resume\.\n$/,
    )
    expect((await place.json(out.undo, ['undo'])).command).toBe('resume')
    await place.json(out.cancel, ['cancel', '1', '3'])
    expect((await place.json(out.retry, ['retry', '1', '3'])).batches).toHaveLength(2)
  })

  test('retries only one job when one is named', async () => {
    const place = aPlace()
    const number = String(await finished(place, ONE_FAILS))
    await place.json(out.retry, ['retry', number, '--job', '3'])
    const { jobs } = await place.json(showDocument, ['show', number])
    expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'pending'])
  })

  test('what is not possible in this state is exit code 5', async () => {
    const place = await three()
    await place.run('cancel', '3')
    for (const args of [
      ['retry', '1'],
      ['resume', '1'],
      ['pause', '3'],
      ['move', '3', '--top'],
      ['priority', '3', '1'],
    ]) {
      const ended = await place.run(...args, '--json')
      expect({ args, code: ended.code, out: ended.out }).toEqual({ args, code: 5, out: '' })
      expect(failure(ended).code).toBe('not-possible')
    }
  })
})

describe('keeping house', () => {
  test('sweep, doctor and backup', async () => {
    const place = aPlace()
    await finished(place, THREE)
    expect((await place.json(out.sweep, ['sweep'])).closed).toEqual([])
    expect((await place.json(out.doctor, ['doctor'])).healthy).toBe(true)
    expect((await place.run('doctor', '--no-repair')).out).toContain('Healthy.')
    const { file, bytes } = await place.json(out.backup, ['backup', 'copy.db'])
    expect(statSync(file).size).toBe(bytes)
    expect((await place.run('backup', 'copy.db')).code).not.toBe(0)
  })

  test('settings are shown, one is shown, one is changed, and a wrong value is refused', async () => {
    const place = aPlace()
    const all = z.object({ settings: settingsSchema })
    expect((await place.json(all, ['settings'])).settings).toEqual(settingsSchema.parse({}))
    const one = z.object({ settings: settingsSchema.pick({ theme: true }) })
    expect((await place.json(one, ['settings', 'theme', 'dark'])).settings.theme).toBe('dark')
    expect((await place.run('settings', 'theme')).out).toBe('dark\n')
    expect((await place.run('settings', 'theme', 'pink')).code).toBe(2)
    const tooMuch = await place.run('settings', 'kill-grace-ms', '700000')
    expect(tooMuch).toMatchObject({ code: 2, out: '' })
    expect(tooMuch.err).toContain('kill-grace-ms must be at most 600,000 (got 700000).')
  })

  test('a database that is not one is exit code 6', async () => {
    const place = aPlace()
    await place.run('list')
    writeFileSync(
      join(place.home, 'slipway.db'),
      'not a database, but long enough to have a header'.repeat(99),
    )
    for (const suffix of ['-wal', '-shm'])
      expect(existsSync(join(place.home, `slipway.db${suffix}`))).toBe(false)
    const ended = await place.run('list', '--json')
    expect(ended).toMatchObject({ code: 6, out: '' })
    expect(failure(ended).code).toBe('database')
  })

  test('a data folder that cannot be made is exit code 6', async () => {
    const place = aPlace()
    writeFileSync(place.home, 'a file')
    expect((await place.run('list')).code).toBe(6)
  })

  test.runIf(process.platform === 'linux')(
    'an empty HOME is refused in a sentence, and nothing is made',
    async () => {
      const place = aPlace()
      const { SLIPWAY_HOME: _home, XDG_DATA_HOME: _data, XDG_CACHE_HOME: _cache, ...rest } = place.env
      const env = { ...rest, HOME: '' }
      const ended = await startProcess(process.execPath, [entry, 'list'], { cwd: place.project, env }).ended
      expect(ended).toMatchObject({ code: 6, out: '' })
      expect(ended.err).toBe(
        'slipway: There is no folder for the data: HOME is empty, or not a whole path.\n' +
          'Set SLIPWAY_HOME to a folder that you may write.\n',
      )
      expect(readdirSync(place.project)).toEqual([])
    },
  )
})

test.runIf(process.platform !== 'win32')(
  'report and backup replace no pipe, device, link or folder, and leave nothing beside it',
  async () => {
    const place = aPlace()
    await finished(place, THREE)
    const folder = join(place.project, 'there')
    const target = join(place.project, 'target')
    mkdirSync(join(folder, 'folder'), { recursive: true })
    execFileSync('mkfifo', [join(folder, 'pipe')])
    symlinkSync('/dev/full', join(folder, 'device'))
    symlinkSync(target, join(folder, 'link'))
    const before = readdirSync(folder)
    for (const name of before) {
      const file = join(folder, name)
      const { ino } = lstatSync(file)
      const report = await place.run('report', '1', '--html', file)
      expect(report).toMatchObject({ code: 2, out: '' })
      expect(report.err).toBe(
        `slipway: can't write ${file}: it exists and is not a regular file; nothing was written\n`,
      )
      const backup = await place.run('backup', file)
      expect(backup).toMatchObject({ code: 5, out: '' })
      expect(backup.err).toContain(`${file} exists already; a backup replaces nothing.`)
      expect(lstatSync(file).ino).toBe(ino)
    }
    expect(readdirSync(folder)).toEqual(before)
    expect(existsSync(target)).toBe(false)
  },
)

test.runIf(process.platform === 'linux')(
  'a limit of open files that no host can live with is refused in a sentence',
  async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', THREE)
    const command = `ulimit -n 24; exec "$0" "$1" run x.slipway.yaml`
    const args = ['-c', command, process.execPath, entry]
    const ended = await startProcess('bash', args, { cwd: place.project, env: place.env }).ended
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toBe(
      'slipway: Slipway needs to open 64 files at once, and may open 24.\n' +
        'Raise the limit: ulimit -n 64, or more for many jobs at once.\n',
    )
    expect(existsSync(place.home)).toBe(false)
  },
)

test('output to a reader that has gone ends quietly', async () => {
  const place = aPlace()
  place.write(
    'many.slipway.yaml',
    '{batches: [{type: t, run: ["true", "{value}"], over: {range: 1..30000}}]}',
  )
  await place.run('add', 'many.slipway.yaml')
  const ended = place.start('show', '1', '--jobs')
  ended.child.stdout?.once('data', () => ended.child.stdout?.destroy())
  expect(await ended.ended).toMatchObject({ code: 0, err: '' })
})

test('inputs with control characters reach people as escapes', async () => {
  const place = aPlace()
  place.write(
    'evil.slipway.yaml',
    '{"batches":[{"type":"t","run":["true","{input}"],"over":{"list":["a\\u001b[2Jb"]}}]}',
  )
  await place.run('add', 'evil.slipway.yaml')
  const { out: text } = await place.run('show', '1', '--jobs')
  expect(text).toContain('a\\e[2Jb')
  expect(text).not.toContain('\u001b')
})

test.runIf(process.platform === 'linux')(
  'output that can not be written is exit code 6, and says why',
  async () => {
    const place = aPlace()
    const full = startProcess('sh', ['-c', '"$0" "$1" list --json > /dev/full', process.execPath, entry], {
      cwd: place.project,
      env: place.env,
    })
    const { code, err } = await full.ended
    expect(code).toBe(6)
    expect(JSON.parse(err).error.message).toMatch(/^The output can't be written: ENOSPC/)
  },
)
