/**
 * Owns one run of the command line from its arguments to its exit code.
 * Must never let an exception out: a bug is reported and becomes exit code 70.
 */
import { fileURLToPath } from 'node:url'
import { version } from '../../package.json'
import type { Context } from './context.ts'
import { EXIT_OK } from './exit.ts'
import { failed } from './failure.ts'
import { processIo } from './io.ts'
import { runProgram } from './program.ts'

/** What stands before `--`: behind it is another program's command. */
function ownOptions(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}

/** Runs `process.argv` and ends the process once everything is written. `entry` is the URL of the built entry. */
export async function main(entry: string): Promise<void> {
  const args = process.argv.slice(2)
  const options = ownOptions(args)
  const lines = options.includes('--json-lines')
  const context: Context = {
    io: processIo(),
    args,
    json: lines || options.includes('--json'),
    lines,
    env: process.env,
    cwd: process.cwd(),
    version,
    launcherDir: fileURLToPath(new URL('../launcher', entry)),
    packageDir: fileURLToPath(new URL('../..', entry)),
  }
  let code: number
  try {
    code = await runProgram(context)
  } catch (cause) {
    const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    code = failed(context, {
      code: 'internal',
      message: `this is a bug in Slipway: ${stack}`,
    })
  }
  await context.io.flush()
  const { failure } = context.io
  if (failure !== undefined && code === EXIT_OK)
    code = failed(context, { code: 'database', message: `The output can't be written: ${failure.message}.` })
  await context.io.flush()
  process.exit(code)
}
