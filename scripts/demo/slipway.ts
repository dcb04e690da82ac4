/** Owns how the demo uses the command line: as a person would, with the built one, and without any way around it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { relative } from 'node:path'
import { styleText } from 'node:util'

export type Slipway = {
  /** Shows the command and its output; resolves to its exit code. `started` gets the process. */
  tell(args: readonly string[], started?: (child: ChildProcess) => void): Promise<number>
  /** The document of the same command with --json, and its exit code. */
  ask(args: readonly string[]): Promise<{ code: number; document: unknown }>
}

/**
 * A command line on the data folder `home`, called from the project's folder `root`: the built one, or the program
 * that SLIPWAY_DEMO_COMMAND names (an installed one).
 */
export function slipwayIn(root: string, home: string): Slipway {
  const installed = process.env.SLIPWAY_DEMO_COMMAND
  const program = installed || process.execPath
  const first = installed ? [] : [`${root}/out/cli/index.js`]
  const env = { ...process.env, SLIPWAY_HOME: home }
  const shown = (arg: string): string => {
    const text = arg.replaceAll(`${root}/`, '').replaceAll(root, '.')
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`
  }
  return {
    async tell(args, started) {
      process.stdout.write(`${styleText(['bold', 'cyan'], `$ slipway ${args.map(shown).join(' ')}`)}\n`)
      const child = spawn(program, [...first, ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      started?.(child)
      return ended(child)
    },
    async ask(args) {
      const child = spawn(program, [...first, ...args, '--json'], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const parts: string[] = []
      const errors: string[] = []
      child.stdout.setEncoding('utf8').on('data', (part: string) => parts.push(part))
      child.stderr.setEncoding('utf8').on('data', (part: string) => errors.push(part))
      const code = await ended(child)
      const text = parts.join('')
      if (text === '') throw new Error(`slipway ${args.join(' ')} ended with ${code}: ${errors.join('')}`)
      return { code, document: JSON.parse(text) as unknown }
    },
  }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 137)))
  })
}

/** A path as people read it: relative to the folder they are in, where that is shorter. */
export function shortPath(path: string): string {
  const from = relative(process.cwd(), path)
  return from.length < path.length ? from : path
}
