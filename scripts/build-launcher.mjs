/**
 * Compiles the native launcher to out/launcher/slipway-launcher where there is a C compiler. Without one, or
 * where the compiler fails, it says so in one line and ends well: the Node launcher takes over.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src/core/launcher/native/launcher.c')
const target = join(root, 'out/launcher/slipway-launcher')
const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong']

const skip = (why) => console.log(`native launcher skipped (${why}): jobs are started by the Node launcher`)

function build() {
  if (process.platform === 'win32') return skip('not made for Windows')
  if (existsSync(target) && statSync(target).mtimeMs > statSync(source).mtimeMs) return
  const compilers = [process.env.CC, 'cc', 'gcc', 'clang'].filter(Boolean)
  const compiler = compilers.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (compiler === undefined) return skip('no C compiler found')
  mkdirSync(dirname(target), { recursive: true })
  // Beside the target, then renamed: a launcher that is running keeps its file.
  const next = `${target}.${process.pid}`
  const run = spawnSync(compiler, [...flags, '-o', next, source], { encoding: 'utf8' })
  process.stderr.write(run.stderr ?? '')
  if (run.status === 0) return renameSync(next, target)
  rmSync(next, { force: true })
  skip(`${compiler} failed`)
}

build()
