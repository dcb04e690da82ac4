/** One job of the Node launcher: how it is started, stopped and seen to its end, with real processes. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { identify } from '../../../../src/core/process/processes.ts'
import { until } from '../../../helpers/launcher-kit.ts'
import { aPlaceForJobs } from '../a-job.ts'

/** Files below a folder that this process holds open. */
const openHere = (folder: string) =>
  readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return '' // the descriptor of the listing itself
      }
    })
    .filter((file) => file.startsWith(folder))

const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]

describe('a job that ends by itself', () => {
  test('is reported once it runs, with its process, and then with its end', async () => {
    const { sh } = aPlaceForJobs()
    const before = Date.now()
    const one = sh('while ! [ -e go ]; do sleep 0.01; done; exit 7')
    const started = one.outcome.started
    expect(started).toMatchObject({ attempt: one.attempt, pid: expect.any(Number) })
    expect(started?.processStartedAt).toBe(identify(started?.pid ?? 0)?.startedAt)
    expect(group(started?.pid ?? 0)).toBe(String(started?.pid))
    expect(one.outcome.exit).toBeNull()
    writeFileSync(join(one.logPath, '../../go'), '')
    const exit = await one.exit()
    expect(exit).toEqual({
      attempt: one.attempt,
      exitCode: 7,
      signal: null,
      ended: 'exited',
      startedAt: started?.at,
      endedAt: expect.any(Number),
      awakeMs: expect.any(Number),
      usage: null,
      leftovers: 0,
      logBytes: 0,
      logCut: false,
    })
    expect(exit.startedAt).toBeGreaterThanOrEqual(before)
    expect(exit.endedAt).toBeGreaterThanOrEqual(exit.startedAt)
    expect(exit.endedAt).toBeLessThanOrEqual(Date.now())
  })

  test('took as long as it took', async () => {
    const { sh } = aPlaceForJobs()
    const began = performance.now()
    const exit = await sh('sleep 0.3').exit()
    // Counted from when the job is known to run, which on a busy machine is later than its first instruction.
    expect(exit.awakeMs).toBeGreaterThanOrEqual(200)
    expect(exit.awakeMs).toBeLessThanOrEqual(Math.ceil(performance.now() - began))
    expect(exit.endedAt - exit.startedAt).toBeGreaterThanOrEqual(200)
  })

  test('by a signal of its own is reported with it', async () => {
    const { sh } = aPlaceForJobs()
    expect(await sh('kill -SEGV $$').exit()).toMatchObject({
      exitCode: null,
      signal: 'SIGSEGV',
      ended: 'exited',
    })
  })

  test('leaves its output in a private log, and none if it said nothing', async () => {
    const { sh, home } = aPlaceForJobs()
    const loud = sh('echo out; echo err >&2')
    const silent = sh('true')
    expect(await loud.exit()).toMatchObject({ logBytes: 8, logCut: false })
    await silent.exit()
    expect(loud.log()).toBe('out\nerr\n')
    expect(statSync(loud.logPath).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, 'logs')).mode & 0o777).toBe(0o700)
    expect(existsSync(silent.logPath)).toBe(false)
  })

  test('appends to a log that is already there', async () => {
    const { sh, home } = aPlaceForJobs()
    mkdirSync(join(home, 'logs'))
    writeFileSync(join(home, 'logs', '1.1.log'), 'before\n')
    const one = sh('echo after')
    await one.exit()
    expect(one.log()).toBe('before\nafter\n')
  })

  test('has its log cut at the limit while it still runs', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('head -c 3000000 /dev/zero; while ! [ -e go ]; do sleep 0.01; done; echo end', {
      logLimitBytes: 10_000,
    })
    await until(
      () => existsSync(`${one.logPath}.cut`) || readdirSync(join(one.logPath, '..')).length > 1,
      'it is cut',
    )
    expect(one.outcome.exit).toBeNull()
    writeFileSync(join(one.logPath, '../../go'), '')
    expect(await one.exit()).toMatchObject({ logBytes: 3_000_004, logCut: true })
    expect(one.log().endsWith('end\n')).toBe(true)
    expect(one.log().length).toBeLessThan(100_000)
  })

  test('reads nothing: its input is empty', async () => {
    const { sh } = aPlaceForJobs()
    expect(await sh('cat; exit 3').exit()).toMatchObject({ exitCode: 3, logBytes: 0 })
  })
})

describe('the environment of a job', () => {
  test('is the base, its own variables over it, and its marker over all', async () => {
    const { start, home } = aPlaceForJobs()
    const env = { BOTH: 'own', SLIPWAY_ATTEMPT: 'forged' }
    const argv = ['/bin/sh', '-c', 'echo "$BASE $BOTH $SLIPWAY_ATTEMPT $SLIPWAY_RUN_DIR"; pwd']
    const one = start(argv, { env }, { BASE: 'base', BOTH: 'base' })
    await one.exit()
    expect(one.log()).toBe(`base own ${one.attempt} ${home}\n${home}\n`)
  })

  test('names the program as the command does, and passes its arguments exactly', async () => {
    const { start, home } = aPlaceForJobs()
    writeFileSync(join(home, 'tool'), '#!/bin/sh\nprintf "%s|" "$0" "$@"\n', { mode: 0o755 })
    const one = start(['./tool', '', 'a b', '*', '"'])
    await one.exit()
    expect(one.log()).toBe(`${join(home, 'tool')}||a b|*|"|`)
    const two = start(['sh', '-c', 'cat /proc/$$/cmdline', 'x'])
    await two.exit()
    expect(two.log().split('\0')[0]).toBe('sh')
  })
})

describe('a job that cannot be started', () => {
  test('is refused with what is wrong, and leaves no log', async () => {
    const { start, home } = aPlaceForJobs()
    const put = (name: string, text: string, mode: number) => {
      writeFileSync(join(home, name), text)
      chmodSync(join(home, name), mode)
    }
    mkdirSync(join(home, 'folder'))
    put('plain', 'exit 0', 0o644)
    put('orphan', '#!/no/such/interpreter\n', 0o755)
    mkdirSync(join(home, 'bin'))
    put('bin/orphan', '#!/no/such/interpreter\n', 0o755)
    const big = 'x'.repeat(4_000_000)
    const gone = join(home, 'gone')
    const cases: [ReturnType<typeof start>, unknown][] = [
      [start(['./nope']), { stage: 'program', errno: 'ENOENT', hint: '-', subject: './nope' }],
      [start(['nope']), { stage: 'program', errno: 'ENOENT', hint: 'path', subject: 'nope' }],
      [start(['']), { stage: 'program', errno: 'ENOENT', hint: 'path', subject: '' }],
      [start([]), { stage: 'program', errno: 'ENOENT', hint: 'path', subject: '' }],
      [start(['./plain']), { stage: 'program', errno: 'EACCES', hint: '-', subject: './plain' }],
      [start(['./plain/x']), { stage: 'program', errno: 'ENOTDIR', hint: '-', subject: './plain/x' }],
      [start(['./folder']), { stage: 'program', errno: 'EACCES', hint: 'folder', subject: './folder' }],
      [start(['./orphan']), { stage: 'program', errno: 'ENOENT', hint: 'interpreter', subject: './orphan' }],
      [start(['true', big]), { stage: 'program', errno: 'E2BIG', hint: 'path', subject: 'true' }],
      [start(['/bin/true', big]), { stage: 'program', errno: 'E2BIG', hint: '-', subject: '/bin/true' }],
      [start(['true'], { cwd: gone }), { stage: 'cwd', errno: 'ENOENT', hint: '-', subject: gone }],
      [start(['true'], { cwd: join(home, 'plain') }), { stage: 'cwd', errno: 'ENOTDIR' }],
    ]
    for (const [one, refusal] of cases) {
      expect(await one.refusal()).toMatchObject(refusal as object)
      expect(one.outcome.exit).toBeNull()
      expect(existsSync(one.logPath)).toBe(false)
    }
  })

  test('is refused where its log cannot be written, or is a link', async () => {
    const { start, home } = aPlaceForJobs()
    symlinkSync(join(home, 'target'), join(home, 'link.log'))
    const link = join(home, 'link.log')
    expect(await start(['true'], { logPath: link }).refusal()).toEqual({
      stage: 'log',
      errno: 'ELOOP',
      hint: '-',
      subject: link,
    })
    expect(existsSync(join(home, 'target'))).toBe(false)
    expect(await start(['true'], { logPath: home }).refusal()).toMatchObject({
      stage: 'log',
      errno: 'EISDIR',
    })
    const nowhere = '/proc/none/deep/x.log'
    expect(await start(['true'], { logPath: nowhere }).refusal()).toMatchObject({
      stage: 'log',
      errno: 'ENOENT',
    })
  })

  test('is refused where a folder on the way to its log is a link, and nothing is made behind it', async () => {
    const { start, home } = aPlaceForJobs()
    mkdirSync(join(home, 'elsewhere', 'there'), { recursive: true })
    symlinkSync(join(home, 'elsewhere'), join(home, 'logs'))
    symlinkSync(join(home, 'nowhere'), join(home, 'dangling'))
    for (const logPath of [
      join(home, 'logs', 'deep', '1.log'),
      join(home, 'logs', 'there', '1.log'),
      join(home, 'logs', '1.log'),
      join(home, 'dangling', '1.log'),
    ])
      expect(await start(['true'], { logPath }).refusal()).toEqual({
        stage: 'log',
        errno: 'ELOOP',
        hint: '-',
        subject: logPath,
      })
    expect(readdirSync(join(home, 'elsewhere'), { recursive: true })).toEqual(['there'])
    expect(existsSync(join(home, 'nowhere'))).toBe(false)
  })

  test('is refused where something else than a file stands in place of its log', async () => {
    const { start, home } = aPlaceForJobs()
    const logPath = join(home, 'pipe.log')
    spawnSync('mkfifo', [logPath])
    const before = openHere(home)
    expect(await start(['true'], { logPath }).refusal()).toMatchObject({ stage: 'log', errno: 'EINVAL' })
    expect(openHere(home)).toEqual(before)
  })

  test('leaves no file open, however it was refused', async () => {
    const { start, home } = aPlaceForJobs()
    writeFileSync(join(home, 'orphan'), '#!/no/such/interpreter\n', { mode: 0o755 })
    await start(['./orphan']).refusal()
    await start(['/bin/true', 'x'.repeat(4_000_000)]).refusal()
    await start(['true']).exit()
    expect(openHere(home)).toEqual([])
  })

  test('is refused while somebody writes its program', async () => {
    const { start, home } = aPlaceForJobs()
    copyFileSync('/bin/true', join(home, 'tool'))
    chmodSync(join(home, 'tool'), 0o755)
    const fd = openSync(join(home, 'tool'), 'r+')
    try {
      expect(await start(['./tool']).refusal()).toMatchObject({
        stage: 'program',
        errno: 'ETXTBSY',
        hint: '-',
      })
    } finally {
      closeSync(fd)
    }
  })

  test('has the folders of its log made for it, for this user only', async () => {
    const { start, home } = aPlaceForJobs()
    const logPath = join(home, 'a', 'b', 'c', '1.log')
    await start(['echo', 'hello'], { logPath }).exit()
    expect(readFileSync(logPath, 'utf8')).toBe('hello\n')
    for (const folder of ['a', 'a/b', 'a/b/c']) expect(statSync(join(home, folder)).mode & 0o777).toBe(0o700)
  })

  test('does not lose what an earlier attempt wrote to the same log', async () => {
    const { start, home } = aPlaceForJobs()
    mkdirSync(join(home, 'logs'))
    writeFileSync(join(home, 'logs', '1.1.log'), 'before\n')
    writeFileSync(join(home, 'orphan'), '#!/no/such/interpreter\n', { mode: 0o755 })
    const one = start(['./orphan'])
    await one.refusal()
    expect(one.log()).toBe('before\n')
  })
})

describe('finding a program', () => {
  test("in the job's own PATH, relative to its folder, the first that can be run", async () => {
    const { start, home } = aPlaceForJobs()
    for (const [dir, mode] of [
      ['a', 0o644],
      ['b', 0o755],
      ['c', 0o755],
    ] as const) {
      mkdirSync(join(home, dir))
      writeFileSync(join(home, dir, 'evolve'), `#!/bin/sh\necho ${dir}\n`)
      chmodSync(join(home, dir, 'evolve'), mode)
    }
    const one = start(['evolve'], { env: { PATH: 'a:b:c:/bin' } })
    await one.exit()
    expect(one.log()).toBe('b\n')
    const two = start(['evolve'], { env: { PATH: 'a:none' } })
    expect(await two.refusal()).toEqual({ stage: 'program', errno: 'EACCES', hint: '-', subject: 'evolve' })
  })
})

describe('stopping a job', () => {
  test('lets it end in its own way within the grace', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('trap "echo tidy; exit 4" TERM; echo ready; while :; do sleep 0.01; done')
    await one.says('ready')
    one.job.stop('stopped', 10_000)
    expect(await one.exit()).toMatchObject({ ended: 'stopped', exitCode: 4, signal: null })
    expect(one.log()).toContain('tidy')
  })

  test('kills it after the grace, and not before', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('trap "" TERM; echo ready; while :; do sleep 0.01; done')
    await one.says('ready')
    const asked = performance.now()
    one.job.stop('stopped', 150)
    expect(await one.exit()).toMatchObject({ ended: 'stopped', signal: 'SIGKILL' })
    expect(performance.now() - asked).toBeGreaterThanOrEqual(145)
  })

  test('a second time can only shorten the grace', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('trap "" TERM; echo ready; while :; do sleep 0.01; done')
    await one.says('ready')
    const asked = performance.now()
    one.job.stop('stopped', 60_000)
    one.job.stop('stopped', 50)
    one.job.stop('timeout', 60_000)
    expect(await one.exit()).toMatchObject({ ended: 'stopped', signal: 'SIGKILL' })
    expect(performance.now() - asked).toBeLessThan(30_000)
  })

  test('with its own grace is what a launcher does that has to end', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('trap "" TERM; echo ready; while :; do sleep 0.01; done', { graceMs: 20 })
    await one.says('ready')
    one.job.stopWithOwnGrace()
    expect(await one.exit()).toMatchObject({ ended: 'stopped', signal: 'SIGKILL' })
  })

  test('reaches one that is stopped, also in a session of its own', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh(
      'setsid sh -c "kill -STOP \\$\\$" & trap "exit 5" TERM; echo ready; kill -STOP $$; wait; exit 0',
    )
    await one.says('ready')
    const stopped = () =>
      one.processes().filter(({ pid }) => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))).length
    await until(() => stopped() === 2, 'both are stopped')
    const asked = performance.now()
    one.job.stop('stopped', 60_000)
    expect(await one.exit()).toMatchObject({ ended: 'stopped', exitCode: 5 })
    expect(performance.now() - asked).toBeLessThan(30_000)
    expect(one.processes()).toEqual([])
  })

  test('reaches grandchildren in sessions of their own, and no other job', async () => {
    const { sh } = aPlaceForJobs()
    const other = sh('setsid sleep 61 & echo ready; exec sleep 62')
    const one = sh('setsid sh -c "setsid sleep 61 & sleep 62" & echo ready; wait')
    await Promise.all([one.says('ready'), other.says('ready')])
    await until(() => one.processes().length === 4 && other.processes().length === 2, 'all run')
    one.job.stop('stopped', 5_000)
    await one.exit()
    expect(one.processes()).toEqual([])
    expect(other.processes()).toHaveLength(2)
  })

  test('at its timeout counts as that, and not a moment earlier', async () => {
    const { start } = aPlaceForJobs()
    const exit = await start(['sleep', '60'], { timeoutMs: 120 }).exit()
    expect(exit).toMatchObject({ ended: 'timeout', signal: 'SIGTERM', exitCode: null })
    expect(exit.awakeMs).toBeGreaterThanOrEqual(115)
  })

  test('at its timeout uses the grace that it was started with', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('trap "" TERM; while :; do sleep 0.01; done', { timeoutMs: 50, graceMs: 60 })
    expect(await one.exit()).toMatchObject({ ended: 'timeout', signal: 'SIGKILL' })
  })

  test('has no timeout if it ended in time, or has a very long one', async () => {
    const { sh } = aPlaceForJobs()
    const ends = [sh('exit 0', { timeoutMs: 60_000 }), sh('sleep 0.05', { timeoutMs: 2 ** 31 + 5 })]
    for (const one of ends) expect(await one.exit()).toMatchObject({ ended: 'exited', exitCode: 0 })
  })

  test('after it has ended itself stops what it left behind, and it still has ended itself', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh(
      'setsid sh -c "trap \\"\\" TERM; echo armed; while :; do sleep 0.01; done" & until grep -q armed logs/1.1.log; do sleep 0.01; done; exit 6',
      {
        graceMs: 60_000,
      },
    )
    await one.says('armed')
    await until(
      () => !existsSync(`/proc/${one.outcome.started?.pid}`),
      'the end of the main process is known',
    )
    const asked = performance.now()
    one.job.stop('stopped', 20)
    expect(await one.exit()).toMatchObject({ ended: 'exited', exitCode: 6 })
    expect(performance.now() - asked).toBeLessThan(30_000)
  })

  test('before it could be started does nothing', () => {
    const { start } = aPlaceForJobs()
    const one = start(['./nope'])
    one.job.stop('stopped', 0)
    expect(one.outcome.refusal).not.toBeNull()
  })
})

describe('what a job leaves behind', () => {
  test.each([
    ['in its group', 'sleep 61 & echo ready; exit 0'],
    ['in a session of its own', 'setsid sleep 61 & echo ready; sleep 0.05; exit 0'],
    ['as a daemon', '(setsid sh -c "sleep 61 & exit" &); echo ready; sleep 0.05; exit 0'],
  ])('is stopped and counted: a process %s', async (_where, script) => {
    const { sh } = aPlaceForJobs()
    const one = sh(script, { graceMs: 10_000 })
    const asked = performance.now()
    expect(await one.exit()).toMatchObject({ ended: 'exited', exitCode: 0, leftovers: 1 })
    expect(performance.now() - asked).toBeLessThan(8_000)
    expect(one.processes()).toEqual([])
  })

  test('is killed when it ignores being asked', async () => {
    const { sh } = aPlaceForJobs()
    const text =
      'setsid sh -c "trap \\"\\" TERM; echo armed; while :; do sleep 0.01; done" & until grep -q armed $0; do sleep 0.01; done'
    const one = sh(text.replace('$0', 'logs/1.1.log'), { graceMs: 60 })
    const exit = await one.exit()
    expect(exit).toMatchObject({ exitCode: 0, ended: 'exited' })
    expect(exit.leftovers).toBeGreaterThanOrEqual(1)
    expect(one.processes()).toEqual([])
  })

  test('does not count if it was just ending', async () => {
    const { sh } = aPlaceForJobs()
    expect(await sh('sleep 0.03 & exit 0').exit()).toMatchObject({ exitCode: 0, leftovers: 0 })
  })

  test('holds the end of the job back, but not the time at which it is recorded to have ended', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('sleep 0.08 & exit 0')
    const exit = await one.exit()
    expect(Date.now() - exit.endedAt).toBeGreaterThanOrEqual(20)
    expect(one.processes()).toEqual([])
  })

  test('after a job of more than a second is found too', async () => {
    const { sh } = aPlaceForJobs()
    const one = sh('sleep 1.05; setsid sleep 61 & sleep 0.05; exit 0')
    expect(await one.exit()).toMatchObject({ exitCode: 0, leftovers: 1 })
    expect(one.processes()).toEqual([])
  })
})
