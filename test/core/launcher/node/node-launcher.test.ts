/** The Node launcher as a process of its own, from its sources: what it tells, writes down and does when left alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  fenceLauncher,
  fencePath,
  journalPath,
  readJournals,
  stopOrphanedLauncher,
} from '../../../../src/core/launcher/journal.ts'
import { startLauncher } from '../../../../src/core/launcher/launcher.ts'
import { encodeFrame, parseLine, startFrame } from '../../../../src/core/launcher/protocol.ts'
import { identify, isRunning, realRunDir } from '../../../../src/core/process/processes.ts'
import { temporaryFolder } from '../../../helpers/database.ts'
import { LauncherKit, root, until } from '../../../helpers/launcher-kit.ts'

const sources = join(root, 'src/core/launcher/node')
const sh = (script: string) => ['/bin/sh', '-c', script]
const untilGo = 'while ! [ -e go ]; do sleep 0.01; done'

function aKit(env: NodeJS.ProcessEnv = {}): LauncherKit {
  const kit = new LauncherKit('node', env, sources)
  onTestFinished(() => kit.dispose())
  return kit
}

const only = (kit: LauncherKit) => {
  const [journal, ...more] = readJournals(kit.runDir)
  if (!journal || more.length > 0) throw new Error('not exactly one journal')
  return journal
}
const go = (kit: LauncherKit) => writeFileSync(join(kit.home, 'go'), '')

describe('a launcher and its host', () => {
  test('know each other', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    expect(launcher.kind).toBe('node')
    expect(launcher.identity).toEqual(identify(launcher.identity.pid))
    expect(only(kit)).toMatchObject({
      launcherId: launcher.id,
      hostId: 'host-1',
      kind: 'node',
      launcher: launcher.identity,
      path: journalPath(kit.runDir, launcher.id),
    })
    expect(statSync(only(kit).path).mode & 0o777).toBe(0o600)
    expect(statSync(kit.runDir).mode & 0o777).toBe(0o700)
    await launcher.close()
    expect(isRunning(launcher.identity)).toBe(false)
    expect(readdirSync(kit.runDir)).toEqual([]) // nothing was left to read
    expect(kit.events).toEqual([])
  })

  test('speak of each job three times: it starts, it runs, it has ended', async () => {
    const kit = aKit({ BASE: 'base', EQUALS: 'a=b' })
    const attempt = await kit.start(sh(`echo "$BASE $EQUALS $OWN $(pwd)"; ${untilGo}; exit 7`), {
      env: { OWN: 'own' },
    })
    const started = await kit.started(attempt)
    expect(started).toEqual({
      kind: 'started',
      attempt,
      pid: expect.any(Number),
      processStartedAt: identify(started.pid)?.startedAt,
      at: expect.any(Number),
    })
    expect([...only(kit).started.keys()]).toEqual([attempt])
    expect(only(kit).starting.size).toBe(0)
    go(kit)
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ exitCode: 7, signal: null, ended: 'exited', startedAt: started.at })
    expect(only(kit).exits.get(attempt)).toEqual(exit) // not forgotten before the host commits it
    expect(kit.log(attempt)).toBe(`base a=b own ${kit.home}\n`)
  })

  test('understand each other also when a frame comes in pieces, and two come at once', async () => {
    const runDir = realRunDir(temporaryFolder())
    const child = spawn(process.execPath, [join(sources, 'node-launcher.ts'), runDir, 'L1', 'host-9'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const job = (attempt: string) =>
      startFrame({
        attempt,
        argv: ['true'],
        cwd: '/',
        env: {},
        logPath: join(runDir, `${attempt}.log`),
        logLimitBytes: 1_000,
        timeoutMs: null,
        graceMs: 1_000,
      })
    const bytes = Buffer.concat([encodeFrame(['E', `PATH=${process.env.PATH}`]), job('1.1'), job('2.1')])
    for (let at = 0; at < bytes.length; at += 7) {
      child.stdin.write(bytes.subarray(at, at + 7))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(
      () => output.split('\n').filter((line) => line.startsWith('exited')).length === 2,
      'both ended',
    )
    const lines = output.trimEnd().split('\n').map(parseLine)
    expect(lines[0]).toMatchObject({
      line: 'launcher',
      header: { launcherId: 'L1', hostId: 'host-9', kind: 'node' },
    })
    child.stdin.write(encodeFrame(['F', '2']))
    child.stdin.end()
    await ended(child)
    expect(readdirSync(runDir)).toEqual([])
  })

  test('take another journal where one of that name exists', async () => {
    const runDir = realRunDir(temporaryFolder())
    writeFileSync(join(runDir, 'L1.journal'), 'precious\n')
    const child = spawn(process.execPath, [join(sources, 'node-launcher.ts'), runDir, 'L1', 'h'], {
      stdio: 'ignore',
    })
    await ended(child)
    expect(child.exitCode).not.toBe(0)
    expect(readFileSync(join(runDir, 'L1.journal'), 'utf8')).toBe('precious\n')
  })
})

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('close', resolve))
}

describe('a job of a launcher', () => {
  test('is stopped when asked, with its grace', async () => {
    const kit = aKit()
    const attempt = await kit.start(sh('trap "" TERM; echo ready; while :; do sleep 0.01; done'))
    const other = await kit.start(sh(`${untilGo}; exit 0`))
    await kit.says(attempt, 'ready')
    ;(await kit.launcher).stop(attempt, 50)
    ;(await kit.launcher).stop('no.such', 50)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', signal: 'SIGKILL' })
    go(kit)
    expect(await kit.exitOf(other)).toMatchObject({ ended: 'exited', exitCode: 0 })
  })

  test('that cannot be started is refused, in a sentence', async () => {
    const kit = aKit()
    const attempt = await kit.start(['./nope'])
    expect(await kit.outcome(attempt)).toEqual({
      kind: 'refused',
      attempt,
      stage: 'program',
      errno: 'ENOENT',
      message: 'program "./nope" was not found',
    })
    expect(only(kit).refused.get(attempt)?.message).toBe('program "./nope" was not found')
    expect(only(kit).starting.size).toBe(0)
    await (await kit.launcher).close()
    expect(readJournals(kit.runDir)).toHaveLength(1) // a refusal is kept for a host that did not read it
  })

  test('is not started once the launcher was fenced', async () => {
    const kit = aKit()
    const running = await kit.start(sh(`${untilGo}; exit 4`))
    await kit.started(running)
    fenceLauncher(only(kit))
    const late = await kit.start(['true'])
    expect(await kit.outcome(late)).toMatchObject({
      kind: 'refused',
      stage: 'fenced',
      message: 'the launcher had been fenced and starts nothing more',
    })
    go(kit)
    expect(await kit.exitOf(running)).toMatchObject({ exitCode: 4 })
  })

  test('whose words cannot be sent is refused before anything is', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const refused = async (more: Parameters<LauncherKit['start']>[1], argv = ['true']) => {
      const outcome = await kit.outcome(await kit.start(argv, more))
      return outcome.kind === 'refused' ? outcome.errno : outcome.exit
    }
    expect(await refused({}, ['true', 'a\0b'])).toBe('EINVAL')
    expect(await refused({}, [])).toBe('EINVAL')
    expect(await refused({ cwd: '/a\0b' })).toBe('EINVAL')
    expect(await refused({ env: { A: 'x\0y' } })).toBe('EINVAL')
    expect(await refused({ env: { 'A\0': 'x' } })).toBe('EINVAL')
    expect(await refused({}, ['true', 'x'.repeat(33 * 1024 * 1024)])).toBe('E2BIG')
    const outcome = await kit.outcome(await kit.start(['a\0b']))
    expect(outcome).toMatchObject({
      stage: 'program',
      message: expect.stringContaining('program "a\uFFFDb" was given'),
    })
    const spec = {
      argv: ['true'],
      cwd: '/',
      env: {},
      logPath: '/x',
      logLimitBytes: 1,
      timeoutMs: null,
      graceMs: 1,
    }
    for (const attempt of ['', 'a b', '../x', 'a/b'])
      expect(() => launcher.start({ ...spec, attempt })).toThrow(`"${attempt}" can't name an attempt`)
    expect(existsSync(only(kit).path)).toBe(true)
  })
})

describe("a launcher's journal", () => {
  test('is emptied of what the host has committed', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const long = await kit.start(sh(`${untilGo}; exit 0`))
    await kit.started(long)
    for (let n = 0; n < 3; n += 1) await kit.exit(['true'])
    launcher.forget(2)
    const late = await kit.start(['./nope'])
    await kit.outcome(late)
    expect(only(kit).exits.size).toBe(1)
    launcher.forget(3)
    await until(() => only(kit).exits.size === 0, 'they are forgotten')
    expect([...only(kit).started.keys()]).toEqual([long])
    expect(only(kit).refused.size).toBe(1)
    go(kit)
    await kit.exitOf(long)
    expect(only(kit).exits.size).toBe(1)
    launcher.forget(5)
    await until(() => only(kit).exits.size === 0, 'that one too')
    expect(readFileSync(only(kit).path, 'utf8').trimEnd().split('\n')).toHaveLength(1)
    await launcher.close()
    expect(readdirSync(kit.runDir)).toEqual([])
  })

  test('is written anew without losing the job that runs', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const long = await kit.start(sh(`${untilGo}; exit 0`))
    const started = await kit.started(long)
    const name = `./${'x'.repeat(9_000)}`
    for (let n = 0; n < 4; n += 1) await kit.run([name])
    const before = only(kit)
    expect(statSync(before.path).size).toBeGreaterThan(32 * 1024)
    launcher.forget(4)
    await until(() => only(kit).refused.size === 0, 'they are forgotten')
    expect(statSync(before.path).size).toBeLessThan(1_000)
    expect(only(kit).started.get(long)).toMatchObject({ pid: started.pid })
    expect(statSync(before.path).mode & 0o777).toBe(0o600)
    expect(readdirSync(kit.runDir)).toEqual([`${launcher.id}.journal`])
    go(kit)
    await kit.exitOf(long)
    expect(only(kit).exits.get(long)).toMatchObject({ exitCode: 0 }) // and it writes on into the new one
  })

  test('keeps its long form where the short one cannot be written', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const long = await kit.start(sh(`${untilGo}; exit 0`))
    await kit.started(long)
    const name = `./${'x'.repeat(9_000)}`
    for (let n = 0; n < 4; n += 1) await kit.run([name])
    symlinkSync('/proc/none/x', `${only(kit).path}.new`) // nothing can be written there
    launcher.forget(4)
    await kit.exit(['true']) // after it, as frames are handled in order
    expect(only(kit).refused.size).toBe(4)
    expect(only(kit).started.has(long)).toBe(true)
    go(kit)
    await kit.exitOf(long)
  })

  test('and its fence go with the launcher if there is nothing to read in it', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const journal = only(kit)
    fenceLauncher(journal)
    expect(existsSync(fencePath(journal.path))).toBe(true)
    await launcher.close()
    expect(readdirSync(kit.runDir)).toEqual([])
  })
})

describe('a launcher that is left alone', () => {
  test('sees its job to the end, leaves the exit in its journal, and ends', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const attempt = await kit.start(sh(`${untilGo}; echo done; exit 9`))
    await kit.started(attempt)
    launcher.release()
    const { identity } = launcher
    launcher.start({
      attempt: '9.9',
      argv: ['true'],
      cwd: '/',
      env: {},
      logPath: '/x',
      logLimitBytes: 1,
      timeoutMs: null,
      graceMs: 1,
    })
    expect(isRunning(identity)).toBe(true)
    go(kit)
    await until(() => !isRunning(identity), 'the launcher has ended')
    expect(only(kit).exits.get(attempt)).toMatchObject({ exitCode: 9, ended: 'exited', logBytes: 5 })
    expect(only(kit).started.has('9.9')).toBe(false)
    expect(kit.events.map((event) => event.kind)).toEqual(['started'])
  })

  test('ignores SIGINT and SIGHUP, and on SIGTERM stops its jobs with their grace', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const attempt = await kit.start(sh('trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done'))
    await kit.says(attempt, 'ready')
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.kill(launcher.identity.pid, signal)
    const other = await kit.exit(['true'])
    expect(other.exitCode).toBe(0)
    launcher.release()
    stopOrphanedLauncher(only(kit))
    await until(() => !isRunning(launcher.identity), 'the launcher has ended')
    expect(only(kit).exits.get(attempt)).toMatchObject({ exitCode: 3, ended: 'stopped' })
  })

  test('that was to end starts nothing more', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    const attempt = await kit.start(
      sh(`trap "${untilGo}; exit 3" TERM; echo ready; while :; do sleep 0.01; done`),
      {
        graceMs: 60_000,
      },
    )
    await kit.says(attempt, 'ready')
    process.kill(launcher.identity.pid, 'SIGTERM')
    let late = await kit.run(['true'])
    for (let n = 0; n < 50 && late.kind !== 'refused'; n += 1) late = await kit.run(['true'])
    expect(late).toMatchObject({ kind: 'refused', stage: 'fenced' })
    go(kit)
    expect(await kit.exitOf(attempt)).toMatchObject({ ended: 'stopped', exitCode: 3 })
  })
})

describe('a launcher that dies', () => {
  test('is reported once, with how, and nothing is sent to it any more', async () => {
    const kit = aKit()
    const launcher = await kit.launcher
    process.kill(launcher.identity.pid, 'SIGKILL')
    const gone = await kit.next((e): e is Extract<typeof e, { kind: 'gone' }> => e.kind === 'gone')
    expect(gone.reason).toBe('the launcher is gone: it ended with SIGKILL')
    launcher.stop('1.1', 1)
    launcher.forget(1)
    await launcher.close()
    expect(kit.events).toHaveLength(1)
  })
})

describe('starting a launcher', () => {
  const options = (folder: string, more: object = {}) => ({
    launcherDir: folder,
    runDir: join(temporaryFolder(), 'run'),
    hostId: 'h',
    env: { PATH: process.env.PATH },
    onEvent: () => {},
    ...more,
  })
  const aFolder = (files: Record<string, string>) => {
    const folder = temporaryFolder()
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 })
    return folder
  }

  test('fails with a hint where there is none', async () => {
    const folder = temporaryFolder()
    await expect(startLauncher(options(folder))).rejects.toThrow(
      `no launcher in ${folder}: run "npm run build"`,
    )
  })

  test('falls back to the Node one where the native one does not run, unless the native one was requested', async () => {
    const broken = { 'slipway-launcher': '#!/no/such/interpreter\n', 'node-launcher.js': 'process.exit(5)' }
    const folder = aFolder(broken)
    await expect(startLauncher(options(folder))).rejects.toThrow(
      /node.* did not start: it ended with exit code 5$/,
    )
    const native = { env: { SLIPWAY_LAUNCHER: 'native' } }
    await expect(startLauncher(options(folder, native))).rejects.toThrow(
      /slipway-launcher did not start: .*ENOENT/,
    )
    const node = { env: { SLIPWAY_LAUNCHER: 'node' }, nodePath: '/no/such/node' }
    await expect(startLauncher(options(folder, node))).rejects.toThrow(
      /\/no\/such\/node did not start: .*ENOENT/,
    )
  })

  test('prefers the native one where it runs, and does not look at one that may not be run', async () => {
    const speaks =
      '#!/bin/sh\nprintf "launcher\\t2\\tnative\\t$2\\t$3\\t$$\\t1\\tboot\\t1\\n"; exec cat >/dev/null\n'
    const folder = aFolder({ 'slipway-launcher': speaks, 'node-launcher.js': 'process.exit(5)' })
    const launcher = await startLauncher(options(folder))
    expect(launcher.kind).toBe('native')
    await launcher.close()
    const asked = (kind: string) => ({ env: { PATH: process.env.PATH, SLIPWAY_LAUNCHER: kind } })
    await expect(startLauncher(options(folder, asked('node')))).rejects.toThrow('exit code 5')
    const plain = aFolder({ 'node-launcher.js': 'process.exit(5)' })
    writeFileSync(join(plain, 'slipway-launcher'), speaks, { mode: 0o644 })
    await expect(startLauncher(options(plain))).rejects.toThrow('exit code 5')
    const refused = startLauncher(options(plain, asked('native')))
    await expect(refused).rejects.toThrow(/slipway-launcher did not start: .*EACCES/)
    await expect(refused).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: 'EACCES' }) }),
    )
  })

  test('fails when it does not introduce itself, or dies, and leaves none behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    const before = timers()
    const script = '#!/bin/sh\necho $$ > "$1/pid"; echo forgotten; exec sleep 60\n'
    const mute = aFolder({ 'slipway-launcher': script })
    const native = { env: { PATH: process.env.PATH, SLIPWAY_LAUNCHER: 'native' } }
    const asked = options(mute, native)
    await expect(startLauncher(asked)).rejects.toThrow('its first line was not understood')
    const pid = Number(readFileSync(join(asked.runDir, 'pid'), 'utf8'))
    await until(() => identify(pid) === null, 'it is gone')
    expect(timers()).toBeLessThanOrEqual(before) // nobody waits for it any more
    const killed = aFolder({ 'slipway-launcher': '#!/bin/sh\nkill -KILL $$\n' })
    await expect(startLauncher(options(killed, native))).rejects.toThrow('it ended with SIGKILL')
  })

  test('reads its lines whatever pieces they come in, and skips what it does not understand', async () => {
    const script = [
      '#!/bin/sh',
      'cut -d" " -f5 "/proc/$$/stat" > "$1/group"; readlink "/proc/$$/fd/2" > "$1/complaints"',
      'printf "launcher\\t2\\tnative\\t$2\\t$3\\t$$\\t1\\tboot\\t1\\nnonsense\\nstarted\\t1.1\\t4"',
      'while ! [ -e "$1/go" ]; do sleep 0.01; done; printf "2\\t7\\t8\\n"; exec cat > /dev/null',
    ]
    const events: unknown[] = []
    const folder = aFolder({ 'slipway-launcher': `${script.join('\n')}\n` })
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    const before = timers()
    const asked = options(folder, { onEvent: (event: unknown) => events.push(event) })
    const launcher = await startLauncher(asked)
    expect(timers()).toBeLessThanOrEqual(before)
    expect(launcher.identity).toEqual(identify(launcher.identity.pid))
    expect(events).toEqual([])
    writeFileSync(join(asked.runDir, 'go'), '')
    await until(() => events.length > 0, 'it is heard')
    expect(events).toEqual([{ kind: 'started', attempt: '1.1', pid: 42, processStartedAt: '7', at: 8 }])
    if (process.platform === 'linux') {
      const output = (name: string) => readFileSync(join(asked.runDir, name), 'utf8').trim()
      expect(output('group')).toBe(String(launcher.identity.pid)) // no signal for the host's group reaches it
      expect(output('complaints')).toBe('/dev/null')
    }
    await launcher.close()
    expect(events).toHaveLength(1)
  })

  test("gives it none of the user's own environment but where to look for programs", async () => {
    const shows =
      '#!/bin/sh\nenv > "$1/env"; printf "launcher\\t2\\tnative\\t$2\\t$3\\t$$\\t1\\tboot\\t1\\n"; exec cat >"$1/in"\n'
    const folder = aFolder({ 'slipway-launcher': shows })
    const env = {
      PATH: process.env.PATH,
      NODE_OPTIONS: '--no-such-option',
      SLIPWAY_ATTEMPT: '7.1',
      SLIPWAY_RUN_DIR: '/r',
      EMPTY: '',
      '': 'nameless',
      NONE: undefined,
    }
    const asked = options(folder, { env })
    const launcher = await startLauncher(asked)
    await launcher.close()
    const seen = readFileSync(join(asked.runDir, 'env'), 'utf8')
    expect(seen).toContain('SLIPWAY_ATTEMPT=7.1\n')
    expect(seen).toContain('SLIPWAY_RUN_DIR=/r\n')
    expect(seen).toContain('ELECTRON_RUN_AS_NODE=1\n')
    expect(seen).not.toContain('NODE_OPTIONS')
    const sent = readFileSync(join(asked.runDir, 'in')).subarray(4).toString().split('\0')
    expect(sent).toEqual([
      'E',
      `PATH=${process.env.PATH}`,
      'NODE_OPTIONS=--no-such-option',
      'SLIPWAY_ATTEMPT=7.1',
      'SLIPWAY_RUN_DIR=/r',
      'EMPTY=',
      '',
    ])
  })
})
