/** The installed app's command line on the rig's disk, laid out as the packager does, and run by the agent. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../helpers/launcher-kit.ts'
import { type Agent, folderOnDisk, nodeFile, windowsPath } from './wine.ts'

type Packed = { packager: object; appOutDir: string; arch: number; electronPlatformName: string }

/** Lays `resources` out in a folder whose name has a space and an umlaut; returns it (a path of Linux). */
export async function layOut(): Promise<string> {
  const hook: string = '../../scripts/pack-cli.mjs'
  const { afterPack }: { afterPack(packed: Packed): void } = await import(hook)
  const app = join(folderOnDisk('Programme für alle '), 'Slipway')
  process.env.SLIPWAY_PACKED_NODE = nodeFile()
  afterPack({
    packager: { getResourcesDir: (folder: string) => join(folder, 'resources') },
    appOutDir: app,
    arch: 1,
    electronPlatformName: 'win32',
  })
  mkdirSync(join(app, 'resources/bin'), { recursive: true })
  cpSync(join(root, 'resources/installed/slipway.cmd'), join(app, 'resources/bin/slipway.cmd'))
  return join(app, 'resources')
}

/** Removes what `layOut` made. */
export function removeLaidOut(resources: string): void {
  rmSync(join(resources, '../..'), { recursive: true, force: true })
}

/** A user with a data folder and a project, both with names that trip up quoting. */
export class WindowsUser {
  readonly folder: string
  readonly project: string
  readonly #agent: Agent
  readonly #resources: string

  /** `project`: in a folder of its own instead, such as one on another drive. */
  constructor(agent: Agent, resources: string, project?: string) {
    this.#agent = agent
    this.#resources = resources
    this.folder = folderOnDisk('Zoë & Frères 100% ')
    this.project = project ?? join(this.folder, 'my project')
    mkdirSync(this.project, { recursive: true })
  }

  get home(): string {
    return join(this.folder, 'AppData/Local/slipway data')
  }

  get #env() {
    return {
      SLIPWAY_HOME: windowsPath(this.home),
      USERPROFILE: windowsPath(this.folder),
      LOCALAPPDATA: windowsPath(join(this.folder, 'AppData/Local')),
      NO_COLOR: '1',
    }
  }

  write(name: string, text: string): string {
    const file = join(this.project, name)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    return windowsPath(file)
  }

  has(name: string): boolean {
    return existsSync(join(this.project, name))
  }

  /** Runs `slipway` to its end. */
  slipway(...argv: string[]) {
    const all = [this.#entry, ...argv]
    return this.#agent.call('run', this.#node, all, windowsPath(this.project), this.#env)
  }

  /** As `slipway`, with --json. */
  async json<T>(...argv: string[]): Promise<T> {
    const { stdout, stderr } = await this.slipway(...argv, '--json')
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as T
  }

  /** By the installed slipway.cmd, as a person types it. */
  typed(...argv: string[]) {
    const command = windowsPath(join(this.#resources, 'bin/slipway.cmd'))
    const line = `""${command}" ${argv.join(' ')}"`
    return this.#agent.call('run', 'cmd.exe', ['/d', '/s', '/c', line], windowsPath(this.project), this.#env)
  }

  /** Starts `slipway` beside; returns the pid. */
  start(...argv: string[]): Promise<number> {
    const output = windowsPath(join(this.folder, 'output.txt'))
    return this.#agent.call(
      'spawn',
      this.#node,
      [this.#entry, ...argv],
      windowsPath(this.project),
      this.#env,
      output,
    )
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #node(): string {
    return windowsPath(join(this.#resources, 'cli/runtime/node.exe'))
  }

  get #entry(): string {
    return windowsPath(join(this.#resources, 'cli/out/cli/index.js'))
  }
}
