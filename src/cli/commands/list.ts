/** `slipway list`: the active batches in order, then the answer to "why is nothing running?". */
import type { Context } from '../context.ts'
import { batchTable } from '../print/batch.ts'
import { escapeText } from '../print/escape.ts'
import { request } from '../session.ts'

/** Lists; with `all` or a search the final ones too. */
export function list(context: Context, options: { all?: boolean; search?: string }): Promise<number> {
  const input = { all: options.all ?? options.search !== undefined, search: options.search, cleared: true }
  return request(context, 'list', input, ({ batches, sentence }) => {
    const columns = context.io.outIsTerminal ? process.stdout.columns : undefined
    const rows = batchTable(batches, context.io.paint, Date.now(), columns)
    const lines = batches.length > 0 ? rows : [options.search ? 'No batch matches.' : 'No active batch.']
    return sentence === '' ? lines : [...lines, '', escapeText(sentence)]
  })
}
