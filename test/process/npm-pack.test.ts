/**
 * The command line as an npm package: what `npm pack` puts into it, and that it works when it is installed globally
 * in a clean prefix. npm takes the one dependency from its cache where it is there, else from the registry.
 */
import { type SpawnSyncOptionsWithStringEncoding, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './slipway.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-pack-'))
const prefix = join(folder, 'prefix')
const installed = join(prefix, 'lib/node_modules/slipway')
const command = join(prefix, 'bin/slipway')
let tarball = ''
/** Nothing of the checkout is on this path, and the tests' own Node is. */
const env = {
  PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  HOME: join(folder, 'nobody'),
  SLIPWAY_HOME: join(folder, 'home'),
  NO_COLOR: '1',
}
const plain: SpawnSyncOptionsWithStringEncoding = { encoding: 'utf8', cwd: folder, env }

describe.skipIf(process.platform === 'win32')('the npm package', () => {
  beforeAll(() => {
    mkdirSync(env.HOME)
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    const packed = spawnSync('npm', pack, { cwd: root, encoding: 'utf8' })
    expect(packed.status, packed.stderr).toBe(0)
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
    const install = ['install', '--global', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund']
    const done = spawnSync('npm', [...install, tarball], { cwd: folder, encoding: 'utf8' })
    expect(done.status, done.stderr).toBe(0)
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

  it('holds the built command line and panel, and no sources, tests or maps', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    for (const file of [
      'bin/slipway',
      'out/cli/index.js',
      'out/renderer/index.html',
      'out/THIRD-PARTY-NOTICES.txt',
      'out/launcher/node-launcher.js',
      'resources/slipway.schema.json',
      'clients/python/slipway/__init__.py',
      'clients/r/DESCRIPTION',
    ])
      expect(files).toContain(file)
    // npm puts the package's `main` into every package, here the desktop app's entry, which nothing in it loads.
    const own = files.filter((file) => !/^node_modules\/|^out\/main(\/index\.js)?$/.test(file))
    expect(
      own.filter((file) =>
        /^(src|test|docs|scripts|clients\/\w+\/tests|out\/preload)\b|\.(map|tsx?)$/.test(file),
      ),
    ).toEqual([])
  })

  it('reports its version and finds itself healthy', () => {
    expect(spawnSync(command, ['--version'], plain).stdout).toMatch(/^\d+\.\d+\.\d+/)
    const doctor = spawnSync(command, ['doctor'], plain)
    expect(doctor.status, doctor.stdout + doctor.stderr).toBe(0)
  })

  it('runs with npx from the tarball, and from where it is installed, without a network', () => {
    // What npm has fetched before is all there is; what npx installs goes beside it, into the folder of this test.
    const fetched = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).stdout.trim()
    const npm_config_cache = join(folder, 'cache')
    mkdirSync(npm_config_cache)
    symlinkSync(join(fetched, '_cacache'), join(npm_config_cache, '_cacache'))
    const listsWithNpx = (npm_config_prefix: string, ...options: string[]) => {
      const offline = { npm_config_offline: 'true', npm_config_cache, npm_config_prefix }
      const listed = spawnSync('npx', [...options, 'slipway', 'list', '--json'], {
        ...plain,
        env: { ...env, ...offline },
      })
      return listed.status === 0 && 'batches' in JSON.parse(listed.stdout.toString())
    }
    const nothing = join(folder, 'nothing-installed')
    expect(listsWithNpx(nothing, '--yes', `--package=${tarball}`)).toBe(true)
    expect(listsWithNpx(prefix, '--no-install')).toBe(true)
    expect(listsWithNpx(nothing, '--no-install')).toBe(false)
  }, 60_000)

  it('runs a command over values without a file, and writes one to begin with', () => {
    const ran = spawnSync(command, ['run', '--list', 'a', 'b', '--', 'echo', '{}'], plain)
    expect({ code: ran.status, out: ran.stdout }).toEqual({
      code: 0,
      out: expect.stringContaining('all 2 jobs succeeded'),
    })
    expect(spawnSync(command, ['init', '--name', 'begun'], plain).status).toBe(0)
    expect(spawnSync(command, ['preview', 'begun.slipway.yaml'], plain).status).toBe(0)
  })

  it('lists a batch whose type is not ASCII', () => {
    const file = join(folder, 'names.slipway.yaml')
    writeFileSync(file, "batches: [{ type: '進化 évolution', run: ['true'] }]\n")
    expect(spawnSync(command, ['add', file], plain).status).toBe(0)
    const listed = spawnSync(command, ['list'], plain)
    expect(listed.stderr).toBe('')
    expect(listed.stdout).toContain('進化 évolution')
    expect(spawnSync(command, ['cancel', '2'], plain).status).toBe(0)
  })

  it('passes the demo', () => {
    const demo = spawnSync(process.execPath, [join(root, 'scripts/demo/run.ts'), join(folder, 'demo')], {
      ...plain,
      env: { ...env, SLIPWAY_DEMO_COMMAND: command },
    })
    expect(demo.stdout + demo.stderr).toMatch(/All \d+ checks hold/)
    expect(demo.status).toBe(0)
  })

  it('serves the panel at the address that it prints', async () => {
    const served = spawn(command, ['serve', '--port', '0'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => served.once('exit', resolve))
    try {
      const address = await new Promise<string>((resolve, reject) => {
        let output = ''
        served.stdout.setEncoding('utf8').on('data', (text) => {
          output += text
          const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(output)
          if (found) resolve(found[0])
        })
        void ended.then((code) => reject(new Error(`slipway serve ended with ${code}: ${output}`)))
      })
      // The token is taken at the door; what is behind it is the panel.
      const door = await fetch(address, { redirect: 'manual' })
      const cookie = door.headers.get('set-cookie')?.split(';')[0] ?? ''
      const page = await fetch(new URL('/', address), { headers: { cookie } })
      expect(page.status).toBe(200)
      const text = await page.text()
      expect(text).toContain('<title>Slipway</title>')
      const script = /src="([^"]+\.js)"/.exec(text)?.[1] ?? ''
      expect((await fetch(new URL(script, address), { headers: { cookie } })).status).toBe(200)
    } finally {
      served.kill('SIGINT')
      await ended
    }
  })
})
