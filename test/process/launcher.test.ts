import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRunning } from '../../src/core/process/processes.ts'
import { type Kind, LauncherKit, until } from '../helpers/launcher-kit.ts'

const showArguments = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'

/** Descriptors that this process inherited and passes on. */
const strangers = new Set(
  readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((fd) => fd > 2 && existsSync(`/proc/self/fdinfo/${fd}`))
    .filter((fd) => (Number.parseInt(/flags:\s+(\d+)/.exec(infoOf(fd))?.[1] ?? '0', 8) & 0o2000000) === 0),
)

function infoOf(fd: number): string {
  return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
}

describe.each<Kind>(['native', 'portable', 'node'])('the %s launcher', (kind) => {
  let kit: LauncherKit
  beforeEach(() => {
    kit = new LauncherKit(kind, { PATH: process.env.PATH, BASE: 'base', BOTH: 'base' })
  })
  afterEach(() => kit.dispose())

  const sh = (script: string) => ['/bin/sh', '-c', script]
  const script = (name: string, text: string, mode = 0o755) => {
    writeFileSync(join(kit.home, name), text)
    chmodSync(join(kit.home, name), mode)
    return `./${name}`
  }

  it('reports its identity', async () => {
    const launcher = await kit.launcher
    expect(launcher.kind).toBe(kind === 'node' ? 'node' : 'native')
    expect(isRunning(launcher.identity)).toBe(true)
  })

  it.each([0, 1, 2, 255])('reports exit code %i', async (code) => {
    const exit = await kit.exit(sh(`exit ${code}`))
    expect(exit).toMatchObject({ exitCode: code, signal: null, ended: 'exited', leftovers: 0, logBytes: 0 })
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'])('reports a job that dies of %s', async (signal) => {
    const exit = await kit.exit(sh(`kill -${signal.slice(3)} $$`))
    expect(exit).toMatchObject({ exitCode: null, signal, ended: 'exited' })
  })

  it("measures wall and awake time, and the kernel's resource usage", async () => {
    const burn = 'while (process.cpuUsage().user < 150_000 || performance.now() < 200);'
    const exit = await kit.exit([process.execPath, '-e', burn])
    expect(exit.awakeMs).toBeGreaterThanOrEqual(190)
    expect(exit.endedAt - exit.startedAt).toBeGreaterThanOrEqual(190)
    if (kind === 'node') expect(exit.usage).toBeNull()
    else expect(exit.usage?.userMs).toBeGreaterThanOrEqual(100)
    if (kind !== 'node') expect(exit.usage?.maxRssKb).toBeGreaterThan(20_000)
  })

  it('passes every argument exactly as it is', async () => {
    const args = [
      '',
      ' ',
      'two\nlines',
      `a b'"$(touch x);\n-rf.csv`,
      'Übermut 🚢',
      '*',
      '\\',
      'A=B',
      '\t',
      '',
    ]
    const attempt = await kit.start([process.execPath, '-e', showArguments, '--', ...args])
    await kit.exitOf(attempt)
    expect(JSON.parse(kit.log(attempt))).toEqual(args)
    expect(existsSync(join(kit.home, 'x'))).toBe(false)
  })

  it('gives the job the base environment, its own variables over it, and its marker', async () => {
    const env = { BOTH: 'own', EMPTY: '', LINES: 'a\nb', EQUALS: 'a=b' }
    const keys = ['BASE', ...Object.keys(env), 'SLIPWAY_ATTEMPT', 'SLIPWAY_RUN_DIR']
    const show = `process.stdout.write(JSON.stringify(${JSON.stringify(keys)}.map((k) => process.env[k])))`
    const attempt = await kit.start([process.execPath, '-e', show], { env })
    await kit.exitOf(attempt)
    expect(JSON.parse(kit.log(attempt))).toEqual(['base', 'own', '', 'a\nb', 'a=b', attempt, kit.runDir])
  })

  it('gives the job no descriptor but the three, an empty stdin and a group of its own', async () => {
    const attempt = await kit.start(sh('cat; ps -o pgid= -p $$; echo $$; ls -l /proc/self/fd'))
    await kit.exitOf(attempt)
    const [group, pid, , ...descriptors] = kit.log(attempt).trim().split('\n')
    expect(group?.trim()).toBe(pid)
    const opened = descriptors.map((line) => / (\d+) -> (.*)$/.exec(line)?.slice(1) ?? [])
    // One is the folder that ls itself reads. Node can't close what whoever started this test left open.
    const own = opened.filter(
      ([n, to]) => !to?.endsWith('/fd') && !(kind === 'node' && strangers.has(Number(n))),
    )
    const log = kit.logPath(attempt)
    expect(own).toEqual([
      ['0', '/dev/null'],
      ['1', log],
      ['2', log],
    ])
  })

  it('gives the job default signals, also where the launcher ignores some', async () => {
    const attempt = await kit.start(sh('grep -E "Sig(Blk|Ign)" /proc/self/status'))
    await kit.exitOf(attempt)
    expect(kit.log(attempt).match(/0{16}/g)).toHaveLength(2)
  })

  it("looks a program up in the job's own PATH, relative to the job's folder", async () => {
    mkdirSync(join(kit.home, 'tools'))
    script('tools/evolve', '#!/bin/sh\necho "here: $0"\n')
    const attempt = await kit.start(['evolve'], { env: { PATH: 'tools:/usr/bin:/bin' } })
    await kit.exitOf(attempt)
    expect(kit.log(attempt)).toContain('here: ')
  })

  it('runs a script without a first line as a shell does', async () => {
    const exit = await kit.exit([script('plain', 'exit 7\n')])
    expect(exit.exitCode).toBe(7)
  })

  it("refuses what can't be started, with a sentence each", async () => {
    const message = async (...start: Parameters<LauncherKit['run']>) => {
      const outcome = await kit.run(...start)
      return outcome.kind === 'refused' ? [outcome.stage, outcome.errno, outcome.message] : outcome
    }
    mkdirSync(join(kit.home, 'folder'))
    script('plain', 'exit 0', 0o644)
    script('orphan', '#!/no/such/interpreter\n')
    symlinkSync(join(kit.home, 'plain'), join(kit.home, 'link.log'))
    const gone = join(kit.home, 'gone')
    expect(await message(['./nope'])).toEqual(['program', 'ENOENT', 'program "./nope" was not found'])
    expect(await message(['nope'])).toEqual(['program', 'ENOENT', 'program "nope" was not found in PATH'])
    expect(await message([''])).toEqual(['program', 'ENOENT', 'program "" was not found in PATH'])
    expect(await message(['./plain'])).toEqual(['program', 'EACCES', 'program "./plain" is not executable'])
    expect(await message(['./folder'])).toEqual([
      'program',
      'EACCES',
      'program "./folder" is a folder, not a program',
    ])
    expect(await message(['./orphan'])).toEqual([
      'program',
      'ENOENT',
      'program "./orphan" names an interpreter in its first line that was not found',
    ])
    expect(await message(['true'], { cwd: gone })).toEqual([
      'cwd',
      'ENOENT',
      `folder "${gone}" does not exist`,
    ])
    expect(await message(['true'], { cwd: join(kit.home, 'plain') })).toMatchObject([
      'cwd',
      'ENOTDIR',
      expect.any(String),
    ])
    expect(await message(['true'], { logPath: join(kit.home, 'link.log') })).toMatchObject([
      'log',
      'ELOOP',
      expect.any(String),
    ])
    expect(await message(['true'], { logPath: '/proc/none/x.log' })).toMatchObject([
      'log',
      'ENOENT',
      expect.any(String),
    ])
    expect(await message(['true', 'x'.repeat(4_000_000)])).toMatchObject([
      'program',
      'E2BIG',
      expect.any(String),
    ])
    expect(await message(['true', 'a\0b'])).toMatchObject(['program', 'EINVAL', expect.any(String)])
    expect(existsSync(kit.logPath('1.1'))).toBe(false)
  })

  it('never writes a log by way of a link, and makes nothing behind one', async () => {
    const elsewhere = join(kit.home, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'file'), 'mine')
    symlinkSync(elsewhere, join(kit.home, 'way'))
    symlinkSync(join(kit.home, 'nowhere'), join(kit.home, 'lost'))
    symlinkSync(join(elsewhere, 'file'), join(kit.home, 'file.log'))
    for (const path of ['way/x.log', 'way/deep/er/x.log', 'lost/x.log', 'file.log', 'way/../way/x.log']) {
      const outcome = await kit.run(sh('echo written'), { logPath: `${kit.home}/${path}` })
      expect([path, outcome]).toMatchObject([path, { kind: 'refused', stage: 'log', errno: 'ELOOP' }])
    }
    expect(readdirSync(elsewhere)).toEqual(['file'])
    expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('mine')
    expect(existsSync(join(kit.home, 'nowhere'))).toBe(false)
  })

  it('keeps logs private and removes empty ones', async () => {
    const silent = await kit.start(['true'])
    const loud = await kit.start(sh('echo out; echo err >&2'))
    await Promise.all([kit.exitOf(silent), kit.exitOf(loud)])
    expect(existsSync(kit.logPath(silent))).toBe(false)
    expect(kit.log(loud)).toBe('out\nerr\n')
    expect(statSync(kit.logPath(loud)).mode & 0o777).toBe(0o600)
    expect(statSync(join(kit.home, 'logs')).mode & 0o777).toBe(0o700)
  })

  it('ends a job that takes longer than its timeout', async () => {
    const exit = await kit.exit(['sleep', '60'], { timeoutMs: 50 })
    expect(exit).toMatchObject({ ended: 'timeout', signal: 'SIGTERM', exitCode: null })
    expect(exit.awakeMs).toBeGreaterThanOrEqual(50)
  })

  it('lets a job that gets SIGTERM end in its own way, within the grace', async () => {
    const attempt = await kit.start(
      sh('trap "echo tidy; exit 4" TERM; echo ready; while :; do sleep 0.01; done'),
    )
    await kit.says(attempt, 'ready')
    ;(await kit.launcher).stop(attempt, 5000)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: 4, signal: null })
    expect(kit.log(attempt)).toContain('tidy')
  })

  it('kills a job that ignores being asked', async () => {
    const attempt = await kit.start(sh('trap "" TERM; echo ready; while :; do sleep 0.01; done'))
    await kit.says(attempt, 'ready')
    ;(await kit.launcher).stop(attempt, 100)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', signal: 'SIGKILL' })
  })

  it('follows a job that closes its output to its real end', async () => {
    const attempt = await kit.start(
      sh('echo output; exec >&- 2>&-; while [ ! -e gate ]; do sleep 0.01; done; touch done; exit 3'),
    )
    await kit.says(attempt, 'output')
    const { pid } = await kit.started(attempt)
    await until(() => !existsSync(`/proc/${pid}/fd/1`) && !existsSync(`/proc/${pid}/fd/2`), 'it is closed')
    expect(kit.events.some((event) => event.kind === 'exited')).toBe(false)
    writeFileSync(join(kit.home, 'gate'), '')
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'exited', exitCode: 3, leftovers: 0 })
    expect(existsSync(join(kit.home, 'done'))).toBe(true)
    expect(kit.log(attempt)).toBe('output\n')
  })

  it('keeps binary output without a newline byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 4_096 }, (_, n) => (n * 7) % 256)).filter((b) => b !== 10)
    writeFileSync(join(kit.home, 'bytes'), bytes)
    const attempt = await kit.start(['cat', 'bytes'])
    await kit.exitOf(attempt)
    expect(readFileSync(kit.logPath(attempt)).equals(bytes)).toBe(true)
  })

  it('ends a job that is suspended', async () => {
    const attempt = await kit.start(sh('trap "exit 5" TERM; echo ready; kill -STOP $$; exit 0'))
    await kit.says(attempt, 'ready')
    const { pid } = await kit.started(attempt)
    await until(() => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')), 'it is stopped')
    ;(await kit.launcher).stop(attempt, 5000)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: 5 })
  })

  it.each([
    ['in its group', 'sleep 61 & echo ready; exit 0'],
    ['in a session of their own', 'setsid sleep 61 & echo ready; sleep 0.05; exit 0'],
    ['as daemons', '(setsid sh -c "sleep 61 & exit" &); echo ready; sleep 0.05; exit 0'],
  ])('stops processes that a job leaves behind %s', async (_where, text) => {
    const attempt = await kit.start(sh(text))
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'exited', exitCode: 0, leftovers: 1 })
    expect(kit.processes(attempt)).toEqual([])
  })

  it('kills leftovers that ignore being asked', async () => {
    const attempt = await kit.start(
      sh('setsid sh -c "trap \\"\\" TERM; while :; do sleep 0.01; done" & sleep 0.05'),
      {
        graceMs: 100,
      },
    )
    const exit = await kit.exitOf(attempt)
    expect(exit.exitCode).toBe(0)
    expect(exit.leftovers).toBeGreaterThanOrEqual(1)
    expect(kit.processes(attempt)).toEqual([])
  })

  it('does not count processes as left over that were just ending', async () => {
    // It outlives its shell by little more than its own start: a busy machine has the whole grace for that.
    const exit = await kit.exit(sh('sleep 0.001 & exit 0'))
    expect(exit).toMatchObject({ exitCode: 0, leftovers: 0 })
  })

  it('reaches grandchildren in sessions of their own when it stops a job', async () => {
    const attempt = await kit.start(sh('setsid sh -c "setsid sleep 61 & sleep 62" & echo ready; wait'))
    await kit.says(attempt, 'ready')
    await until(() => kit.processes(attempt).length === 4, 'all four processes run')
    ;(await kit.launcher).stop(attempt, 1000)
    await kit.exitOf(attempt)
    expect(kit.processes(attempt)).toEqual([])
  })

  it('wins against a job whose processes start each other anew', async () => {
    const text =
      'trap "" TERM; while :; do setsid sh -c "trap \\"\\" TERM; while :; do setsid sleep 61; done"; done'
    const attempt = await kit.start(sh(text))
    await until(() => kit.processes(attempt).length >= 3, 'all generations run')
    ;(await kit.launcher).stop(attempt, 50)
    await kit.exitOf(attempt)
    expect(kit.processes(attempt)).toEqual([])
  })

  it('leaves the processes of other jobs alone', async () => {
    const bystander = await kit.start(sh('setsid sleep 61 & echo ready; exec sleep 62'))
    await kit.says(bystander, 'ready')
    await until(() => kit.processes(bystander).length === 2, 'both run')
    const attempt = await kit.start(['sleep', '60'])
    await kit.started(attempt)
    ;(await kit.launcher).stop(attempt, 100)
    await kit.exitOf(attempt)
    expect(kit.processes(bystander)).toHaveLength(2)
  })

  it('runs 2,000 short jobs, two at a time, and loses none', async () => {
    const launcher = await kit.launcher
    const lane = async (name: number) => {
      for (let n = 1; n <= 1000; n += 1) await kit.exit(['/bin/true'], { attempt: `${name}.${n}` })
    }
    await Promise.all([lane(1), lane(2)])
    const exits = kit.events.flatMap((e) => (e.kind === 'exited' ? [e.exit] : []))
    expect(new Set(exits.map((e) => e.attempt)).size).toBe(2000)
    expect(exits.filter((e) => e.exitCode !== 0 || e.leftovers !== 0)).toEqual([])
    launcher.forget(2000)
    await launcher.close()
    expect(kit.processes()).toEqual([])
  })
})
