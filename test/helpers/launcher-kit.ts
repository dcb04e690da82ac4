/**
 * A launcher under test with a data folder of its own, and awaitable outcomes of its jobs. Ends what it
 * started: the launcher, and every process that still carries the folder's marker.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Launcher, type StartSpec, startLauncher } from '../../src/core/launcher/launcher.ts'
import { findJobProcesses, stopJobProcesses } from '../../src/core/process/processes.ts'
import { JobOutcomes, until } from './job-outcomes.ts'

/** `portable`: the native one as macOS has it, built for Linux with -DSLIPWAY_PORTABLE. */
export type Kind = 'native' | 'node' | 'portable'

export const root = join(import.meta.dirname, '../..')

/** Where launchers are: the built ones, or the sources for a Node launcher that was not built. */
export function launcherDir(kind: Kind): string {
  const built = join(root, 'out/launcher')
  if (kind === 'portable') return portableDir()
  if (kind === 'native') execFileSync(process.execPath, [join(root, 'scripts/build-launcher.mjs')])
  return kind === 'native' || existsSync(join(built, 'node-launcher.js'))
    ? built
    : join(root, 'src/core/launcher/node')
}

let portable: string | undefined

function portableDir(): string {
  if (portable !== undefined) return portable
  portable = mkdtempSync(join(tmpdir(), 'slipway-portable-'))
  const folder = portable
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const source = join(root, 'src/core/launcher/native/launcher.c')
  const target = join(folder, 'slipway-launcher')
  execFileSync(process.env.CC ?? 'cc', ['-std=gnu11', '-O2', '-DSLIPWAY_PORTABLE', '-o', target, source])
  return folder
}

export { until }

export class LauncherKit extends JobOutcomes {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-launcher-')))
  readonly runDir = join(this.home, 'run')
  readonly launcher: Promise<Launcher>

  constructor(kind: Kind, env: NodeJS.ProcessEnv = {}, folder = launcherDir(kind)) {
    super()
    this.launcher = startLauncher({
      launcherDir: folder,
      runDir: this.runDir,
      hostId: 'host-1',
      env: { ...process.env, ...env, SLIPWAY_LAUNCHER: kind === 'node' ? 'node' : 'native' },
      onEvent: (event) => this.add(event),
    })
  }

  /** Starts a job and answers its attempt key. */
  override async start(argv: string[], more: Partial<StartSpec> = {}): Promise<string> {
    const spec = this.spec(argv, more)
    const launcher = await this.launcher
    launcher.start(spec)
    return spec.attempt
  }

  /** Hands a job over, to be begun when fewer than `width` run; answers its attempt key. */
  async hold(argv: string[], width = 1): Promise<string> {
    const spec = this.spec(argv, {})
    const launcher = await this.launcher
    if (!launcher.hold(spec, width)) throw new Error('it could not be sent')
    return spec.attempt
  }

  processes(attempt?: string) {
    return findJobProcesses(attempt === undefined ? { home: this.home } : { home: this.home, attempt })
  }

  async dispose(): Promise<void> {
    const launcher = await this.launcher.catch(() => null)
    await stopJobProcesses({ home: this.home }, 0)
    await launcher?.close()
    rmSync(this.home, { recursive: true, force: true })
  }
}
