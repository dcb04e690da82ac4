/**
 * What is packed: built here with a stand-in for Electron's program (its files and a place for the fuses), then
 * opened and checked; the deb and the rpm are installed, used and removed. The other installers are made by the
 * release workflow.
 */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractFile, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { inChroot, makeChroot, whyNoChroot } from './chroot.ts'
import { root } from './slipway.ts'
import { writeStandIn, writeWindowsStandIn } from './stand-in-runtime.ts'

/** The fuses as bytes. */
const FuseState = { DISABLE: 48, ENABLE: 49 }

const folder = mkdtempSync(join(tmpdir(), 'slipway-package-'))
const app = join(folder, 'dist/linux-unpacked')
const resources = join(app, 'resources')
const asar = join(resources, 'app.asar')
const mine = `linux-${process.arch}.node`
const electron = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')).version

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the packager, into `folder`. */
function pack(runtime: string, argv: string[], env: NodeJS.ProcessEnv = {}) {
  const all = [
    join(root, 'node_modules/electron-builder/cli.js'),
    ...argv,
    ...['--publish', 'never'],
    `-c.electronDist=${runtime}`,
    `-c.electronVersion=${electron}`,
    `-c.directories.output=${join(folder, 'dist')}`,
  ]
  return spawnSync(process.execPath, all, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } })
}

describe.skipIf(process.platform !== 'linux')('the packed app', () => {
  beforeAll(() => {
    const runtime = join(folder, 'electron')
    writeStandIn(runtime, electron)
    const packed = pack(runtime, ['--linux', 'dir', `--${process.arch}`])
    expect(packed.status, packed.stdout + packed.stderr).toBe(0)
  }, 180_000)

  it('has in its asar what the app loads, and no sources, tests, maps or other dependencies', () => {
    const files = listPackage(asar, { isPack: false }).map((file) => file.replaceAll('\\', '/'))
    for (const file of [
      '/package.json',
      '/out/main/index.js',
      '/out/preload/index.cjs',
      '/out/renderer/index.html',
      '/resources/icons/tray/idle-dark@2x.png',
      '/node_modules/better-sqlite3/lib/index.js',
    ])
      expect(files).toContain(file)
    expect(
      files.filter((file) => /\.(ts|tsx|map|c|cpp|h|gyp)$|^\/(src|test|docs|scripts)/.test(file)),
    ).toEqual([])
    const packages = files.flatMap((file) => /^\/node_modules\/([^/]+)$/.exec(file)?.[1] ?? [])
    expect(packages).toEqual(['better-sqlite3'])
    expect(JSON.parse(extractFile(asar, 'package.json').toString()).main).toBe('out/main/index.js')
  })

  it('has no feed for updates in it, so the app looks for none', () => {
    expect(existsSync(join(resources, 'app-update.yml'))).toBe(false)
  })

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(app, 'slipway-desktop'))
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE)
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE)
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE)
    expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(FuseState.DISABLE)
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE)
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE)
    expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(FuseState.ENABLE)
  })

  it('has the native module of this system only, outside the asar, and it opens a database', () => {
    for (const place of ['app.asar.unpacked', 'cli']) {
      const prebuilds = join(resources, place, 'node_modules/better-sqlite3/prebuilds')
      expect(readdirSync(prebuilds)).toEqual([mine])
    }
    const native = join(resources, 'app.asar.unpacked/node_modules/better-sqlite3/prebuilds', mine)
    const script = `
      const Database = require(${JSON.stringify(join(resources, 'cli/node_modules/better-sqlite3'))})
      const db = new Database(${JSON.stringify(join(folder, 'x.db'))}, { nativeBinding: ${JSON.stringify(native)} })
      process.stdout.write(db.prepare('SELECT 6 * 7 AS n').get().n + '')`
    const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(run.stdout, run.stderr).toBe('42')
  })

  it('brings a slipway command that runs with the Node beside it, and nothing else on the path', () => {
    const env = { PATH: '/usr/bin:/bin', SLIPWAY_HOME: join(folder, 'home') }
    const slipway = (...args: string[]) =>
      spawnSync(join(resources, 'bin/slipway'), args, { encoding: 'utf8', env, cwd: folder })
    const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
    expect(slipway('--version').stdout.trim()).toContain(version)
    const doctor = slipway('doctor', '--json')
    expect(doctor.status, doctor.stdout + doctor.stderr).toBe(0)
  })

  it('has the launcher outside the asar', () => {
    const launcher = join(resources, 'cli/out/launcher')
    expect(existsSync(join(launcher, 'node-launcher.js'))).toBe(true)
    if (existsSync(join(root, 'out/launcher/slipway-launcher')))
      expect(statSync(join(launcher, 'slipway-launcher')).mode & 0o111).not.toBe(0)
  })

  it('stays within its size: 16 MB beside Electron and Node', () => {
    const size = (path: string): number =>
      statSync(path).isDirectory()
        ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0)
        : statSync(path).size
    expect(size(resources) - size(join(resources, 'cli/runtime'))).toBeLessThan(16 * 1024 * 1024)
  })

  describe.skipIf(whyNoChroot() !== '')(`as a package of the system ${whyNoChroot()}`, () => {
    let packages: string[] = []
    beforeAll(() => {
      const run = spawnSync(process.execPath, [join(root, 'scripts/pack-linux.mjs'), app, folder], {
        encoding: 'utf8',
      })
      expect(run.status, run.stderr).toBe(0)
      packages = run.stdout.trim().split('\n')
    }, 180_000)

    const ways = {
      rpm: {
        install: (place: string, file: string) => ['rpm', '--root', place, '--nodeps', '-i', file],
        remove: (place: string) => ['rpm', '--root', place, '-e', 'slipway'],
      },
      deb: {
        install: (place: string, file: string) => ['dpkg', `--root=${place}`, '--force-depends', '-i', file],
        remove: (place: string) => ['dpkg', `--root=${place}`, '--remove', 'slipway'],
      },
    }

    it.each(['deb', 'rpm'] as const)('%s installs, runs and is removed; the data stays', (kind) => {
      const place = mkdtempSync(join(folder, `${kind}-`))
      onTestFinished(makeChroot(place))
      const run = (argv: string[]) => {
        const [program = '', ...args] = argv
        const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
        expect(status, stdout + stderr).toBe(0)
      }
      const file = packages.find((one) => one.endsWith(kind)) ?? ''
      run(ways[kind].install(place, file))
      const version = inChroot(place, '/usr/bin/slipway', '--version')
      expect(version.stdout, version.stderr).toContain(
        JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
      )
      expect(inChroot(place, '/usr/bin/slipway', 'list', '--all', '--json').status).toBe(0)
      expect(statSync(join(place, 'opt/Slipway/chrome-sandbox')).mode & 0o7777).toBe(0o4755)
      const read = (name: string) => readFileSync(join(place, name), 'utf8')
      expect(read('usr/share/mime/packages/slipway-desktop.xml')).toContain('pattern="*.slipway.yaml"')
      expect(read('usr/share/applications/slipway-desktop.desktop')).toContain(
        'Exec=/opt/Slipway/slipway-desktop %U',
      )
      run(ways[kind].remove(place))
      for (const gone of ['opt/Slipway', 'usr/share/applications/slipway-desktop.desktop'])
        expect(existsSync(join(place, gone)), gone).toBe(false)
      for (const link of ['slipway', 'slipway-desktop'])
        expect(lstatSync(join(place, 'usr/bin', link), { throwIfNoEntry: false })).toBeUndefined()
      expect(existsSync(join(place, 'root/.local/share/slipway/slipway.db'))).toBe(true)
    })
  })
})

const mingw = spawnSync('x86_64-w64-mingw32-windres', ['--version']).status === 0
describe.skipIf(!mingw)(`the app packed for Windows ${mingw ? '' : '(skipped: no MinGW here)'}`, () => {
  it('has the command, the programs and the database module of Windows, and those of no other system', () => {
    const runtime = join(folder, 'electron-windows')
    writeWindowsStandIn(runtime, electron)
    // Node for Windows is a download of its own; what is packed is the given file.
    const node = join(folder, 'node.exe')
    writeFileSync(node, "a stand-in for Windows' Node")
    const packed = pack(runtime, ['--win', 'dir', '--x64', '-c.win.signAndEditExecutable=false'], {
      SLIPWAY_PACKED_NODE: node,
    })
    expect(packed.status, packed.stdout + packed.stderr).toBe(0)
    const place = join(folder, 'dist/win-unpacked/resources')
    expect(readdirSync(join(place, 'bin'))).toEqual(['slipway.cmd'])
    const programs = readdirSync(join(place, 'cli/out/launcher')).filter((name) => /^slipway-/.test(name))
    expect(programs).toEqual(['slipway-launcher.exe', 'slipway-system.exe'])
    expect(readFileSync(join(place, 'cli/runtime/node.exe'), 'utf8')).toContain('stand-in')
    for (const part of ['app.asar.unpacked', 'cli'])
      expect(readdirSync(join(place, part, 'node_modules/better-sqlite3/prebuilds'))).toEqual([
        'win32-x64.node',
      ])
  }, 180_000)
})
