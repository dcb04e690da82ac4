/**
 * Owns where the launcher's program is on Windows: a copy in the data folder. The file of a running program can't be
 * replaced there, so an update of the app would have to wait for the jobs, or end them.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WINDOWS_LAUNCHER } from '../process/win32.ts'

/** The copy of this version's launcher, made if it is missing. Copies of other versions go once none of them runs. */
export function copyWindowsLauncher(launcherDir: string, home: string): string {
  const source = join(launcherDir, WINDOWS_LAUNCHER)
  const { size, mtimeMs } = statSync(source)
  const folder = join(home, 'launcher')
  const name = `${size}-${Math.trunc(mtimeMs)}-${WINDOWS_LAUNCHER}`
  const copy = join(folder, name)
  if (existsSync(copy)) return copy
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Beside it and then renamed: another host may start meanwhile.
  const next = join(folder, `${process.pid}.new`)
  copyFileSync(source, next)
  renameSync(next, copy)
  // Not what another host is just writing.
  for (const other of readdirSync(folder))
    if (other !== name && other.endsWith(WINDOWS_LAUNCHER)) removeUnlessRunning(join(folder, other))
  return copy
}

function removeUnlessRunning(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // A launcher runs from it; the next version tries again.
  }
}
