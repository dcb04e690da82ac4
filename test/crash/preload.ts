/** Libraries that show a process another world than it is in: compiled where there is a C compiler. Linux only. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Kind, launcherDir } from '../helpers/launcher-kit.ts'

/** Compiles `NAME.c` of this folder for LD_PRELOAD; null where that can't be done. */
export function buildPreload(folder: string, name: string): string | null {
  if (process.platform !== 'linux') return null
  const library = join(folder, `${name}.so`)
  try {
    const source = fileURLToPath(new URL(`${name}.c`, import.meta.url))
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'ignore' })
    return library
  } catch {
    return null
  }
}

/**
 * A folder, below `folder`, with a launcher that has these variables: a launcher takes no LD_PRELOAD from its host's
 * environment. Whatever its kind, it is started as the native one.
 */
export function launcherWith(folder: string, kind: Kind, env: Record<string, string>): string {
  const made = mkdtempSync(join(folder, 'launcher-'))
  const dir = launcherDir(kind)
  const real =
    kind === 'native' ? [join(dir, 'slipway-launcher')] : [process.execPath, join(dir, 'node-launcher.js')]
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`)
  const script = join(made, 'slipway-launcher')
  writeFileSync(script, ['#!/bin/sh', ...lines, `exec ${real.map(quoted).join(' ')} "$@"`, ''].join('\n'))
  chmodSync(script, 0o755)
  return made
}
