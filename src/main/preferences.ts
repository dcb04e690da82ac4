/**
 * Owns the small file in which the app remembers what belongs to this screen, not to the queue: where the
 * window was, and what was explained. A damaged file means defaults, never an error.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const schema = z.object({
  bounds: z
    .object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })
    .nullable()
    .default(null),
  maximized: z.boolean().default(false),
  trayExplained: z.boolean().default(false),
})
export type Preferences = z.infer<typeof schema>

/** The file's content, or the defaults. */
export function readPreferences(folder: string): Preferences {
  try {
    return schema.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')))
  } catch {
    return schema.parse({})
  }
}

/** Replaces the file as a whole; a disk that is full or read-only is no reason to fail. */
export function writePreferences(folder: string, change: Partial<Preferences>): void {
  const next = { ...readPreferences(folder), ...change }
  const file = fileIn(folder)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.new`, JSON.stringify(next, null, 2))
    renameSync(`${file}.new`, file)
  } catch {
    // The window opens in the middle next time.
  }
}

function fileIn(folder: string): string {
  return path.join(folder, 'window.json')
}
