/** Owns reading docs/glossary.md: what is in backticks in the column "not" must not be written anywhere else. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../docs/glossary.md', import.meta.url))

/** Words and phrases that are ruled out. */
export function ruledOut(): string[] {
  const found: string[] = []
  let column = -1
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim())
    if (cells.length < 3) column = -1
    else if (column < 0) column = cells.findIndex((cell) => /^not$/i.test(cell))
    else for (const [, term = ''] of (cells[column] ?? '').matchAll(/`([^`]+)`/g)) found.push(term)
  }
  return found
}
