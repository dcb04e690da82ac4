/** Owns `lines`: an input for each line of a text file that is not blank. Must never trim a line's own spaces. */
import path from 'node:path'
import type { Over } from '../configuration.ts'
import type { Problems } from '../problem.ts'
import type { Input, InputSource } from './source.ts'
import { readTextBlocks } from './text-blocks.ts'

/** Streams the lines; a carriage return before the line end belongs to the line end. */
export function readLines(
  over: Extract<Over, { kind: 'lines' }>,
  projectPath: string,
  names: readonly string[],
): InputSource {
  const file = path.resolve(projectPath, over.file.text)
  async function* read(problems: Problems): AsyncIterable<Input[]> {
    for await (const { bytes, firstLine } of readTextBlocks(file, over.file, problems)) {
      const inputs: Input[] = []
      let line = firstLine
      for (const raw of bytes.toString('utf8').split('\n')) {
        const value = raw.endsWith('\r') ? raw.slice(0, -1) : raw
        if (value.trim() !== '') inputs.push({ label: value, values: [value, value], line })
        line += 1
      }
      if (inputs.length > 0) yield inputs
    }
  }
  return { names, file, read }
}
