/** Owns what `-` brings in where a file is expected. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { StandardInput } from './ad-hoc.ts'

/** All of standard input, as text. */
export function readStandardInput(): Promise<string> {
  return text(process.stdin)
}

/**
 * A table is kept in a folder of its own, under a name made from what is in it: a batch may read it only when it is its
 * turn. Being written again it counts as new, so that nothing removes it before the batch is there (logs/retention.ts).
 */
export function standardInput(inputsFolder: () => Promise<string>): StandardInput {
  return {
    async lines() {
      const lines = (await readStandardInput()).split('\n')
      return lines.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '')
    },
    async tableFile(text) {
      const table = text ?? (await readStandardInput())
      const folder = await inputsFolder()
      const hash = createHash('sha256').update(table).digest('hex').slice(0, 16)
      const file = join(folder, `${hash}.${table.split('\n', 1)[0]?.includes('\t') ? 'tsv' : 'csv'}`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(file, table, { mode: 0o600 })
      return file
    },
  }
}
