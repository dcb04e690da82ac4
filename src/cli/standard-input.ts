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

/** A table is kept in the data folder, under a name made from what is in it: jobs may be looked up much later. */
export function standardInput(home: () => Promise<string>): StandardInput {
  return {
    async lines() {
      const lines = (await readStandardInput()).split('\n')
      return lines.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '')
    },
    async tableFile() {
      const table = await readStandardInput()
      const folder = join(await home(), 'inputs')
      const hash = createHash('sha256').update(table).digest('hex').slice(0, 16)
      const file = join(folder, `${hash}.${table.split('\n', 1)[0]?.includes('\t') ? 'tsv' : 'csv'}`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(file, table, { mode: 0o600 })
      return file
    },
  }
}
