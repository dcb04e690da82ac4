import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fenceLauncher,
  type LauncherJournal,
  readJournals,
  removeJournal,
  stopOrphanedLauncher,
} from '../../src/core/launcher/journal.ts'
import {
  findJobProcesses,
  identify,
  isRunning,
  stopJobProcesses,
  stopProcesses,
} from '../../src/core/process/processes.ts'
import { type Kind, LauncherKit, launcherDir, root, until } from '../helpers/launcher-kit.ts'

describe.each<Kind>(['native', 'portable', 'node'])('when things die around the %s launcher', (kind) => {
  let home: string
  let runDir: string
  let host: ChildProcess | undefined

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-crash-')))
    runDir = join(home, 'run')
  })
  afterEach(async () => {
    host?.kill('SIGKILL')
    await stopJobProcesses({ home }, 0)
    await until(() => readJournals(runDir).every((j) => !isRunning(j.launcher)), 'all launchers have ended')
    rmSync(home, { recursive: true, force: true })
  })

  /** A host in a process of its own, whose job (this script) has been reported as started. */
  async function startHost(script: string): Promise<LauncherJournal> {
    const program = join(root, 'test/helpers/launcher-host.ts')
    const argv = [program, runDir, launcherDir(kind), kind, '17.1', script]
    host = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    if (host.stdout === null) throw new Error('the host has no output')
    for await (const line of createInterface({ input: host.stdout }))
      if (JSON.parse(line).kind === 'started') break
    return only()
  }

  function only(): LauncherJournal {
    const [journal, ...more] = readJournals(runDir)
    if (journal === undefined || more.length > 0) throw new Error(`${more.length} journals too many, or none`)
    return journal
  }

  const go = () => writeFileSync(join(runDir, 'go'), '')
  const untilGo = 'while ! [ -e go ]; do sleep 0.01; done'

  it('sees a job to its end although its host was killed, and leaves the exit in its journal', async () => {
    const before = await startHost(`${untilGo}; echo done; exit 9`)
    expect(before.hostId).toBe('doomed')
    expect([...before.started.keys()]).toEqual(['17.1'])
    expect(before.exits.size).toBe(0)
    host?.kill('SIGKILL')
    await until(() => host?.signalCode === 'SIGKILL', 'the host is dead')
    expect(isRunning(before.launcher)).toBe(true)
    expect(findJobProcesses({ home, attempt: '17.1' }).length).toBeGreaterThan(0)
    go()
    await until(() => !isRunning(before.launcher), 'the launcher has ended')
    const after = only()
    expect(after.exits.get('17.1')).toMatchObject({ exitCode: 9, ended: 'exited', logBytes: 5 })
    removeJournal(after)
    expect(readJournals(runDir)).toEqual([])
  })

  it('does not share the terminal of its host: an interrupt or hangup reaches neither it nor the job', async () => {
    const journal = await startHost(`${untilGo}; exit 0`)
    process.kill(journal.launcher.pid, 'SIGINT')
    process.kill(journal.launcher.pid, 'SIGHUP')
    const session = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]
    expect(session(journal.launcher.pid)).toBe(String(journal.launcher.pid))
    go()
    await until(() => only().exits.has('17.1'), 'the job has ended')
    expect(only().exits.get('17.1')).toMatchObject({ exitCode: 0, signal: null })
  })

  it('stops its jobs with grace and ends when a rescuer asks it to', async () => {
    const journal = await startHost('trap "exit 3" TERM; setsid sleep 61 & while :; do sleep 0.01; done')
    host?.kill('SIGKILL')
    await until(() => findJobProcesses({ home }).length >= 2, 'the stray runs')
    stopOrphanedLauncher(journal)
    await until(() => !isRunning(journal.launcher), 'the launcher has ended')
    expect(only().exits.get('17.1')).toMatchObject({ exitCode: 3, ended: 'stopped' })
    expect(findJobProcesses({ home })).toEqual([])
  })

  it('leaves jobs that can be found and stopped when the launcher itself is killed', async () => {
    const journal = await startHost('setsid sleep 61 & trap "" TERM; while :; do sleep 0.01; done')
    await until(() => findJobProcesses({ home }).length >= 2, 'the stray runs')
    process.kill(journal.launcher.pid, 'SIGKILL')
    await until(() => !isRunning(journal.launcher), 'the launcher is dead')
    const started = only().started.get('17.1')
    const main = findJobProcesses({ home, attempt: '17.1' }).find((p) => p.pid === started?.pid)
    expect(main?.startedAt).toBe(started?.processStartedAt)
    expect(findJobProcesses({ home, attempt: '17.10' })).toEqual([])
    await stopJobProcesses({ home, attempt: '17.1' }, 100)
    expect(findJobProcesses({ home })).toEqual([])
  })

  it('notifies its host when it is gone', async () => {
    const kit = new LauncherKit(kind)
    const launcher = await kit.launcher
    process.kill(launcher.identity.pid, 'SIGKILL')
    const gone = await kit.next((e) => e.kind === 'gone')
    expect(gone.reason).toBe('the launcher is gone: it ended with SIGKILL')
    launcher.stop('1.1', 0)
    await kit.dispose()
  })

  it('starts nothing after it was fenced', async () => {
    const kit = new LauncherKit(kind)
    const running = await kit.start(['sleep', '60'])
    await kit.started(running)
    const [journal] = readJournals(kit.runDir)
    if (journal === undefined) throw new Error('no journal')
    fenceLauncher(journal)
    fenceLauncher(journal)
    expect(await kit.run(['true'])).toMatchObject({ kind: 'refused', stage: 'fenced' })
    expect(readJournals(kit.runDir)[0]?.starting).toEqual(new Set())
    expect(kit.processes(running)).toHaveLength(1)
    await kit.dispose()
  })

  it('forgets exits once all are committed, but never a running job', async () => {
    const kit = new LauncherKit(kind)
    const launcher = await kit.launcher
    const running = await kit.start(['sleep', '60'])
    for (let n = 1; n <= 400; n += 1) {
      await kit.exit(['true'])
      launcher.forget(n)
    }
    const stale = await kit.exit(['true'])
    launcher.forget(400)
    await kit.run(['nope'])
    const [journal] = readJournals(kit.runDir)
    expect([...(journal?.started.keys() ?? [])]).toEqual([running, stale.attempt])
    expect([...(journal?.exits.keys() ?? [])]).toEqual([stale.attempt])
    expect(journal?.refused.size).toBe(1)
    expect(readFileSync(journal?.path ?? '', 'utf8').length).toBeLessThan(40_000)
    await kit.dispose()
  })

  it('removes its journal when it ends with nothing to report', async () => {
    const kit = new LauncherKit(kind)
    const launcher = await kit.launcher
    await kit.exit(['true'])
    launcher.forget(1)
    await launcher.close()
    expect(readdirSync(kit.runDir)).toEqual([])
    await kit.dispose()
  })

  it('continues with its jobs when its host lets go', async () => {
    const kit = new LauncherKit(kind)
    const launcher = await kit.launcher
    const attempt = await kit.start(['/bin/sh', '-c', `${untilGo}; exit 6`])
    await kit.started(attempt)
    launcher.release()
    writeFileSync(join(kit.home, 'go'), '')
    await until(() => !isRunning(launcher.identity), 'the launcher has ended')
    expect(readJournals(kit.runDir)[0]?.exits.get(attempt)).toMatchObject({ exitCode: 6 })
    rmSync(kit.home, { recursive: true, force: true })
  })

  it('is not started from a folder that has none, and reports it', async () => {
    const { startLauncher } = await import('../../src/core/launcher/launcher.ts')
    const start = startLauncher({
      launcherDir: home,
      runDir,
      hostId: 'h',
      env: { SLIPWAY_LAUNCHER: kind },
      onEvent: () => {},
    })
    await expect(start).rejects.toThrow(kind === 'native' ? 'did not start' : 'no launcher in')
    expect(existsSync(runDir)).toBe(true)
  })
})

describe('a process identity', () => {
  it('is not running once it is somebody else with the same pid', () => {
    const own = identify(process.pid)
    if (own === null) throw new Error('this process is not there')
    expect(isRunning(own)).toBe(true)
    expect(isRunning({ ...own, startedAt: `${Number(own.startedAt) - 1}` })).toBe(false)
    expect(isRunning({ ...own, bootId: 'another boot' })).toBe(false)
  })

  it('keeps a process with another start time from being signalled', async () => {
    const bystander = spawn('sleep', ['60'])
    const pid = bystander.pid ?? 0
    await stopProcesses([{ pid, startedAt: '1' }], 0)
    const identity = identify(pid)
    expect(identity !== null && isRunning(identity)).toBe(true)
    await stopProcesses([{ pid, startedAt: identity?.startedAt ?? '' }], 0)
    expect(identity !== null && isRunning(identity)).toBe(false)
  })
})
