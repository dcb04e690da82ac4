/** Where the desktop specs find Electron itself, and what they report where it is not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Script } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { argumentsFor, electronDriver, findElectron } from '../e2e/desktop/electron-driver.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-driver-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const display = { DISPLAY: ':99' }

describe('the driver of the real Electron', () => {
  it('is missing where its package downloaded no program', () => {
    expect(findElectron(display, folder, 'linux')).toEqual({
      missing: expect.stringContaining("Electron's program is not here"),
    })
    writeFileSync(path.join(folder, 'path.txt'), 'electron')
    expect(findElectron(display, folder, 'linux')).toHaveProperty('missing')
  })

  it('takes the program that was downloaded, or the one that is named', () => {
    mkdirSync(path.join(folder, 'dist'))
    const program = path.join(folder, 'dist/electron')
    writeFileSync(program, '')
    writeFileSync(path.join(folder, 'path.txt'), 'electron\n')
    expect(findElectron(display, folder, 'linux')).toEqual({ program })
    expect(findElectron({ ...display, SLIPWAY_ELECTRON: process.execPath }, folder, 'linux')).toEqual({
      program: process.execPath,
    })
  })

  it('reports that a program which was named is not there, instead of taking another', () => {
    const found = findElectron({ ...display, SLIPWAY_ELECTRON: '/nowhere/electron' }, folder, 'linux')
    expect(found).toEqual({ missing: 'SLIPWAY_ELECTRON is /nowhere/electron, and there is no such file' })
  })

  it('needs a display on Linux', () => {
    const env = { SLIPWAY_ELECTRON: process.execPath }
    expect(findElectron(env, folder, 'linux')).toEqual({ missing: expect.stringContaining('no display') })
    expect(findElectron(env, folder, 'darwin')).toEqual({ program: process.execPath })
  })

  it('gives the specs a reason, with which they are skipped', () => {
    expect(electronDriver({ SLIPWAY_ELECTRON: '/nowhere/electron' }).missing).toContain('no such file')
    expect(electronDriver({ ...display, SLIPWAY_ELECTRON: process.execPath }).missing).toBeNull()
  })

  it('loads the hook before the app, as a script without types', () => {
    const args = argumentsFor({ args: ['a.slipway.yaml'], cwd: folder, env: {}, scratch: folder })
    expect(args).toEqual(['-r', path.join(folder, 'electron-hook.cjs'), expect.any(String), 'a.slipway.yaml'])
    const script = readFileSync(path.join(folder, 'electron-hook.cjs'), 'utf8')
    expect(() => new Script(script)).not.toThrow()
    expect(script).not.toMatch(/^\s*(import|export) /m)
  })
})
