/** `slipway open` with a program in Electron's place that says how it was called. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { open } from '../../src/cli/commands/open.ts'
import type { Context } from '../../src/cli/context.ts'
import { noPaint } from '../../src/cli/io.ts'

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
  let out = ''
  let err = ''
  const context: Context = {
    io: {
      async out(text) {
        out += text
      },
      err(text) {
        err += text
      },
      gone: false,
      outIsTerminal: false,
      errIsTerminal: false,
      paint: noPaint,
      paintErr: noPaint,
      async flush() {},
    },
    args: ['open'],
    json: false,
    env: { PATH: process.env.PATH, SLIPWAY_HOME: join(packageDir, 'home'), ...env },
    cwd: '/somewhere',
    version: '0',
    launcherDir: join(packageDir, 'out/launcher'),
    packageDir,
  }
  return { context, packageDir, said: () => ({ out, err }) }
}

test('starts the desktop app and hands over the files as absolute paths', async () => {
  const { context, packageDir, said } = installed('printf "%s\\n" "$@" > "$1/called"')
  expect(await open(context, ['x.slipway.yaml', '/y.slipway.yaml'])).toBe(0)
  expect(said()).toEqual({ out: '', err: '' })
  expect(readFileSync(join(packageDir, 'called'), 'utf8')).toBe(
    `${packageDir}\n/somewhere/x.slipway.yaml\n/y.slipway.yaml\n`,
  )
})

test.each([
  ['falls over at once', 'exit 7', { DISPLAY: ':77' }, /ended at once \(exit code 7\)/],
  ['has no display', 'exit 0', {}, /There is no display/],
  ['is elsewhere', 'exit 0', { ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }, /is not installed here/],
] as const)(
  'a desktop app that %s is told, and the panel is served instead',
  async (_how, script, env, words) => {
    const { context, said } = installed(script, env)
    // Here there is no built panel to be served, so that is where it ends.
    expect(await open(context, [])).toBe(5)
    expect(said().err).toMatch(words)
    expect(said().err).toContain('The panel is not built')
  },
)
