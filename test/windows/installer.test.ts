/**
 * The installer's own part, run under Wine with a stand-in for the app: path, file associations, upgrade, uninstall.
 * The packager's NSIS templates need downloads; that they call these macros only the release workflow shows.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findRig, wineEnvironment } from '../../scripts/windows/rig.ts'
import { windowsPath } from './wine.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = path.join(root, 'test/windows/installer')
const rig = findRig()
const why = 'why' in rig ? rig.why : spawnSync('makensis', ['-VERSION']).status === 0 ? '' : 'not here: nsis'
if (why !== '') console.warn(`the installer's tests are skipped: ${why}`)

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-installer-'))
const env = { ...process.env, ...wineEnvironment }
const drive = 'why' in rig ? '' : rig.drive
const wine = 'why' in rig ? '' : rig.wine
const installers = { '1.0.0': path.join(folder, 'one.exe'), '2.0.0': path.join(folder, 'two.exe') }
const open: ChildProcess[] = []
/** Where the user's programs and data are. */
const user =
  'why' in rig ? '' : (readdirSync(path.join(drive, 'users')).find((name) => name !== 'Public') ?? '')
const local = path.join(drive, 'users', user, 'AppData/Local')

const run = (program: string, ...argv: string[]) =>
  spawnSync(wine, [program, ...argv], { env, encoding: 'utf8', timeout: 60_000 }).status
const installed = (file: string) => path.join(local, 'Programs/slipway', file)
const home = `C:\\users\\${user}\\AppData\\Local\\Programs\\slipway`
const entry = `${home}\\resources\\bin`

function build(): void {
  const compile = (target: string, file: string, ...flags: string[]) =>
    execFileSync('x86_64-w64-mingw32-gcc', [
      '-O2',
      '-Wall',
      '-municode',
      '-mwindows',
      '-o',
      target,
      file,
      ...flags,
    ])
  compile(path.join(folder, 'stand-in.exe'), path.join(sources, 'stand-in.c'))
  for (const [version, target] of Object.entries(installers)) {
    const app = path.join(folder, version)
    mkdirSync(path.join(app, 'resources/cli/out/launcher'), { recursive: true })
    mkdirSync(path.join(app, 'resources/bin'))
    copyFileSync(path.join(folder, 'stand-in.exe'), path.join(app, 'Slipway.exe'))
    copyFileSync(
      path.join(root, 'resources/installed/slipway.cmd'),
      path.join(app, 'resources/bin/slipway.cmd'),
    )
    copyFileSync(
      path.join(root, 'out/launcher/slipway-system.exe'),
      path.join(app, 'resources/cli/out/launcher/slipway-system.exe'),
    )
    writeFileSync(path.join(app, 'version.txt'), version)
    const defines = { PROJECT_DIR: root.replace(/\/$/, ''), APP_DIR: app, OUT_FILE: target, VERSION: version }
    execFileSync('makensis', [
      '-V2',
      '-WX',
      ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
      path.join(sources, 'stand-in.nsi'),
    ])
  }
}

/** As `reg query` prints it: the type and the raw text, or undefined where there is none. */
function userPath(): { type: string; text: string } | undefined {
  const printed = spawnSync(wine, ['reg', 'query', 'HKCU\\Environment', '/v', 'Path'], {
    env,
    encoding: 'utf8',
  })
  const found = /Path\s+(REG_\w+)\s+(.*)/.exec(printed.stdout)
  return found === null ? undefined : { type: found[1] ?? '', text: (found[2] ?? '').trimEnd() }
}

function setUserPath(text: string): void {
  expect(run('reg', 'add', 'HKCU\\Environment', '/v', 'Path', '/t', 'REG_EXPAND_SZ', '/d', text, '/f')).toBe(
    0,
  )
}

/** Starts a program that leaves a note once it is up, and says whether it still runs. */
async function start(
  program: string,
  what: 'run' | 'listen',
): Promise<{ child: ChildProcess; note: string }> {
  const note = path.join(folder, `note-${open.length}`)
  const child = spawn(wine, [program, what, windowsPath(note)], { env, stdio: 'ignore' })
  open.push(child)
  await expect.poll(() => existsSync(note)).toBe(true)
  return { child, note }
}

describe.skipIf(why !== '')('the installer on Windows', () => {
  beforeAll(build)
  afterEach(() => {
    for (const child of open.splice(0)) child.kill('SIGKILL')
    // In place, and so until it has ended; without `_?=` it continues as a copy of itself.
    run(`${home}\\uninstall.exe`, '/S', `_?=${home}`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const before = `%USERPROFILE%\\bin;C:\\Tools (x86)\\a & b;${Array.from({ length: 150 }, (_, n) => `C:\\folder-${n}\\of a long path`).join(';')};C:\\last`

  it('installs silently for one user, and adds slipway to a long path without harm to its other entries', async () => {
    setUserPath(before)
    const listener = await start(windowsPath(path.join(folder, 'stand-in.exe')), 'listen')
    expect(run(installers['1.0.0'], '/S')).toBe(0)
    expect(readFileSync(installed('version.txt'), 'utf8')).toBe('1.0.0')
    expect(before.length).toBeGreaterThan(4_000)
    expect(userPath()).toEqual({ type: 'REG_EXPAND_SZ', text: `${before};${entry}` })
    // Open programs learn of it: a terminal that is started from now on has it.
    await expect.poll(() => readFileSync(listener.note, 'utf16le')).toBe('Environment')
    for (const kind of ['.yaml', '.yml'])
      expect(
        run(
          'reg',
          'query',
          `HKCU\\Software\\Classes\\${kind}\\OpenWithProgids`,
          '/v',
          'Slipway configuration',
        ),
      ).toBe(0)
  })

  it('upgrades over an older version: closes the app, lets jobs run on, and leaves the path as it is', async () => {
    setUserPath('C:\\first')
    expect(run(installers['1.0.0'], '/S')).toBe(0)
    setUserPath(`C:\\first;${entry.toUpperCase()}\\;C:\\last`)
    const app = await start(`${home}\\Slipway.exe`, 'run')
    const job = await start(windowsPath(path.join(folder, 'stand-in.exe')), 'run')
    expect(run(installers['2.0.0'], '/S')).toBe(0)
    expect(readFileSync(installed('version.txt'), 'utf8')).toBe('2.0.0')
    await expect.poll(() => app.child.exitCode ?? app.child.signalCode).not.toBeNull()
    expect(job.child.exitCode ?? job.child.signalCode).toBeNull()
    expect(userPath()?.text).toBe(`C:\\first;${entry.toUpperCase()}\\;C:\\last`)
  })

  it('uninstalls what it installed, gives the path back as it was, and keeps the data', async () => {
    setUserPath(before)
    expect(run(installers['1.0.0'], '/S')).toBe(0)
    mkdirSync(path.join(local, 'slipway'), { recursive: true })
    writeFileSync(path.join(local, 'slipway/slipway.db'), 'the queue')
    expect(run(`${home}\\uninstall.exe`, '/S')).toBe(0)
    await expect.poll(() => existsSync(installed('Slipway.exe'))).toBe(false)
    expect(userPath()).toEqual({ type: 'REG_EXPAND_SZ', text: before })
    expect(
      run('reg', 'query', 'HKCU\\Software\\Classes\\.yaml\\OpenWithProgids', '/v', 'Slipway configuration'),
    ).not.toBe(0)
    expect(readFileSync(path.join(local, 'slipway/slipway.db'), 'utf8')).toBe('the queue')
  })

  it('deletes the data where that is requested', async () => {
    expect(run(installers['1.0.0'], '/S')).toBe(0)
    mkdirSync(path.join(local, 'slipway'), { recursive: true })
    writeFileSync(path.join(local, 'slipway/slipway.db'), 'the queue')
    expect(run(`${home}\\uninstall.exe`, '/S', '--delete-app-data')).toBe(0)
    await expect.poll(() => existsSync(path.join(local, 'slipway'))).toBe(false)
  })

  it('makes a path where the user has none, and refuses what is no folder of a path', () => {
    run('reg', 'delete', 'HKCU\\Environment', '/v', 'Path', '/f')
    const program = windowsPath(path.join(root, 'out/launcher/slipway-system.exe'))
    expect(run(program, 'path', 'add', 'C:\\Slipway\\bin')).toBe(0)
    expect(userPath()).toEqual({ type: 'REG_EXPAND_SZ', text: 'C:\\Slipway\\bin' })
    expect(run(program, 'path', 'remove', 'c:\\slipway\\bin\\')).toBe(0)
    expect(userPath()?.text).toBe('')
    for (const wrong of [[], ['path', 'add'], ['path', 'add', ''], ['path', 'add', 'a;b'], ['hibernate']])
      expect(run(program, ...wrong)).toBe(2)
  })
})
