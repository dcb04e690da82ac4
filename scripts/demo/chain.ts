/** Owns reading what the experiment left behind: its generations and the notes of when each ran. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Generation = {
  generation: number
  seed: string
  previous: string | null
  best: { parameters: number[]; rmse: number }
  hash: string
}

/** One line of `chain.jsonl`; `ns` is the monotonic clock, the same one for all processes of the machine. */
export type Note = { generation: number; what: 'begin' | 'end'; ns: bigint; pid: number }

/** The notes so far, in the order in which they were written; a line that is half written is left out. */
export function readNotes(folder: string): Note[] {
  const file = join(folder, 'chain.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const { ns, ...note } = JSON.parse(line) as Omit<Note, 'ns'> & { ns: string }
    return { ...note, ns: BigInt(ns) }
  })
}

/** A generation, and whether its hash is that of its content; undefined when the file is missing. */
export function readGeneration(
  folder: string,
  number: number,
): { found: Generation; intact: boolean } | undefined {
  const file = join(folder, `generation-${number}.json`)
  if (!existsSync(file)) return undefined
  const found = JSON.parse(readFileSync(file, 'utf8')) as Generation
  const { hash, ...content } = found
  return { found, intact: hash === createHash('sha256').update(JSON.stringify(content)).digest('hex') }
}

const BLOCKS = '█▇▆▅▄▃▂▁'

/** A line of blocks, the highest value highest, on a logarithmic scale because the search gains by factors. */
export function sparkline(values: readonly number[]): string {
  const logs = values.map(Math.log)
  const [low, high] = [Math.min(...logs), Math.max(...logs)]
  return logs
    .map((value) => BLOCKS[Math.min(7, Math.floor(((high - value) / (high - low || 1)) * 8))] ?? '')
    .join('')
}
