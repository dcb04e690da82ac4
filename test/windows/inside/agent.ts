/**
 * Runs under Wine and does there what a test requests, over loopback: starts launchers with the real host's end of one, and
 * looks at processes. One JSON document a line, `{ id, call, args }`, answered by `{ id, value }` or `{ id, error }`; what
 * a launcher reports comes as `{ launcher, event }`. Its one argument: the file that gets its port.
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fenceLauncher, readJournals, stopOrphanedLauncher } from '../../../src/core/launcher/journal.ts'
import { type Launcher, type StartSpec, startLauncher } from '../../../src/core/launcher/launcher.ts'
import { identify, isRunning, isStopped, type ProcessIdentity } from '../../../src/core/process/processes.ts'
import { setLauncherFolder } from '../../../src/core/process/win32.ts'

const launchers: Launcher[] = []
const ends = new Map<number, Promise<number | null>>()
let client: Socket | undefined
const send = (message: unknown) => client?.write(`${JSON.stringify(message)}\n`)
const at = (index: number) => {
  const launcher = launchers[index]
  if (launcher === undefined) throw new Error(`no launcher ${index}`)
  return launcher
}

const journalsOf = (runDir: string) =>
  readJournals(runDir).map((journal) => ({
    ...journal,
    starting: [...journal.starting],
    started: [...journal.started.values()],
    exits: [...journal.exits.values()],
    refused: [...journal.refused.values()],
  }))

/** Everything a test may request. */
export const calls = {
  lookThrough: (launcherDir: string) => setLauncherFolder(launcherDir),
  async launch(launcherDir: string, runDir: string, env: Record<string, string>) {
    const index = launchers.length
    const onEvent = (event: unknown) => send({ launcher: index, event })
    const options = { launcherDir, runDir, hostId: 'host-1', env: { ...process.env, ...env }, onEvent }
    launchers[index] = await startLauncher(options)
    const { kind, identity, id } = at(index)
    return { index, kind, identity, id }
  },
  start: (index: number, spec: StartSpec) => at(index).start(spec),
  hold: (index: number, spec: StartSpec, width: number) => at(index).hold(spec, width),
  stop: (index: number, attempt: string, graceMs: number) => at(index).stop(attempt, graceMs),
  forget: (index: number, ends: number) => at(index).forget(ends),
  close: (index: number) => at(index).close(),
  release: (index: number) => at(index).release(),
  journals: journalsOf,
  fence: (runDir: string) => readJournals(runDir).forEach(fenceLauncher),
  endLaunchers: (runDir: string) => readJournals(runDir).forEach(stopOrphanedLauncher),
  identify: (pid: number) => identify(pid),
  isRunning: (identity: ProcessIdentity) => isRunning(identity),
  isStopped: (identity: ProcessIdentity) => isStopped(identity),
  kill: (pid: number) => process.kill(pid, 'SIGKILL'),
  /** Runs a program to its end. */
  run(program: string, argv: string[], cwd: string, env: Record<string, string>) {
    const { status, stdout, stderr, error } = spawnSync(program, argv, {
      cwd,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      windowsHide: true,
      // cmd.exe takes its text as it is typed.
      windowsVerbatimArguments: program === 'cmd.exe',
    })
    return { code: status, stdout, stderr: error ? error.message : stderr }
  },
  /** Starts a program and returns its pid. */
  spawn(program: string, argv: string[], cwd: string, env: Record<string, string>, output: string) {
    const options = { cwd, env: { ...process.env, ...env }, windowsHide: true }
    // Pipes, as with a file for output it would get no console of its own, and no Ctrl-C.
    const child = spawn(program, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => appendFileSync(output, text))
    const { pid = 0 } = child
    ends.set(pid, new Promise((resolve) => child.once('exit', resolve)))
    return pid
  },
  exitOf: (pid: number) => ends.get(pid) ?? null,
}

async function answer(line: string): Promise<void> {
  const { id, call, args } = JSON.parse(line) as { id: number; call: keyof typeof calls; args: never[] }
  try {
    const value = await (calls[call] as (...args: never[]) => unknown)(...args)
    send({ id, value })
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

const [portFile = ''] = process.argv.slice(2)
const server = createServer((socket) => {
  client = socket
  socket.on('error', () => {})
  socket.on('close', () => process.exit(0))
  createInterface({ input: socket }).on('line', (line) => void answer(line))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  writeFileSync(`${portFile}.new`, String(address.port))
  renameSync(`${portFile}.new`, portFile)
})
