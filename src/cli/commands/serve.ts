/** `slipway serve`: the panel for a browser, on loopback; runs the queue too, except with --no-work. */
import { join, resolve } from 'node:path'
import { escaped } from '../../contract/escapes.ts'
import { batchStatusWords } from '../../contract/states.ts'
import { batchName } from '../../contract/words.ts'
import type { Core } from '../../core/core.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { onInterrupt } from '../interrupt.ts'
import { callerOf, printJson, withCore } from '../session.ts'
import { sentenceOf } from '../watch.ts'

export type ServeOptions = {
  port?: number
  host?: string
  tokenFile?: string
  work: boolean
  /** A place in the panel, such as `#/history`, that the printed address leads to. */
  place?: string
}

/** Serves until a signal comes; the first lets running jobs end, the second stops them. */
export async function serve(context: Context, options: ServeOptions): Promise<number> {
  const log = (sentence: string) => context.io.err(`${escaped(sentence)}\n`)
  return withCore(context, (core) => serveWith(context, core, options, log), {
    kind: 'web',
    log: (line) => context.io.err(`${line}\n`),
  })
}

async function serveWith(
  context: Context,
  core: Core,
  options: ServeOptions,
  log: (sentence: string) => void,
): Promise<number> {
  const { serveWeb } = await import('../../web/serve.ts')
  const started = await serveWeb(core, {
    panelDir: join(context.packageDir, 'out', 'renderer'),
    actor: callerOf(context).actor,
    log: (line) => context.io.err(`${line}\n`),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.tokenFile === undefined ? {} : { tokenFile: resolve(context.cwd, options.tokenFile) }),
  })
  if (!started.ok) return failed(context, started.error)
  const { port, warning } = started.value
  const url = `${started.value.url}${options.place ?? ''}`
  const stopNotices = core.onNotice((notice) => {
    const sentence =
      notice.kind === 'finished'
        ? `${batchName(notice.batch)}: ${batchStatusWords[notice.batch.status]}.`
        : sentenceOf(notice)
    if (sentence !== undefined) log(sentence)
  })
  const interrupt = onInterrupt(core, options.work ? log : () => {})
  try {
    if (warning !== null)
      log(`WARNING: ${warning} Safer: leave out --host, and use ssh -L ${port}:127.0.0.1:${port}`)
    if (context.json) await printJson(context, { url, port, pid: process.pid })
    else await context.io.out(`Slipway's panel: ${url}\n`)
    if (options.work) core.startWorking()
    await interrupt.stopped
    return EXIT_OK
  } finally {
    interrupt.dispose()
    stopNotices()
    await started.value.close()
  }
}
