/**
 * `slipway __complete --current=WORD -- WORDS…`: what fits where the cursor is, for the shells' scripts. A line for each word:
 * the word, a tab, what it stands for; `:files` alone stands for the shell's own completion of paths. Must never report an
 * error, or create anything: somebody is typing.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { z } from 'zod'
import { escaped } from '../../contract/escapes.ts'
import { statusWords, typeAndRange } from '../../contract/words.ts'
import { type Candidate, completionOf } from '../complete.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { withCore } from '../session.ts'

/** Prints the candidates; `program` has all commands. */
export async function complete(context: Context, program: Command): Promise<number> {
  const [flag = '', ...rest] = context.args.slice(1)
  const current = flag.replace(/^--current=/, '')
  const found = completionOf(program, rest.slice(1), current)
  if (found.kind === 'files') {
    await context.io.out(':files\n')
    return EXIT_OK
  }
  if (found.kind === 'batches') return printBatches(context, current)
  const all = found.kind === 'types' ? typesIn(resolve(context.cwd, found.file)) : found.candidates
  return print(context, all, current)
}

async function print(context: Context, all: readonly Candidate[], current: string): Promise<number> {
  const fitting = all.filter(({ word }) => word.startsWith(current))
  await context.io.out(fitting.map(({ word, about }) => `${word}\t${about}\n`).join(''))
  return EXIT_OK
}

async function printBatches(context: Context, current: string): Promise<number> {
  const { dataFolder } = await import('../../core/data-folder.ts')
  if (!existsSync(join(dataFolder(context.env), 'slipway.db'))) return EXIT_OK
  return withCore(context, async (_core, api) => {
    const found = await api.invoke('list', { all: true, cleared: false })
    const batches = found.ok ? found.value.batches : []
    const candidates = batches.map((batch) => ({
      word: String(batch.number),
      about: `${escaped(batch.configuration)} / ${typeAndRange(batch)}: ${statusWords(batch)}`,
    }))
    return print(context, candidates, current)
  })
}

const batchTypes = z.object({ batches: z.array(z.object({ type: z.string() })) })

function typesIn(file: string): Candidate[] {
  try {
    const { batches } = batchTypes.parse(parse(readFileSync(file, 'utf8')))
    return batches.map(({ type }) => ({ word: type, about: '' }))
  } catch {
    return []
  }
}
