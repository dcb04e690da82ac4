/** `slipway trust`: marks a configuration as trusted as it is now. */
import { resolve } from 'node:path'
import { escaped } from '../../contract/escapes.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printJson, printLines, withCore } from '../session.ts'

/** Reads the file's digest through a preview, then trusts exactly that. */
export async function trust(context: Context, file: string): Promise<number> {
  return withCore(context, async (_core, api) => {
    const path = resolve(context.cwd, file)
    const seen = await api.invoke('preview', { file: path })
    if (!seen.ok) return failed(context, seen.error)
    const result = await api.invoke('trust', { file: path, digest: seen.value.digest })
    if (!result.ok) return failed(context, result.error)
    if (context.json) await printJson(context, result.value)
    else await printLines(context, [`${escaped(seen.value.specPath)} is trusted as it is now.`])
    return EXIT_OK
  })
}
