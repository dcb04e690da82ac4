/**
 * Compiles the native programs where there is a compiler for them: out/launcher/slipway-launcher for this system, and
 * slipway-launcher.exe and slipway-system.exe for Windows (on Linux by MinGW's cross compiler, so that packages made there serve Windows too).
 * Without one, or if it fails, it prints that in one line and succeeds: elsewhere than on Windows the Node launcher takes over.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'src/core/launcher/native')
const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong']
const isWindows = process.platform === 'win32'

const own = {
  source: 'launcher.c',
  target: 'slipway-launcher',
  compilers: [process.env.CC, 'cc', 'gcc', 'clang'],
  flags,
  without: 'jobs are started by the Node launcher',
}
const windows = {
  source: 'launcher-win32.c',
  target: 'slipway-launcher.exe',
  compilers: [process.env.CC_WINDOWS, 'x86_64-w64-mingw32-gcc', ...(isWindows ? ['gcc', 'clang'] : [])],
  flags: [...flags, '-municode', '-static', '-s', '-mwindows'],
  without: 'what is built here starts no jobs on Windows',
}

const system = {
  source: '../../../main/native/system-win32.c',
  target: 'slipway-system.exe',
  compilers: windows.compilers,
  flags: windows.flags,
  libraries: ['-lpowrprof'],
  without: 'no installer for Windows can be made here',
}

function build({ source, target, compilers, flags, libraries = [], without }) {
  const file = join(root, 'out/launcher', target)
  const skip = (why) => console.log(`${target} skipped (${why}): ${without}`)
  const sources = dirname(join(folder, source))
  const changed = Math.max(...readdirSync(sources).map((name) => statSync(join(sources, name)).mtimeMs))
  if (existsSync(file) && statSync(file).mtimeMs > changed) return
  const works = (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0
  const compiler = compilers.filter(Boolean).find(works)
  if (compiler === undefined) return skip('no C compiler for it')
  mkdirSync(dirname(file), { recursive: true })
  // Beside the target, then renamed: a launcher that is running keeps its file.
  const next = `${file}.${process.pid}`
  const argv = [...flags, '-o', next, join(folder, source), ...libraries]
  const run = spawnSync(compiler, argv, { encoding: 'utf8' })
  process.stderr.write(run.stderr ?? '')
  if (run.status === 0) return renameSync(next, file)
  rmSync(next, { force: true })
  skip(`${compiler} failed`)
}

if (!isWindows) build(own)
build(windows)
build(system)
