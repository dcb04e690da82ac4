import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../helpers/launcher-kit.ts'
import { WindowsLauncherKit } from './windows-launcher-kit.ts'
import { Agent, isWine, probe, whyNot, windowsPath } from './wine.ts'

const pidIn = (text: string) => Number(/(?:child|breakaway) (\d+)/.exec(text)?.[1])

describe.skipIf(whyNot !== undefined)('the launcher for Windows', () => {
  let agent: Agent
  let kit: WindowsLauncherKit
  beforeAll(async () => {
    agent = await Agent.start()
  })
  afterAll(() => agent?.end())
  beforeEach(() => {
    kit = new WindowsLauncherKit(agent, { BASE: 'base', Both: 'base' })
  })
  afterEach(() => kit.dispose())

  const isThere = async (pid: number) => (await agent.call('identify', pid)) !== null
  const shown = (attempt: string) => kit.log(attempt).split('\0').slice(0, -1)

  it('says who it is, by its pid and creation time alone', async () => {
    const { kind, identity } = await kit.ready
    expect(kind).toBe('native')
    expect(await agent.call('isRunning', identity)).toBe(true)
    expect(await agent.call('isRunning', { ...identity, startedAt: '1' })).toBe(false)
    expect(identity.bootId).toBe('windows')
  })

  it.each([0, 1, 255, 256, 3_221_225_786])('reports exit code %i', async (code) => {
    const exit = await kit.exit([probe(), 'exit', String(code)])
    expect(exit).toMatchObject({ exitCode: code, signal: null, ended: 'exited', leftovers: 0, logBytes: 0 })
    await until(() => !existsSync(kit.logPath('1.1')), 'the empty log is gone', 240_000)
  })

  it('measures time, and what the system tells of usage', async () => {
    const exit = await kit.exit([probe(), 'burn'])
    expect(exit.awakeMs).toBeGreaterThanOrEqual(290)
    expect(exit.endedAt - exit.startedAt).toBeGreaterThanOrEqual(290)
    // Wine counts nothing once a process has ended.
    expect(exit.usage?.userMs).toBeGreaterThanOrEqual(isWine ? 0 : 50)
    expect(exit.usage?.maxRssKb).toBeGreaterThanOrEqual(isWine ? 0 : 60_000)
  })

  it('passes every argument exactly as it is', async () => {
    const args = [
      '',
      ' ',
      'two\nlines',
      'a b\'"$(touch x);\r\n-rf.csv',
      'Übermut 🚢',
      '*',
      '\\',
      'C:\\a b\\',
      '\\\\"\\"',
      '%PATH%',
      '^&|<>()!',
      '\t',
      '',
    ]
    const attempt = await kit.probe('arguments', ...args)
    await kit.exitOf(attempt)
    expect(shown(attempt)).toEqual(args)
  })

  it('gives the job the base environment, its own variables over it whatever their case, and its marker', async () => {
    const names = ['BASE', 'BOTH', 'Empty', 'SLIPWAY_ATTEMPT', 'SLIPWAY_RUN_DIR']
    const text = names.map((name) => `${name}=%${name}%`).join('/')
    const script = ['C:\\Windows\\System32\\cmd.exe', '/d', '/s', '/c', `"echo ${text}"`]
    const attempt = await kit.start(script, { env: { BOTH: 'own', Empty: 'x y' } })
    await kit.exitOf(attempt)
    expect(kit.log(attempt).trim()).toBe(
      `BASE=base/BOTH=own/Empty=x y/SLIPWAY_ATTEMPT=${attempt}/SLIPWAY_RUN_DIR=${windowsPath(kit.runDir)}`,
    )
  })

  it('gives the job a console without a window, and an empty stdin', async () => {
    const attempt = await kit.probe('window')
    await kit.exitOf(attempt)
    expect(kit.log(attempt)).toMatch(/^console 1 visible 0 input \d/)
  })

  it("looks a program up in the job's own Path, relative to the job's folder, with the usual endings", async () => {
    mkdirSync(join(kit.home, 'my tools'))
    writeFileSync(join(kit.home, 'my tools/evolve.exe'), readFileSync(join(kit.home, '../..', 'probe.exe')))
    const env = { PATH: '"my tools";C:\\windows\\system32' }
    expect(await kit.exit(['evolve', 'exit', '7'], { env })).toMatchObject({ exitCode: 7 })
    expect(await kit.exit(['my tools\\evolve', 'exit', '8'])).toMatchObject({ exitCode: 8 })
    expect(await kit.exit(['./my tools/evolve.exe', 'exit', '9'])).toMatchObject({ exitCode: 9 })
  })

  it("refuses what can't be started, with a sentence each", async () => {
    const message = async (...start: Parameters<WindowsLauncherKit['run']>) => {
      const outcome = await kit.run(...start)
      return outcome.kind === 'refused' ? [outcome.stage, outcome.errno, outcome.message] : outcome
    }
    mkdirSync(join(kit.home, 'folder'))
    writeFileSync(join(kit.home, 'text.exe'), 'no program')
    writeFileSync(join(kit.home, 'tool.cmd'), '@echo off\r\n')
    expect(await message(['.\\nope'])).toEqual(['program', 'ENOENT', 'program ".\\nope" was not found'])
    expect(await message(['nope'])).toEqual(['program', 'ENOENT', 'program "nope" was not found in PATH'])
    expect(await message([''])).toEqual(['program', 'ENOENT', 'program "" was not found in PATH'])
    expect(await message(['.\\folder'])).toMatchObject([
      'program',
      'EACCES',
      'program ".\\folder" is a folder, not a program',
    ])
    expect(await message(['.\\text.exe'])).toMatchObject(['program', 'ENOEXEC', expect.any(String)])
    expect(await message(['.\\tool.cmd', '"&calc'])).toMatchObject(['program', 'ENOEXEC', expect.any(String)])
    expect(await message([probe()], { cwd: 'C:\\gone' })).toEqual([
      'cwd',
      'ENOENT',
      'folder "C:\\gone" does not exist',
    ])
    expect(await message([probe()], { cwd: windowsPath(join(kit.home, 'text.exe')) })).toMatchObject([
      'cwd',
      'ENOTDIR',
      expect.any(String),
    ])
    expect(await message([probe()], { logPath: windowsPath(join(kit.home, 'folder')) })).toMatchObject([
      'log',
      'EISDIR',
      expect.any(String),
    ])
    expect(
      await message([probe()], { logPath: windowsPath(join(kit.home, 'text.exe/x.log')) }),
    ).toMatchObject(['log', 'ENOTDIR', expect.any(String)])
    expect(await message([probe(), 'x'.repeat(40_000)])).toMatchObject([
      'program',
      'E2BIG',
      expect.any(String),
    ])
    expect(await message([probe(), 'a\0b'])).toMatchObject(['program', 'EINVAL', expect.any(String)])
  })

  it('writes a log and runs in a folder whose paths are longer than 260 characters', async () => {
    const deep = join(kit.home, ...Array.from({ length: 8 }, (_, n) => `${n} ${'ü'.repeat(40)}`))
    const attempt = await kit.start([probe(), 'arguments', 'deep'], {
      logPath: windowsPath(join(deep, 'x.log')),
    })
    await kit.exitOf(attempt)
    expect(readFileSync(join(deep, 'x.log'), 'utf8')).toBe('deep\0')
  })

  it('says that a folder is too long to start a program in', async () => {
    const deep = join(kit.home, ...Array.from({ length: 8 }, () => 'u'.repeat(40)))
    mkdirSync(deep, { recursive: true })
    const outcome = await kit.run([probe()], { cwd: windowsPath(deep) })
    expect(outcome).toMatchObject({ kind: 'refused', stage: 'cwd', errno: 'ENAMETOOLONG' })
  })

  it('ends a job that takes longer than its timeout, with all that it started', async () => {
    const attempt = await kit.start([probe(), 'tree', '60000'], { timeoutMs: 1500, graceMs: 200 })
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ ended: 'timeout' })
    expect(exit.awakeMs).toBeGreaterThanOrEqual(1500)
    expect(await isThere(pidIn(kit.log(attempt)))).toBe(false)
  })

  it.skipIf(isWine)('lets a job that is asked to end do so in its own way, by Ctrl-Break', async () => {
    const attempt = await kit.probe('tidy')
    await kit.says(attempt, 'ready')
    await kit.stop(attempt, 30_000)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: 4, signal: null })
    expect(kit.log(attempt)).toContain('break')
  })

  it.runIf(isWine)(
    'ends a job at once that nobody can ask, as it is with all of them under Wine',
    async () => {
      const attempt = await kit.probe('tidy')
      await kit.says(attempt, 'ready')
      const askedMs = performance.now()
      await kit.stop(attempt, 30_000)
      expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: null, signal: 'SIGKILL' })
      expect(performance.now() - askedMs).toBeLessThan(20_000)
    },
  )

  it('kills a job that ignores being asked', async () => {
    const attempt = await kit.probe('stubborn')
    await kit.says(attempt, 'ready')
    await kit.stop(attempt, 100)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: null, signal: 'SIGKILL' })
  })

  it('stops processes that a job leaves behind, also those that left its group and console', async () => {
    const attempt = await kit.start([probe(), 'tree', '300'], { graceMs: 300 })
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ ended: 'exited', exitCode: 0, leftovers: 2 })
    expect(await isThere(pidIn(kit.log(attempt)))).toBe(false)
  })

  it("lets nothing break away from the job's group", async () => {
    const attempt = await kit.start([probe(), 'breakaway'], { graceMs: 100 })
    await kit.exitOf(attempt)
    const pid = pidIn(kit.log(attempt))
    expect(pid === 0 || !(await isThere(pid))).toBe(true)
  })

  it('stops a job that is suspended', async () => {
    const attempt = await kit.probe('stubborn')
    await kit.says(attempt, 'ready')
    const { pid } = await kit.started(attempt)
    const suspender = await kit.probe('suspend', String(pid))
    await kit.exitOf(suspender)
    await kit.stop(attempt, 100)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped' })
  })

  it('keeps head and tail of a log beyond its limit, and nothing beside it', async () => {
    // Where nothing can punch holes, as under Wine, what comes between copy and truncation is lost: so nothing comes then.
    const attempt = await kit.start([probe(), 'flood', '40', 'go'], { logLimitBytes: 200_000 })
    const size = () => statSync(kit.logPath(attempt), { throwIfNoEntry: false })?.size ?? 0
    await until(
      () => existsSync(`${kit.logPath(attempt)}.cut`) && size() < 1_000_000,
      'the log is cut',
      240_000,
    )
    writeFileSync(join(kit.home, 'go'), '')
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ exitCode: 0, logCut: true })
    const log = readFileSync(kit.logPath(attempt))
    expect(log.length).toBeLessThan(65_536 + 200_000 + 100)
    expect(log.subarray(0, 65_536).every((byte) => byte === 255)).toBe(true)
    expect(log.includes('of output left out here]')).toBe(true)
    expect(log.subarray(-5).toString()).toBe('\nend\n')
    expect(readdirSync(join(kit.home, 'logs'))).toEqual([`${attempt}.log`])
    expect(await kit.exit([probe(), 'exit', '0'])).toMatchObject({ exitCode: 0 })
  })

  it('holds jobs and begins them in order, and drops them after an end that was not clean', async () => {
    const first = await kit.probe('sleep', '300')
    const second = await kit.hold([probe(), 'exit', '0'])
    const third = await kit.hold([probe(), 'exit', '3'])
    const fourth = await kit.hold([probe(), 'exit', '0'])
    expect(await kit.exitOf(first)).toMatchObject({ exitCode: 0 })
    expect(await kit.exitOf(second)).toMatchObject({ exitCode: 0 })
    expect(await kit.exitOf(third)).toMatchObject({ exitCode: 3 })
    await kit.next((e): e is typeof e => e.kind === 'dropped' && e.attempt === fourth)
  })

  it('starts nothing after it was fenced', async () => {
    await kit.exit([probe(), 'exit', '0'])
    await agent.call('fence', windowsPath(kit.runDir))
    expect(await kit.run([probe(), 'exit', '0'])).toMatchObject({ kind: 'refused', stage: 'fenced' })
  })

  it('forgets exits once they are committed, but never a running job', async () => {
    const { index } = await kit.ready
    const running = await kit.probe('sleep', '60000')
    for (let n = 1; n <= 20; n += 1) {
      await kit.exit([probe(), 'exit', '0'])
      await agent.call('forget', index, n)
    }
    const stale = await kit.exit([probe(), 'exit', '0'])
    const journals = await agent.call('journals', windowsPath(kit.runDir))
    expect(journals.flatMap(({ started }) => started.map((one) => one.attempt))).toEqual([
      running,
      stale.attempt,
    ])
    expect(journals.flatMap(({ exits }) => exits.map((one) => one.attempt))).toEqual([stale.attempt])
  })

  it('removes its journal when it ends with nothing that anybody would read', async () => {
    const { index } = await kit.ready
    await kit.exit([probe(), 'exit', '0'])
    await agent.call('forget', index, 1)
    await agent.call('close', index)
    await until(() => readdirSync(kit.runDir).length === 0, 'the journal is gone')
  })
})
