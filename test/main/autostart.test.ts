/** Starting with the session on Linux. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { autostartFolder, entryFor, setAutostart } from '../../src/main/autostart.ts'

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
