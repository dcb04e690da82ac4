/**
 * `npm start`: builds what is missing or older than its sources, then `slipway open` opens the desktop app where it
 * can run, and serves the panel and prints its address where not. With arguments (`npm start -- --port 4600`) it
 * is `slipway serve` with them. Must never download anything, so it only looks whether Electron is there.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)

const contract = ['src/contract', 'package.json', 'package-lock.json']
const steps = [
  {
    what: 'the native launcher',
    makes: [],
    program: ['scripts/build-launcher.mjs'],
    mayFail: true,
  },
  {
    what: 'the command line',
    makes: ['out/cli/index.js', 'out/launcher/node-launcher.js'],
    from: [...contract, 'src/cli', 'src/core', 'src/web', 'vite.cli.config.ts'],
    program: ['node_modules/vite/bin/vite.js', 'build', '-c', 'vite.cli.config.ts', '--logLevel', 'error'],
  },
  {
    what: 'the panel',
    makes: ['out/renderer/index.html'],
    from: [...contract, 'src/renderer', 'vite.renderer.config.ts'],
    program: [
      'node_modules/vite/bin/vite.js',
      'build',
      '-c',
      'vite.renderer.config.ts',
      '--logLevel',
      'error',
    ],
  },
  {
    what: 'the desktop app',
    makes: ['out/main/index.js', 'out/preload/index.cjs'],
    from: [...contract, 'src/main', 'src/preload', 'src/core', 'electron.vite.config.ts'],
    program: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'error'],
    // Without Electron's program or its sources there is nothing to build it for.
    only: ['node_modules/electron/path.txt', 'src/main'],
    mayFail: true,
  },
]

/** Time of the last change below these files and folders, in milliseconds since 1970. */
function newest(paths) {
  let latest = 0
  for (const path of paths) {
    if (!existsSync(at(path))) continue
    const look = statSync(at(path))
    latest = Math.max(latest, look.mtimeMs)
    if (look.isDirectory())
      latest = Math.max(latest, newest(readdirSync(at(path)).map((name) => join(path, name))))
  }
  return latest
}

function isNeeded({ makes, from = [], only = [] }) {
  if (!only.every((path) => existsSync(at(path)))) return false
  if (makes.length === 0 || !makes.every((path) => existsSync(at(path)))) return true
  return Math.min(...makes.map((path) => statSync(at(path)).mtimeMs)) < newest(from)
}

/** The Node that runs everything: this one, or the one of the checkout when this one is too old. */
function suitableNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const own = at('node_modules/node/bin/node')
  return major > 22 || (major === 22 && minor >= 12) || !existsSync(own) ? process.execPath : own
}

function give(up, code = 1) {
  process.stderr.write(`slipway: ${up}\n`)
  process.exit(code)
}

if (!existsSync(at('node_modules/vite/bin/vite.js'))) give('run npm ci in this folder first.')
const node = suitableNode()
for (const step of steps) {
  if (!isNeeded(step)) continue
  if (step.makes.length > 0) process.stderr.write(`Building ${step.what} …\n`)
  // What a build says goes to stderr: stdout is for the address.
  const { status } = spawnSync(node, step.program, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status === 0) continue
  if (!step.mayFail) give(`${step.what} could not be built.`)
  process.stderr.write(`${step.what} could not be built; going on without.\n`)
}

const entry = at('out/cli/index.js')
const wishes = process.argv.slice(2)
const args = wishes.length === 0 ? ['open'] : ['serve', ...wishes]
if (node === process.execPath) {
  process.argv = [node, entry, ...args]
  await import(pathToFileURL(entry).href)
} else {
  const child = spawn(node, [entry, ...args], { stdio: 'inherit' })
  // A terminal sends ^C to both; what is sent to this process alone is passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}
