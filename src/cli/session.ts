/**
 * Owns a command's access to the core: opens it late, names the caller, and always closes it.
 * The core is loaded only here, so `--help` and wrong usage never touch the database.
 */
import { userInfo } from 'node:os'
import type { Caller, SlipwayApi } from '../contract/api.ts'
import type { CommandInput, CommandName, CommandOutput } from '../contract/commands.ts'
import type { BatchRef } from '../contract/entities.ts'
import { ok, type Result } from '../contract/errors.ts'
import type { JsonLine } from '../contract/json-lines.ts'
import type { Core, CoreOptions } from '../core/core.ts'
import type { Context } from './context.ts'
import { EXIT_OK } from './exit.ts'
import { failed } from './failure.ts'

/** Opens the core for as long as `use` takes; an unusable database is reported and becomes exit code 6. */
export async function withCore(
  context: Context,
  use: (core: Core, api: SlipwayApi) => Promise<number>,
  host: Pick<CoreOptions, 'kind' | 'log' | 'mayOnlyRead'> = { kind: 'cli', mayOnlyRead: true },
): Promise<number> {
  const [{ openCore }, { dataFolder }] = await Promise.all([
    import('../core/core.ts'),
    import('../core/data-folder.ts'),
  ])
  const opened = await openCore({
    home: dataFolder(context.env),
    ...host,
    launcherDir: context.launcherDir,
    // Under `--json` a program reads stderr too, and an error there is to be one document.
    onDatabaseBusy: () => {
      if (!context.json) context.io.err('Waiting for another program that has locked the database…\n')
    },
  })
  if (!opened.ok) return failed(context, opened.error)
  const core = opened.value
  try {
    return await use(core, core.api(callerOf(context)))
  } finally {
    await core.close()
  }
}

/** Calls one command and prints its result, as JSON or as the lines that `text` returns; returns the exit code. */
export async function request<N extends CommandName>(
  context: Context,
  name: N,
  input: CommandInput<N>,
  text: (answer: CommandOutput<N>, api: SlipwayApi) => string[] | Promise<string[]>,
  exit: (answer: CommandOutput<N>) => number = () => EXIT_OK,
): Promise<number> {
  return withCore(context, async (_core, api) => {
    const result = await api.invoke(name, input)
    if (!result.ok) return failed(context, result.error)
    if (context.json) await printJson(context, result.value)
    else await printLines(context, await text(result.value, api))
    return exit(result.value)
  })
}

/** The one document of `--json`. */
export function printJson(context: Context, document: unknown): Promise<void> {
  return context.io.out(`${JSON.stringify(document, null, context.io.outIsTerminal ? 2 : undefined)}\n`)
}

/** One line of `--json-lines`. */
export function printLine(context: Pick<Context, 'io'>, line: JsonLine): Promise<void> {
  return context.io.out(`${JSON.stringify({ v: 1, ...line })}\n`)
}

/** Lines for people. */
export async function printLines(context: Context, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await context.io.out(`${lines.join('\n')}\n`)
}

/** Who calls and from where, as the events keep it. */
export function callerOf(context: Pick<Context, 'args' | 'cwd' | 'env'>): Caller {
  const words = ['slipway', ...context.args].map((word) =>
    /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  )
  return {
    actor: actorName(context.env),
    origin: { from: 'command-line', command: words.join(' '), folder: context.cwd },
  }
}

function actorName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    return env.USER ?? env.USERNAME ?? 'unknown user'
  }
}

/** The ids of these batches, each once, or the failure to find one. */
export async function batchIds(api: SlipwayApi, refs: readonly BatchRef[]): Promise<Result<string[]>> {
  const ids = new Set<string>()
  for (const batch of refs) {
    const shown = await api.invoke('show', { batch })
    if (!shown.ok) return shown
    ids.add(shown.value.batch.id)
  }
  return ok([...ids])
}
