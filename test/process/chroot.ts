/** A root folder with a shell and Node's libraries, and nothing else: what a package does there, it does by itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mayMount } from '../crash/small-disk.ts'

const tools = ['dpkg', 'rpm', 'rpmbuild', 'busybox', 'chroot', 'ldd']

/** Why no root folder can be made here; '' when it can. */
export function whyNoChroot(): string {
  if (!mayMount()) return '(skipped: no right to mount and chroot here)'
  const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  return missing.length === 0 ? '' : `(skipped: no ${missing.join(', ')} here)`
}

/** Fills `folder`; returns what unmounts its /proc again. */
export function makeChroot(folder: string): () => void {
  const places = ['bin', 'dev', 'proc', 'root', 'tmp', 'usr/bin', 'var/lib/dpkg/info', 'var/lib/dpkg/updates']
  for (const place of places) mkdirSync(join(folder, place), { recursive: true })
  writeFileSync(join(folder, 'var/lib/dpkg/status'), '')
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim()
  copyFileSync(busybox, join(folder, 'bin/busybox'))
  for (const name of ['sh', 'ln', 'chmod', 'rm', 'readlink', 'dirname'])
    symlinkSync('busybox', join(folder, 'bin', name))
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
  for (const [, file = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    copyFileSync(file, join(folder, file))
  }
  const proc = join(folder, 'proc')
  execFileSync('mount', ['-t', 'proc', 'proc', proc])
  return () => execFileSync('umount', [proc])
}

/** Runs a program inside, as in a fresh login. */
export function inChroot(folder: string, program: string, ...args: string[]) {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' }
  return spawnSync('chroot', [folder, program, ...args], { encoding: 'utf8', env })
}
