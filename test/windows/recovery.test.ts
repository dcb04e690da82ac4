import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../helpers/launcher-kit.ts'
import { layOut, removeLaidOut, WindowsUser } from './installed.ts'
import { Agent, probe, whyNot, windowsPath } from './wine.ts'

type Shown = { batch: { status: string }; jobs: { status: string; attempts: number; exitCode: number }[] }

describe.skipIf(whyNot !== undefined)('a host that dies on Windows', () => {
  let agent: Agent
  let resources: string
  let user: WindowsUser
  let host: number
  beforeAll(async () => {
    resources = await layOut()
    agent = await Agent.start()
  })
  afterAll(async () => {
    await agent?.end()
    removeLaidOut(resources)
  })
  beforeEach(async () => {
    user = new WindowsUser(agent, resources)
    const run = `['${probe()}', mark, ran.txt, go.txt]`
    user.write('x.slipway.yaml', `batches:\n  - type: t\n    run: ${run}\n`)
    expect(await user.slipway('add', 'x.slipway.yaml')).toMatchObject({ code: 0 })
    host = await user.start('work', '--until-empty')
    await until(() => user.has('ran.txt'), 'the job runs', 240_000)
  })
  afterEach(() => user.remove())

  const runDir = () => join(user.home, 'run')
  const timesRun = () => readFileSync(join(user.project, 'ran.txt'), 'utf8').match(/x/g)?.length
  const go = () => writeFileSync(join(user.project, 'go.txt'), '')
  const work = () => user.slipway('work', '--until-empty')
  async function launcher() {
    const [journal] = await agent.call('journals', windowsPath(runDir()))
    if (journal === undefined) throw new Error('no journal')
    return journal.launcher
  }
  async function ends(pid: number): Promise<void> {
    await agent.call('exitOf', pid)
  }

  it('leaves its job running; the next one takes its exit, and starts nothing twice', async () => {
    const { pid } = await launcher()
    await agent.call('kill', host)
    await ends(host)
    const next = await user.start('work', '--until-empty')
    await expect
      .poll(async () => (await user.json<Shown>('show', '1', '--jobs')).jobs[0]?.status)
      .toBe('running')
    expect(await agent.call('identify', pid)).not.toBeNull()
    go()
    await ends(next)
    const { batch, jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect([batch.status, jobs[0]?.attempts, timesRun()]).toEqual(['completed', 1, 1])
    await until(() => readdirSync(runDir()).length === 0, 'no journal is left')
  })

  it('outlives an update: the installer closes what runs from the app, which jobs and launcher do not', async () => {
    const system = windowsPath(join(resources, 'cli/out/launcher/slipway-system.exe'))
    const closed = await agent.call('run', system, ['close', windowsPath(resources)], 'C:\\', {})
    expect(closed).toMatchObject({ code: 0 })
    await ends(host)
    go()
    expect(await work()).toMatchObject({ code: 0 })
    const { jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect([jobs[0]?.attempts, timesRun()]).toEqual([1, 1])
  })

  it('loses no exit of a job that ended while nobody was there', async () => {
    const identity = await launcher()
    await agent.call('kill', host)
    go()
    await until(
      () =>
        readdirSync(runDir()).some((name) => readFileSync(join(runDir(), name), 'utf8').includes('exited')),
      'the exit is in the journal',
    )
    await expect.poll(() => agent.call('isRunning', identity)).toBe(false)
    expect(await work()).toMatchObject({ code: 0 })
    expect((await user.json<Shown>('show', '1', '--jobs')).batch.status).toBe('completed')
    expect(timesRun()).toBe(1)
  })

  it('takes the job with it when its launcher is killed as well, and only then it runs again', async () => {
    const { pid } = await launcher()
    await agent.call('kill', host)
    await agent.call('kill', pid)
    await ends(host)
    go()
    expect(await work()).toMatchObject({ code: 0 })
    const { batch, jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect([batch.status, jobs[0]?.status, timesRun()]).toEqual(['completed', 'succeeded', 2])
  })

  it('sees a killed launcher from a host that lives, and runs the job again', async () => {
    const { pid } = await launcher()
    await agent.call('kill', pid)
    go()
    await ends(host)
    expect((await user.json<Shown>('show', '1', '--jobs')).batch.status).toBe('completed')
    expect(timesRun()).toBe(2)
  })

  it('keeps its role while it lives: a second host waits, and starts nothing twice', async () => {
    const next = await user.start('work', '--until-empty')
    go()
    await ends(next)
    await ends(host)
    expect((await user.json<Shown>('show', '1', '--jobs')).batch.status).toBe('completed')
    expect(timesRun()).toBe(1)
    expect(existsSync(join(user.home, 'slipway.db'))).toBe(true)
  })

  it('finishes its running job at Ctrl-C, and leaves a queue that continues', async () => {
    expect(await agent.call('run', probe(), ['interrupt', String(host)], 'C:\\', {})).toMatchObject({
      code: 0,
    })
    await until(
      () => readFileSync(join(user.folder, 'output.txt'), 'utf8').includes('Finishing the running jobs'),
      'it got the signal',
    )
    go()
    await ends(host)
    expect((await user.json<Shown>('show', '1', '--jobs')).jobs[0]).toMatchObject({
      status: 'succeeded',
      attempts: 1,
    })
    expect(timesRun()).toBe(1)
  })

  it('is known for suspended, and for running again', async () => {
    const identity = await agent.call('identify', host)
    if (identity === null) throw new Error('the host is gone')
    const act = (verb: string) => agent.call('run', probe(), [verb, String(host)], 'C:\\', {})
    await act('suspend')
    await expect.poll(() => agent.call('isStopped', identity)).toBe(true)
    await act('resume')
    await expect.poll(() => agent.call('isStopped', identity)).toBe(false)
    expect(await agent.call('isRunning', identity)).toBe(true)
    go()
    await ends(host)
  })
})
