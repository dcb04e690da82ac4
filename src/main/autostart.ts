/**
 * Owns starting with the session where Electron can't set it: Linux, by the desktop's own autostart folder.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The folder that desktops read at login. */
export function autostartFolder(env: NodeJS.ProcessEnv, home: string): string {
  return path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'autostart')
}

/** Creates or removes the entry; returns whether something changed. Throws where the folder can't be written. */
export function setAutostart(on: boolean, folder: string, program: string): boolean {
  const file = path.join(folder, 'slipway.desktop')
  if (existsSync(file) === on) return false
  if (!on) {
    rmSync(file, { force: true })
    return true
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, entryFor(program))
  return true
}

/** A desktop entry; the program is quoted as the Desktop Entry Specification asks. */
export function entryFor(program: string): string {
  const quoted = `"${program.replaceAll(/(["`$\\])/g, '\\$1').replaceAll('%', '%%')}"`
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Slipway',
    'Comment=Runs batches one at a time',
    `Exec=${quoted} --hidden`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
