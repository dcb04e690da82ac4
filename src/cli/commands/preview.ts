/** `slipway preview` and `add --dry-run`: the commands a configuration expands to; nothing is created. */
import { resolve } from 'node:path'
import type { CommandOutput } from '../../contract/commands.ts'
import { escaped, shellWords } from '../../contract/escapes.ts'
import { doneSentence } from '../../contract/succession-words.ts'
import { typeAndRange } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import type { AddOptions } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { printJson, printLines, withCore } from '../session.ts'

/** Shows the preview; exit code 2 when the configuration has problems. */
export async function preview(
  context: Context,
  file: string,
  types: string[],
  options: Pick<AddOptions, 'var' | 'on' | 'skipDone'>,
): Promise<number> {
  return withCore(context, async (_core, api) => {
    const result = await api.invoke('preview', {
      file: resolve(context.cwd, file),
      types: types.length > 0 ? types : undefined,
      variables: options.var,
      on: options.on,
      skipDone: options.skipDone ?? false,
    })
    if (!result.ok) return failed(context, result.error)
    const { problems } = result.value
    if (context.json) await printJson(context, result.value)
    else if (problems.length === 0) await printLines(context, previewLines(result.value, context.io.paint))
    if (problems.length === 0) return EXIT_OK
    return failed(context, {
      code: 'invalid-configuration',
      message: `${result.value.specPath} can't be run as it is; nothing was created.`,
      problems,
    })
  })
}

const TRUST_WORDS = {
  known: 'trusted as it is',
  new: 'not used here before',
  changed: 'changed since it was trusted',
} as const

/** The preview for people: per batch the first and last commands, then the conflicts. */
export function previewLines(found: CommandOutput<'preview'>, paint: Paint): string[] {
  const lines = [
    `${paint('bold', escaped(found.configuration))}  ${escaped(found.specPath)} (${TRUST_WORDS[found.trust]})`,
  ]
  for (const { type, selected, after, batches } of found.types) {
    if (!selected) continue
    for (const { range, jobs, expands, done, commands } of batches) {
      const name = paint('bold', escaped(typeAndRange({ type, range })))
      const waits = after.length === 0 ? '' : `, after ${after.map(escaped).join(', ')}`
      const count = `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`
      const later = expands === 'when-claimed'
      lines.push('', `${name}: ${count}${later ? ' as of now' : ''}${waits}`)
      if (later) lines.push(paint('dim', '  its inputs are looked up when it is its turn'))
      if (done !== null) lines.push(`  ${doneSentence(done)}`)
      let last = 0
      for (const { ordinal, argv } of commands) {
        if (ordinal > last + 1) lines.push(paint('dim', `  … ${ordinal - last - 1} more`))
        lines.push(`  ${String(ordinal).padStart(String(jobs).length)}  ${shellWords(argv, found.specPath)}`)
        last = ordinal
      }
      if (last < jobs) lines.push(paint('dim', `  … ${jobs - last} more`))
    }
  }
  if (found.conflicts.length > 0) lines.push('', paint('yellow', 'Conflicts:'))
  for (const { sentence } of found.conflicts) lines.push(`  ${escaped(sentence)}`)
  return lines
}
