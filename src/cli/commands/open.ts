/** `slipway open`: the desktop app where it can run, else the panel is served and its address printed. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Context } from '../context.ts'
import { EXIT_FINE } from '../exit.ts'
import { printJson } from '../session.ts'

/** An app that is going to fall over does so within this time. */
const settledMs = 4_000

/** Starts it and hands over the files; where no window can open, says why and serves. */
export async function open(context: Context, files: string[]): Promise<number> {
  const app = desktopApp(context)
  const problem = typeof app === 'string' ? app : await start(app, context, files)
  if (problem === undefined) {
    if (context.json) await printJson(context, { desktop: true })
    return EXIT_FINE
  }
  context.io.err(`${problem} The panel is served instead; open its address in a browser (Ctrl-C ends it).\n`)
  return (await import('./serve.ts')).serve(context, { work: true })
}

/** Electron's program, or why there can be no window. Looks only: asking Electron's package could download it. */
function desktopApp(context: Context): { program: string } | string {
  const { env, packageDir } = context
  const folder = join(packageDir, 'node_modules', 'electron')
  const name = read(join(folder, 'path.txt'))
  const program =
    name === undefined ? undefined : join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
  if (program === undefined || !existsSync(program)) return 'The desktop app is not installed here.'
  if (!existsSync(join(packageDir, 'out', 'main', 'index.js'))) return 'The desktop app is not built.'
  const needsDisplay = process.platform !== 'win32' && process.platform !== 'darwin'
  if (needsDisplay && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'There is no display for the desktop app.'
  return { program }
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** Resolves to undefined once the app runs (or handed over to one that does), else to what went wrong. */
function start(app: { program: string }, context: Context, files: string[]): Promise<string | undefined> {
  const paths = files.map((file) => resolve(context.cwd, file))
  const { ELECTRON_RUN_AS_NODE: _, ...env } = context.env
  const child = spawn(app.program, [context.packageDir, ...paths], { env, detached: true, stdio: 'ignore' })
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
