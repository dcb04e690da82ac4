/** `slipway list`: the active batches in order, then the state of the queue. */

import { escaped } from '../../contract/escapes.ts'
import type { Context } from '../context.ts'
import { batchTable } from '../print/batch.ts'
import { request } from '../session.ts'

export type ListOptions = { all?: boolean; search?: string; filter?: string }

/** Lists; with `all` or a search the final ones too. */
export function list(context: Context, options: ListOptions): Promise<number> {
  const search = options.filter ?? options.search
  const input = { all: options.all ?? options.search !== undefined, search, cleared: true }
  return request(context, 'list', input, ({ batches, sentence }) => {
    const columns = context.io.outIsTerminal ? process.stdout.columns : undefined
    const rows = batchTable(batches, context.io.paint, Date.now(), columns)
    const lines = batches.length > 0 ? rows : [search ? 'No batch matches.' : 'No active batch.']
    return sentence === '' ? lines : [...lines, '', escaped(sentence)]
  })
}
