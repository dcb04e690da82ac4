/** `slipway open`: the desktop app where it can run, else the panel is served and its address printed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Context } from '../context.ts'
import { type DesktopProgram, findDesktopProgram } from '../desktop-program.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printJson } from '../session.ts'

const isConfiguration = (file: string) => /\.slipway\.(ya?ml|json)$/i.test(file)

/** An app that can't start fails within this time. */
const settledMs = 4_000

/**
 * Starts the app and hands the files over to it, or to the one that runs: it shows each one's preview and requires
 * trust. Where no window can open, reports why and serves the panel, at an address that opens the (first) file.
 */
export async function open(context: Context, files: string[]): Promise<number> {
  const paths = files.map((file) => resolve(context.cwd, file))
  const missing = paths.find((file) => !existsSync(file))
  if (missing !== undefined) return failed(context, { code: 'usage', message: `no such file: ${missing}` })
  const other = paths.find((file) => !isConfiguration(file))
  if (other !== undefined)
    return failed(context, {
      code: 'usage',
      message: `${other} is not named like a configuration`,
      hint: 'The app opens files that end in .slipway.yaml, .slipway.yml or .slipway.json; `slipway add` takes any name.',
    })
  const app = findDesktopProgram(context.packageDir, context.env)
  const problem = typeof app === 'string' ? app : await start(app, context, paths)
  if (problem === undefined) {
    if (context.json) await printJson(context, { desktop: true })
    return EXIT_OK
  }
  context.io.err(`${problem} The panel is served instead; open its address in a browser (Ctrl-C stops it).\n`)
  const [first, ...others] = paths
  if (first !== undefined)
    context.io.err(
      `The address shows ${first}${others.length > 0 ? ' (one at a time)' : ''}. Without a browser: slipway preview FILE, then slipway add FILE.\n`,
    )
  const place = first === undefined ? '' : `#/queue?new=${encodeURIComponent(first)}`
  return (await import('./serve.ts')).serve(context, { work: true, place })
}

/** Resolves to undefined once the app runs (or handed over to one that does), else to what went wrong. */
function start(app: DesktopProgram, context: Context, paths: string[]): Promise<string | undefined> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = context.env
  const child = spawn(app.program, [...app.args, ...paths], { env, detached: true, stdio: 'ignore' })
  return new Promise((done) => {
    const timer = setTimeout(() => {
      child.unref()
      done(undefined)
    }, settledMs)
    const end = (problem: string | undefined) => {
      clearTimeout(timer)
      done(problem)
    }
    child.on('error', (cause) => end(`The desktop app can't be started (${cause.message}).`))
    child.on('exit', (code, signal) =>
      end(code === 0 ? undefined : `The desktop app ended at once (${signal ?? `exit code ${code}`}).`),
    )
  })
}
