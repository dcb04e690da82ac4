/**
 * Owns the note of where this app's program is, for `slipway open` of a command line that was not installed with it
 * (an AppImage, a portable app, npm). A note that can't be written is no reason to fail.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type ProgramNote = { program: string; args: string[] }

/** What starts this app again: an AppImage and a portable app run from a temporary place. */
export function programOf(
  env: NodeJS.ProcessEnv,
  execPath: string,
  app: { isPackaged: boolean; folder: string },
): ProgramNote {
  const own = env.APPIMAGE || env.PORTABLE_EXECUTABLE_FILE
  if (app.isPackaged) return { program: own || execPath, args: [] }
  return { program: execPath, args: [app.folder] }
}

/** Writes it into the app's own folder inside the data folder. */
export function noteProgram(folder: string, note: ProgramNote): void {
  const file = path.join(folder, 'program.json')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.new`, JSON.stringify(note), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // `slipway open` then reports that the app is not installed.
  }
}
