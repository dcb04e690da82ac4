/**
 * Starts the built `slipway serve` on a data folder of its own, for tests that drive the panel in a browser. Needs
 * `npm run build` to have been run. Knows no test runner: whoever starts it closes it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')
const entry = path.join(root, 'out/cli/index.js')

export type PanelOptions = {
  /** A data folder that is kept; without it one is made, and removed by `close`. */
  home?: string
  /** False: the server only watches (`--no-work`). */
  work?: boolean
  /** More arguments for `slipway serve`. */
  args?: string[]
  env?: NodeJS.ProcessEnv
}

type CliAnswer = { code: number; out: string; err: string }

export type ServedPanel = {
  /** With its token: open this first. */
  url: string
  port: number
  pid: number
  home: string
  /** What the server has output on stderr so far. */
  output(): string
  /** Runs the command line on the same data folder, in `cwd` if given. */
  cli(args: string[], cwd?: string): Promise<CliAnswer>
  /** The same with --json; the document, or an error when the exit code is not 0. */
  json(args: string[], cwd?: string): Promise<unknown>
  /** Sends a signal and resolves once the server has ended; does not remove the data folder. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>
  /** Ends the server, stopping what runs, and removes the data folder if it made it. */
  close(): Promise<void>
}

/** Resolves once the panel answers. */
export async function startPanel(options: PanelOptions = {}): Promise<ServedPanel> {
  for (const file of [entry, path.join(root, 'out/renderer/index.html')])
    if (!existsSync(file)) throw new Error(`${file} is missing: npm run build first`)
  const home = options.home ?? mkdtempSync(path.join(tmpdir(), 'slipway-panel-'))
  const env = { ...process.env, ...options.env, SLIPWAY_HOME: home, NO_COLOR: '1' }
  const flags = options.work === false ? ['--no-work'] : []
  const child = spawn(process.execPath, [entry, 'serve', '--json', ...flags, ...(options.args ?? [])], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  // A test run that breaks off leaves no server behind.
  const goToo = () => child.kill('SIGTERM')
  process.once('exit', goToo)
  void ended.then(() => process.off('exit', goToo))
  const { url, port, pid } = await firstLine(child, () => output)

  const cli = (args: string[], cwd?: string) =>
    new Promise<CliAnswer>((resolve) => {
      const place = cwd === undefined ? {} : { cwd }
      execFile(process.execPath, [entry, ...args], { env, ...place, maxBuffer: 1e8 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err })
      })
    })
  return {
    url,
    port,
    pid,
    home,
    output: () => output,
    cli,
    async json(args, cwd) {
      const { code, out, err } = await cli([...args, '--json'], cwd)
      if (code !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${code}: ${err}`)
      return JSON.parse(out)
    },
    stop(signal = 'SIGINT') {
      child.kill(signal)
      return ended
    },
    async close() {
      // Once lets the running jobs end, twice stops them.
      child.kill('SIGINT')
      child.kill('SIGTERM')
      await ended
      if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

type Address = { url: string; port: number; pid: number }

/** The one document of `--json`, as soon as it is whole. */
function firstLine(child: ChildProcess, output: () => string): Promise<Address> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
      if (text.includes('\n')) resolve(JSON.parse(text) as Address)
    })
    child.on('error', reject)
    child.on('close', (code) => reject(new Error(`slipway serve ended with ${code}: ${output()}`)))
  })
}
