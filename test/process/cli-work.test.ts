import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema, summarySchema } from '../../src/contract/entities.ts'
import { outputs } from '../../src/contract/outputs.ts'
import { aPlace, documentOf, entry, type Place, startProcess } from './slipway.ts'

const workDocument = z.object({
  batches: z.array(batchSchema),
  interrupted: z.boolean(),
  blocked: z.array(z.string()),
})
const runDocument = outputs.enqueue.extend(workDocument.shape).extend({ summaries: z.array(summarySchema) })
const showDocument = outputs.show.extend({ jobs: z.array(jobSchema) })

/** A job that prints that it started and ends once the test has opened its gate (or taken its folder away). */
const GATED = `
batches:
  - type: gated
    run: [sh, -c, 'echo started "$1"; while [ ! -e "gate-$1" ] && [ -d "$PWD" ]; do sleep 0.02; done; echo ended "$1"', sh, "{input}"]
    over: { list: [a, b] }
`
const openGate = (place: Place, name: string) => writeFileSync(join(place.project, `gate-${name}`), '')
const statuses = async (place: Place, batch = '1') =>
  (await place.json(showDocument, ['show', batch])).jobs.map(({ status }) => status)

/** Resolves when job `ordinal` has output that it started, by following its log as a user would. */
const started = async (place: Place, ordinal: string): Promise<void> => {
  for (;;) {
    const { out } = await place.run('logs', '1', ordinal)
    if (out.includes('started')) return
  }
}

describe('run', () => {
  test('shows progress on stderr, the summary on stdout, and ends with 0', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      '{batches: [{type: t, run: [echo, "{input}"], over: {list: [a, b]}}]}',
    )
    const { code, out, err } = await place.run('run', file)
    expect(code).toBe(0)
    expect(err).toMatch(/added +#1 x \/ t: 2 jobs/)
    expect(err).toMatch(/#1 x \/ t: completed, 2 of 2/)
    expect(out).toContain('#1')
    expect(err + out).not.toContain('\u001b')
  })

  test('is one document with --json, and exit code 1 when a job failed', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      '{batches: [{type: t, run: [sh, -c, "exit {value}"], over: {range: 0..1}}]}',
    )
    const document = await place.json(runDocument, ['run', file], 1)
    expect(document).toMatchObject({
      created: [{ number: 1 }],
      batches: [{ number: 1, status: 'completed_with_errors' }],
      summaries: [{ number: 1, jobs: { succeeded: 1, failed: 1 } }],
      interrupted: false,
      blocked: [],
    })
  })

  test('ends when what is left waits for a batch that failed, and reports it', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      `
batches:
  - { type: first, run: ["false", "{input}"], over: { list: [a] } }
  - { type: second, after: first, run: ["true", "{input}"], over: { list: [a] } }
`,
    )
    const { code, err } = await place.run('run', file)
    expect(code).toBe(7)
    expect(err).toMatch(/Nothing can run now:\n {2}#2 waits for #1/)
    const { batches } = await place.json(outputs.list, ['list'])
    expect(batches).toMatchObject([{ number: 2, status: 'queued' }])
  })

  test('is refused as a duplicate like add, and can take the one that exists', async () => {
    const place = aPlace()
    const file = place.write(
      'x.slipway.yaml',
      '{batches: [{type: t, run: [echo, "{input}"], over: {list: [a]}}]}',
    )
    await place.run('add', file)
    expect((await place.run('run', file)).code).toBe(3)
    const document = await place.json(runDocument, ['run', file, '--if-exists', 'return'])
    expect(document.batches).toMatchObject([{ number: 1, status: 'completed' }])
  })

  test('watches while another host is the executor', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', GATED)
    await place.run('add', 'x.slipway.yaml')
    const worker = place.start('work')
    await started(place, '1')
    const watcher = place.start('run', 'x.slipway.yaml', '--if-exists', 'return')
    await watcher.until(/exists #1/)
    openGate(place, 'a')
    openGate(place, 'b')
    expect((await watcher.ended).code).toBe(0)
    worker.child.kill('SIGINT')
    expect((await worker.ended).code).toBe(0)
  })
})

describe('work', () => {
  test('until empty: 0 when all completed, 1 when one did not, and the batches as JSON', async () => {
    const place = aPlace()
    expect(await place.json(workDocument, ['work', '--until-empty'])).toEqual({
      batches: [],
      interrupted: false,
      blocked: [],
    })
    place.write('good.slipway.yaml', '{batches: [{type: t, run: [echo, "{input}"], over: {list: [a]}}]}')
    place.write('bad.slipway.yaml', '{batches: [{type: t, run: ["false", "{input}"], over: {list: [a]}}]}')
    await place.run('add', 'good.slipway.yaml')
    expect(await place.json(workDocument, ['work', '--until-empty'])).toMatchObject({
      batches: [{ number: 1, status: 'completed' }],
    })
    await place.run('add', 'bad.slipway.yaml')
    expect((await place.run('work', '--until-empty')).code).toBe(1)
  })

  test('until empty leaves what is on hold or paused', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', '{batches: [{type: t, run: [echo, "{input}"], over: {list: [a]}}]}')
    await place.run('add', 'x.slipway.yaml', '--hold')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect(await statuses(place)).toEqual(['pending'])
  })
})

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s once lets the running job end, starts nothing more, and reports it',
    async (signal) => {
      const place = aPlace()
      const worker = place.start('run', place.write('x.slipway.yaml', GATED))
      await started(place, '1')
      worker.child.kill(signal)
      await worker.until(/Finishing the running jobs.*Press Ctrl-C again/)
      openGate(place, 'a')
      const ended = await worker.ended
      expect({ code: ended.code, signal: ended.signal }).toEqual({ code: 130, signal: null })
      expect(ended.err).toContain('Interrupted')
      expect(await statuses(place)).toEqual(['succeeded', 'pending'])
      openGate(place, 'b')
      expect((await place.run('work', '--until-empty')).code).toBe(0)
      expect(await statuses(place)).toEqual(['succeeded', 'succeeded'])
    },
  )

  test('twice stops the running job, which will run again without using up a retry', async () => {
    const place = aPlace()
    await place.run('add', place.write('x.slipway.yaml', GATED))
    const worker = place.start('work')
    await started(place, '1')
    worker.child.kill('SIGINT')
    await worker.until(/Finishing/)
    worker.child.kill('SIGINT')
    await worker.until(/Stopping the running jobs/)
    expect((await worker.ended).code).toBe(130)
    expect(existsSync(join(place.project, 'gate-a'))).toBe(false)
    expect(await statuses(place)).toEqual(['pending', 'pending'])
    openGate(place, 'a')
    openGate(place, 'b')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect(await statuses(place)).toEqual(['succeeded', 'succeeded'])
  })

  test('that comes while the last job runs does not count once everything is final', async () => {
    const place = aPlace()
    const file = place.write('x.slipway.yaml', GATED.replace('[a, b]', '[a]'))
    const worker = place.start('run', file, '--json')
    await started(place, '1')
    worker.child.kill('SIGINT')
    openGate(place, 'a')
    const ended = await worker.ended
    expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: '' })
    expect(documentOf(runDocument, ended.out)).toMatchObject({
      interrupted: false,
      batches: [{ status: 'completed' }],
    })
  })

  test('to the whole process group, as a terminal sends it, does not reach the jobs', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', GATED)
    const worker = startProcess(process.execPath, [entry, 'run', 'x.slipway.yaml'], {
      cwd: place.project,
      env: place.env,
      detached: true,
    })
    await started(place, '1')
    process.kill(-worker.pid, 'SIGINT')
    await worker.until(/Finishing/)
    openGate(place, 'a')
    expect((await worker.ended).code).toBe(130)
    expect(await statuses(place)).toEqual(['succeeded', 'pending'])
  })

  test('of a terminal that was closed leaves the job running, and the next host takes over its result', async () => {
    const place = aPlace()
    const worker = place.start('run', place.write('x.slipway.yaml', GATED))
    await started(place, '1')
    worker.child.kill('SIGHUP')
    expect((await worker.ended).code).toBe(130)
    expect(await statuses(place)).toEqual(['running', 'pending'])
    openGate(place, 'a')
    openGate(place, 'b')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    const { jobs } = await place.json(showDocument, ['show', '1'])
    expect(jobs).toMatchObject([{ status: 'succeeded', attempts: 1 }, { status: 'succeeded' }])
  })
})

test('logs -f follows a running batch from job to job until it ends', async () => {
  const place = aPlace()
  await place.run('add', place.write('x.slipway.yaml', GATED))
  const worker = place.start('work', '--until-empty')
  await started(place, '1')
  const follower = place.start('logs', '1', '-f')
  await follower.until(/started a\n/)
  openGate(place, 'a')
  await follower.until(/ended a\n(.|\n)*started b\n/)
  openGate(place, 'b')
  const { code, out, err } = await follower.ended
  expect({ code, out }).toEqual({ code: 0, out: 'started a\nended a\nstarted b\nended b\n' })
  expect(err).toMatch(/job 1 .*\n(.|\n)*job 2 /)
  expect((await worker.ended).code).toBe(0)
})

test('logs -f of a batch that was retried begins with what runs again, not with what had succeeded', async () => {
  const place = aPlace()
  const file = place.write(
    'x.slipway.yaml',
    `batches:
  - type: t
    run: [sh, -c, 'echo "ran $1"; if [ "$1" = 2 ]; then [ -e again ] || exit 1; until [ -e go ]; do sleep 0.02; done; fi', sh, "{value}"]
    over: { range: 1..3 }`,
  )
  expect((await place.run('run', file)).code).toBe(1)
  place.write('again', '')
  expect((await place.run('retry', '1')).code).toBe(0)
  const follower = place.start('logs', '1', '-f')
  const worker = place.start('work', '--until-empty')
  await follower.until(/ran 2\n/)
  place.write('go', '')
  expect((await worker.ended).code).toBe(0)
  const { code, out, err } = await follower.ended
  expect({ code, out }).toEqual({ code: 0, out: 'ran 2\n' })
  expect(err).not.toMatch(/job [13] /)
})

test('progress on a terminal is two bars, and the terminal is left as it was', async () => {
  const place = aPlace()
  const file = place.write(
    'x.slipway.yaml',
    '{batches: [{type: t, run: [sleep, "0.{value}"], over: {range: 1..4}}]}',
  )
  const env: NodeJS.ProcessEnv = { ...place.env, TERM: 'xterm-256color' }
  delete env.NO_COLOR
  const command = `stty cols 100 rows 30; '${process.execPath}' '${entry}' run '${file}'`
  const terminal = startProcess('script', ['-qec', command, '/dev/null'], { cwd: place.project, env })
  const { code, out } = await terminal.ended
  expect(code).toBe(0)
  expect(out).toMatch(/#1 x \/ t.*\[.*#.*\].* of 4/)
  expect(out).toMatch(/queue: \d of 1 batch/)
  expect(out).toMatch(/#1 x .*: completed, 4 of 4/)
  expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l'))
})
