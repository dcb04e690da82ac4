/** `slipway report`: the summary as a file to keep or to send. */
import { lstat, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { BatchRef } from '../../contract/entities.ts'
import { escaped } from '../../contract/escapes.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printJson, printLines, withCore } from '../session.ts'

export type ReportOptions = {
  html?: string
  text?: string
  run?: number | undefined
  /** With --json, one that is being prepared is an answer, as `summary` gives it. */
  pendingIsAnswer?: boolean
}

/** Writes the requested files; without one prints the text. */
export async function report(context: Context, batch: BatchRef, options: ReportOptions): Promise<number> {
  const wanted = [
    ...(options.html === undefined ? [] : [{ format: 'html' as const, file: options.html }]),
    ...(options.text === undefined ? [] : [{ format: 'text' as const, file: options.text }]),
  ]
  if (wanted.length === 0) wanted.push({ format: 'text', file: '-' })
  return withCore(context, async (_core, api) => {
    if (context.json && options.pendingIsAnswer) {
      const found = await api.invoke('summary', { batch, run: options.run })
      if (found.ok && found.value.state === 'pending') {
        await printJson(context, found.value)
        return EXIT_OK
      }
    }
    const written: { file: string | null; bytes: number; mediaType: string; content?: string }[] = []
    for (const { format, file } of wanted) {
      const result = await api.invoke('report', { batch, run: options.run, format })
      if (!result.ok) return failed(context, result.error)
      const { content, mediaType } = result.value
      const bytes = Buffer.byteLength(content)
      if (file === '-') {
        if (context.json) written.push({ file: null, bytes, mediaType, content })
        else await context.io.out(content.endsWith('\n') ? content : `${content}\n`)
        continue
      }
      const path = resolve(context.cwd, file)
      const problem = await write(path, content)
      if (problem !== undefined) {
        return failed(context, { code: 'usage', message: `can't write ${escaped(path)}: ${problem}` })
      }
      written.push({ file: path, bytes, mediaType })
      if (!context.json) await printLines(context, [`${escaped(path)}: ${bytes} bytes`])
    }
    if (context.json) await printJson(context, { reports: written })
    return EXIT_OK
  })
}

/** All or nothing: a report file is always complete. Returns what went wrong. */
async function write(path: string, content: string): Promise<string | undefined> {
  const there = await lstat(path).catch(() => undefined)
  // A rename would put the report in the place of a pipe, a device or a link.
  if (there !== undefined && !there.isFile())
    return 'it exists and is not a regular file; nothing was written'
  const draft = `${path}.${process.pid}.part`
  try {
    await writeFile(draft, content, { flag: 'wx', mode: 0o600 })
    await rename(draft, path)
    return undefined
  } catch (error) {
    await rm(draft, { force: true })
    return error instanceof Error ? error.message : String(error)
  }
}
