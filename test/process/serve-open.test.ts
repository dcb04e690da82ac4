/** `slipway open` with a program in Electron's place that records how it was called. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { open } from '../../src/cli/commands/open.ts'
import { aContext } from '../cli/a-context.ts'

function installed(script: string, env: NodeJS.ProcessEnv = { DISPLAY: ':77' }) {
  const packageDir = mkdtempSync(join(tmpdir(), 'slipway-open-'))
  onTestFinished(() => rmSync(packageDir, { recursive: true, force: true }))
  const dist = join(packageDir, 'node_modules/electron/dist')
  mkdirSync(dist, { recursive: true })
  mkdirSync(join(packageDir, 'out/main'), { recursive: true })
  writeFileSync(join(packageDir, 'out/main/index.js'), '')
  writeFileSync(join(packageDir, 'node_modules/electron/path.txt'), 'electron')
  writeFileSync(join(dist, 'electron'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(dist, 'electron'), 0o755)
  const { context, output } = aContext({
    args: ['open'],
    env: { PATH: process.env.PATH, SLIPWAY_HOME: join(packageDir, 'home'), ...env },
    cwd: '/somewhere',
    launcherDir: join(packageDir, 'out/launcher'),
    packageDir,
  })
  return { context, packageDir, output }
}

function aConfiguration(folder: string): string {
  const file = join(folder, 'x.slipway.yaml')
  writeFileSync(file, '')
  return file
}

/** A program that writes down how it was called. */
function aProgram(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\nprintf "%s\\n" "$@" > "${file}.called"\n`)
  chmodSync(file, 0o755)
  return file
}

test('starts the app that an installed command line belongs to', async () => {
  const { context, packageDir } = installed('exit 9')
  const resources = join(packageDir, 'resources')
  mkdirSync(join(resources, 'cli'), { recursive: true })
  writeFileSync(join(resources, 'app.asar'), '')
  const app = aProgram(join(packageDir, 'slipway-desktop'))
  const file = aConfiguration(packageDir)
  expect(await open({ ...context, packageDir: join(resources, 'cli') }, [file])).toBe(0)
  expect(readFileSync(`${app}.called`, 'utf8')).toBe(`${file}\n`)
})

test('starts the app that was started last, where the command line came without one', async () => {
  const { context, packageDir } = installed('exit 9')
  const app = aProgram(join(packageDir, 'Slipway.AppImage'))
  const home = context.env.SLIPWAY_HOME ?? ''
  mkdirSync(join(home, 'desktop'), { recursive: true })
  writeFileSync(join(home, 'desktop/program.json'), JSON.stringify({ program: app, args: ['--x'] }))
  const file = aConfiguration(packageDir)
  expect(await open({ ...context, packageDir: join(packageDir, 'lib') }, [file])).toBe(0)
  expect(readFileSync(`${app}.called`, 'utf8')).toBe(`--x\n${file}\n`)
})

test.each([
  ['is not there', 'x.slipway.yaml', /no such file: \/somewhere\/x\.slipway\.yaml/],
  ['is no configuration', '/dev/null', /not named like a configuration/],
])('a file that %s is refused before anything starts', async (_how, file, words) => {
  const { context, output } = installed('exit 0')
  expect(await open(context, [file])).toBe(2)
  expect(output().err).toMatch(words)
})

test('without an app the address of the panel shows the file', async () => {
  const { context, packageDir, output } = installed('exit 0', {})
  const file = aConfiguration(packageDir)
  mkdirSync(join(packageDir, 'out/renderer'), { recursive: true })
  writeFileSync(join(packageDir, 'out/renderer/index.html'), '<title>Slipway</title>')
  const serving = open(context, [file])
  await expect.poll(() => output().out).toContain('panel: http://')
  expect(output().out.trim()).toMatch(
    new RegExp(`\\?token=[\\w-]+#/queue\\?new=${encodeURIComponent(file).replaceAll('.', '\\.')}$`),
  )
  expect(output().err).toContain('slipway preview FILE')
  process.emit('SIGINT')
  expect(await serving).toBe(0)
})

test('starts the desktop app and hands over the files as absolute paths', async () => {
  const { context, packageDir, output } = installed('printf "%s\\n" "$@" > "$1/called"')
  const file = aConfiguration(packageDir)
  expect(await open({ ...context, cwd: packageDir }, ['x.slipway.yaml', file])).toBe(0)
  expect(output()).toEqual({ out: '', err: '' })
  expect(readFileSync(join(packageDir, 'called'), 'utf8')).toBe(`${packageDir}\n${file}\n${file}\n`)
})

test.each([
  ['falls over at once', 'exit 7', { DISPLAY: ':77' }, /ended at once \(exit code 7\)/],
  ['has no display', 'exit 0', {}, /There is no display/],
  ['is elsewhere', 'exit 0', { ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }, /is not installed here/],
] as const)(
  'a desktop app that %s is reports, and the panel is served instead',
  async (_how, script, env, words) => {
    const { context, output } = installed(script, env)
    // Here there is no built panel to be served, so that is where it ends.
    expect(await open(context, [])).toBe(5)
    expect(output().err).toMatch(words)
    expect(output().err).toContain('The panel is not built')
  },
)
