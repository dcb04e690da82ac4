/**
 * Slipway's part of the Windows installer goes through NSIS' own compiler, where that is installed (Debian: nsis). It
 * is not run: that takes Windows.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from './slipway.ts'

const compiler = spawnSync('makensis', ['-VERSION']).status === 0
const title = compiler ? "the installer's script" : "the installer's script (skipped: no makensis here)"

/** As the packager includes it; whether an update runs is known there by an argument of the uninstaller. */
const script = (out: string) => `
Unicode true
RequestExecutionLevel user
!include LogicLib.nsh
!macro _isUpdated _a _b _t _f
  StrCmp "$R9" "true" \`\${_t}\` \`\${_f}\`
!macroend
!define isUpdated \`"" isUpdated ""\`
!include "${join(root, 'resources/installed/installer.nsh')}"
Name Slipway
OutFile "${out}"
InstallDir "$LOCALAPPDATA\\Programs\\Slipway"
Section
  !insertmacro customInstall
  WriteUninstaller "$INSTDIR\\Uninstall.exe"
SectionEnd
Section Uninstall
  !insertmacro customUnInstall
SectionEnd
`

describe.skipIf(!compiler)(title, () => {
  it('compiles without a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-nsis-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const out = join(folder, 'Slipway.exe')
    writeFileSync(join(folder, 'setup.nsi'), script(out))
    const run = spawnSync('makensis', ['-WX', '-V2', join(folder, 'setup.nsi')], { encoding: 'utf8' })
    expect(run.status, run.stdout + run.stderr).toBe(0)
    expect(existsSync(out)).toBe(true)
  })
})
