import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../helpers/launcher-kit.ts'
import { layOut, removeLaidOut, WindowsUser } from './installed.ts'
import { Agent, probe, whyNot, windowsPath } from './wine.ts'

/** About a minute under Wine. */
const rounds = Number(process.env.SLIPWAY_ROUNDS ?? 40)
const jobs = rounds * 6

type Shown = { batch: { status: string }; jobs: { status: string; attempts: number }[] }

describe.skipIf(whyNot !== undefined)('a batch on Windows whose hosts are killed again and again', () => {
  let agent: Agent
  let resources: string
  let user: WindowsUser
  beforeAll(async () => {
    resources = await layOut()
    agent = await Agent.start()
    user = new WindowsUser(agent, resources)
  })
  afterAll(async () => {
    user?.remove()
    await agent?.end()
    removeLaidOut(resources)
  })

  const marks = () =>
    readdirSync(user.project)
      .filter((name) => name.startsWith('ran-'))
      .map((name) => readFileSync(join(user.project, name), 'utf8').match(/x/g)?.length ?? 0)
  const ran = () => marks().reduce((sum, times) => sum + times, 0)

  it(`runs each of ${jobs} jobs, and records one result for each, over ${rounds} kills`, async () => {
    const run = `['${probe()}', mark, 'ran-{index}.txt']`
    user.write('x.slipway.yaml', `batches: [{ type: t, run: ${run}, over: { range: 1..${jobs} } }]`)
    expect(await user.slipway('add', 'x.slipway.yaml')).toMatchObject({ code: 0 })
    for (let round = 0; round < rounds; round += 1) {
      const host = await user.start('work', '--until-empty')
      const before = ran()
      await until(() => ran() >= before + 1 + (round % 3), 'jobs run', 240_000)
      const open = await agent.call('journals', windowsPath(join(user.home, 'run')))
      await agent.call('kill', host)
      // In every other round the launcher dies with it, and its job with both.
      for (const { launcher } of round % 2 === 0 ? open : [])
        if (await agent.call('isRunning', launcher)) await agent.call('kill', launcher.pid)
      await agent.call('exitOf', host)
    }
    expect(await user.slipway('work', '--until-empty')).toMatchObject({ code: 0 })
    const shown = await user.json<Shown>('show', '1', '--jobs')
    expect(shown.batch.status).toBe('completed')
    expect(shown.jobs.map(({ status }) => status)).toEqual(Array.from({ length: jobs }, () => 'succeeded'))
    expect(marks()).toHaveLength(jobs)
    // Nothing ran that no attempt stands for; one that was killed before it got to its mark left none.
    expect(ran()).toBeLessThanOrEqual(shown.jobs.reduce((sum, { attempts }) => sum + attempts, 0))
    expect(await user.slipway('doctor')).toMatchObject({ code: 0 })
  })
})
