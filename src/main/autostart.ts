/**
 * Owns starting with the session: Electron's login item on Windows and macOS; on Linux, where Electron has none, the
 * desktop's own autostart folder.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'

const hidden = '--hidden'

/** Where this app's program is, as a login has to start it: not the temporary copy that an AppImage or the portable exe runs. */
type Program = { platform: NodeJS.Platform; env: NodeJS.ProcessEnv; execPath: string }

/** Makes the system start the app at login, or not; changes nothing where it is so already. */
export function applyAutostart(on: boolean, { platform, env, execPath }: Program): void {
  if (platform === 'linux') {
    setAutostart(on, autostartFolder(env, app.getPath('home')), env.APPIMAGE ?? execPath)
    return
  }
  // Windows finds the entry by its program and arguments. macOS has neither, and reports how the app was opened.
  const entry =
    platform === 'win32' ? { path: env.PORTABLE_EXECUTABLE_FILE ?? execPath, args: [hidden] } : undefined
  if (app.getLoginItemSettings(entry).openAtLogin !== on)
    app.setLoginItemSettings({ openAtLogin: on, ...entry })
}

/** True when nobody requested a window: the session started the app. */
export function startsHidden(argv: readonly string[], platform: NodeJS.Platform): boolean {
  return argv.includes(hidden) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin)
}

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
    `Exec=${quoted} ${hidden}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
