/** `slipway preview` and `add --dry-run`: the commands a configuration expands to; nothing is created. */
import { isAdHoc } from '../../contract/ad-hoc.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import { escaped, escapedLines, shellWords } from '../../contract/escapes.ts'
import { doneSentence } from '../../contract/succession-words.ts'
import { typeAndRange } from '../../contract/words.ts'
import { type AdHocOptions, atOptions } from '../ad-hoc.ts'
import type { Context } from '../context.ts'
import type { AddOptions } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { printJson, printLines, withCore } from '../session.ts'
import { savedSubmission, submissionOf } from '../submission.ts'

/** Shows the preview; exit code 2 when the configuration has problems. */
export async function preview(
  context: Context,
  file: string | undefined,
  types: string[],
  options: AdHocOptions & Pick<AddOptions, 'on' | 'skipDone'>,
): Promise<number> {
  const submission = await submissionOf(context, file, types, options)
  if (!submission.ok) return failed(context, submission.error)
  const { named, asFile } = submission.value
  const text = asFile?.text
  return withCore(context, async (_core, api) => {
    const result = await api.invoke('preview', {
      ...named,
      on: options.on,
      skipDone: options.skipDone ?? false,
    })
    if (!result.ok) return failed(context, atOptions(result.error))
    const { problems } = result.value
    const saved = problems.length === 0 ? await savedSubmission(api, submission.value) : undefined
    if (saved?.ok === false) return failed(context, saved.error)
    if (context.json) await printJson(context, text === undefined ? result.value : { ...result.value, text })
    else if (problems.length === 0) {
      await printLines(context, previewLines(result.value, context.io.paint))
      if (text !== undefined) await printLines(context, ['', 'As a file:', '', escapedLines(text).trimEnd()])
    }
    if (problems.length === 0) return EXIT_OK
    const subject = isAdHoc(result.value) ? 'This' : result.value.specPath
    const message = `${subject} can't be run as it is; nothing was created.`
    return failed(context, atOptions({ code: 'invalid-configuration', message, problems }))
  })
}

const TRUST_WORDS = {
  known: 'trusted as it is',
  new: 'not used here before',
  changed: 'changed since it was trusted',
} as const

/** The preview for people: per batch the first and last commands, then the conflicts. */
export function previewLines(found: CommandOutput<'preview'>, paint: Paint): string[] {
  const place = isAdHoc(found) ? found.projectPath : `${found.specPath} (${TRUST_WORDS[found.trust]})`
  const lines = [`${paint('bold', escaped(found.configuration))}  ${escaped(place)}`]
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
