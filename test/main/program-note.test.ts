import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { noteProgram, programOf } from '../../src/main/program-note.ts'

it.each([
  ['an installed app', {}, true, { program: '/opt/Slipway/slipway-desktop', args: [] }],
  ['an AppImage', { APPIMAGE: '/home/ana/S.AppImage' }, true, { program: '/home/ana/S.AppImage', args: [] }],
  ['a portable app', { PORTABLE_EXECUTABLE_FILE: 'D:\\S.exe' }, true, { program: 'D:\\S.exe', args: [] }],
  ['a checkout', {}, false, { program: '/opt/Slipway/slipway-desktop', args: ['/src'] }],
] as const)('notes what starts %s again', (_what, env, isPackaged, note) => {
  expect(programOf(env, '/opt/Slipway/slipway-desktop', { isPackaged, folder: '/src' })).toEqual(note)
})

it('is kept in the app folder, and a folder that can not be written is no failure', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-note-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const note = { program: '/x', args: [] }
  noteProgram(path.join(folder, 'desktop'), note)
  expect(JSON.parse(readFileSync(path.join(folder, 'desktop/program.json'), 'utf8'))).toEqual(note)
  expect(() => noteProgram('/dev/null/x', note)).not.toThrow()
})
