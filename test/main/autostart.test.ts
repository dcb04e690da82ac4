/** Starting with the session, hidden, and ending with it, on each system. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.mock('electron', async () => ({
  app: (await import('../electron-double/app-double.ts')).app,
  BrowserWindow: (await import('../electron-double/windows-double.ts')).BrowserWindow,
}))
const { login } = await import('../electron-double/app-double.ts')
const { onlyWindow } = await import('../electron-double/windows-double.ts')
const { record } = await import('../electron-double/record.ts')
const { applyAutostart, autostartFolder, entryFor, setAutostart, startsHidden } = await import(
  '../../src/main/autostart.ts'
)
const { watchSessionEnd } = await import('../../src/main/session-end.ts')

it('makes the entry once and takes it away again', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'slipway-auto-'))
  const folder = autostartFolder({}, home)
  expect(folder).toBe(path.join(home, '.config', 'autostart'))
  expect(setAutostart(true, folder, '/opt/Slipway/slipway-desktop')).toBe(true)
  expect(setAutostart(true, folder, '/opt/Slipway/slipway-desktop')).toBe(false)
  expect(readFileSync(path.join(folder, 'slipway.desktop'), 'utf8')).toContain(
    'Exec="/opt/Slipway/slipway-desktop" --hidden',
  )
  expect(setAutostart(false, folder, '/opt/Slipway/slipway-desktop')).toBe(true)
  expect(setAutostart(false, folder, '/opt/Slipway/slipway-desktop')).toBe(false)
  rmSync(home, { recursive: true })
})

it('quotes a program with signs that mean something', () => {
  expect(entryFor('/home/ana/My $Apps/100%/Slipway')).toContain(
    'Exec="/home/ana/My \\$Apps/100%%/Slipway" --hidden',
  )
})

describe('the login item', () => {
  beforeEach(() => {
    record.loginItem = null
    login.openedTheApp = false
  })
  const windows = { platform: 'win32', env: {}, execPath: 'C:\\Slipway\\Slipway.exe' } as const

  it('of Windows can be turned on and off again, found by its program and arguments', () => {
    applyAutostart(true, windows)
    expect(record.loginItem).toEqual({ openAtLogin: true, path: windows.execPath, args: ['--hidden'] })
    applyAutostart(false, windows)
    expect(record.loginItem?.openAtLogin).toBe(false)
  })

  it('of the portable exe starts that file, not its temporary copy', () => {
    applyAutostart(true, { ...windows, env: { PORTABLE_EXECUTABLE_FILE: 'D:\\Slipway-portable.exe' } })
    expect(record.loginItem?.path).toBe('D:\\Slipway-portable.exe')
  })

  it('of macOS has no arguments; the start at login is hidden all the same', () => {
    applyAutostart(true, { platform: 'darwin', env: {}, execPath: '/Applications/Slipway' })
    expect(record.loginItem).toEqual({ openAtLogin: true })
    expect(startsHidden(['/Applications/Slipway'], 'darwin')).toBe(false)
    login.openedTheApp = true
    expect(startsHidden(['/Applications/Slipway'], 'darwin')).toBe(true)
    expect(startsHidden(['Slipway.exe', '--hidden'], 'win32')).toBe(true)
    expect(startsHidden(['Slipway.exe'], 'win32')).toBe(false)
  })
})

it('learns of the end of a Windows session by a window that nobody sees', () => {
  const onEnd = vi.fn()
  const stop = watchSessionEnd(onEnd, 'win32')
  const window = onlyWindow()
  expect(window?.isVisible()).toBe(false)
  window?.emit('session-end', {})
  expect(onEnd).toHaveBeenCalledOnce()
  stop()
  expect(onlyWindow()).toBeNull()
  watchSessionEnd(onEnd, 'linux')
  expect(onlyWindow()).toBeNull()
})
