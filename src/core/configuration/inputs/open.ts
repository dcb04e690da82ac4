/** Owns the choice of reader for each source. Must never read an input before `read` is called. */
import type { Over } from '../configuration.ts'
import type { Problems } from '../problem.ts'
import { sourcePlaceholders } from '../scope.ts'
import { listFiles } from './files.ts'
import { readLines } from './lines.ts'
import { BLOCK, type Input, type InputSource } from './source.ts'
import { openTable } from './table.ts'

/** Opens a source; undefined after having added the problem. `used` are the names that the commands use. */
export async function openInputs(
  over: Exclude<Over, { kind: 'range' }>,
  projectPath: string,
  used: ReadonlySet<string>,
  problems: Problems,
): Promise<InputSource | undefined> {
  const names = sourcePlaceholders(over) ?? []
  switch (over.kind) {
    case 'once':
      return { names, read: () => blocks([{ label: '', values: [] }]) }
    case 'list':
      return {
        names,
        read: () => blocks(over.values.map((value) => ({ label: value, values: [value, value] }))),
      }
    case 'files':
      return { names, read: (found) => listFiles(over, projectPath, found) }
    case 'lines':
      return readLines(over, projectPath, names)
    case 'table':
      return openTable(over, projectPath, used, problems)
  }
}

/** The numbers of a range, or of one slice of it. */
export function openRange(over: Extract<Over, { kind: 'range' }>, start: number, end: number): InputSource {
  const names = sourcePlaceholders(over) ?? []
  async function* read(): AsyncIterable<Input[]> {
    for (let from = start; from <= end; from += BLOCK) {
      const length = Math.min(BLOCK, end - from + 1)
      yield Array.from({ length }, (_, i) => {
        const value = String(from + i)
        return { label: value, values: [value, value, value, String(start), String(end), value] }
      })
    }
  }
  return { names, read }
}

async function* blocks(inputs: Input[]): AsyncIterable<Input[]> {
  for (let from = 0; from < inputs.length; from += BLOCK) yield inputs.slice(from, from + BLOCK)
}
