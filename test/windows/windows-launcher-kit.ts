/** A launcher under Wine with a data folder of its own, and awaitable outcomes of its jobs; as helpers/launcher-kit.ts. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StartSpec } from '../../src/core/launcher/launcher.ts'
import { JobOutcomes } from '../helpers/job-outcomes.ts'
import { root } from '../helpers/launcher-kit.ts'
import { type Agent, folderOnDisk, probe, windowsPath } from './wine.ts'

export class WindowsLauncherKit extends JobOutcomes {
  readonly home: string
  readonly runDir: string
  readonly #agent: Agent
  protected override readonly patienceMs = 240_000
  #index = 0
  readonly ready: Promise<{
    index: number
    kind: string
    identity: { pid: number; startedAt: string; bootId: string }
  }>

  constructor(agent: Agent, env: Record<string, string> = {}, name = 'slipway-') {
    super()
    this.#agent = agent
    this.home = folderOnDisk(name)
    this.runDir = join(this.home, 'run')
    const launcherDir = windowsPath(join(root, 'out/launcher'))
    this.ready = agent.call('launch', launcherDir, windowsPath(this.runDir), env)
    const before = agent.onEvent
    agent.onEvent = (launcher, event) => {
      before(launcher, event)
      if (launcher === this.#index) this.add(event)
    }
    void this.ready.then(({ index }) => {
      this.#index = index
    })
  }

  protected override seen(path: string): string {
    return windowsPath(path)
  }

  override async start(argv: string[], more: Partial<StartSpec> = {}): Promise<string> {
    const { index } = await this.ready
    const spec = this.spec(argv, more)
    await this.#agent.call('start', index, spec)
    return spec.attempt
  }

  /** The tests' own program. */
  probe(...argv: string[]): Promise<string> {
    return this.start([probe(), ...argv])
  }

  async hold(argv: string[], width = 1): Promise<string> {
    const { index } = await this.ready
    const spec = this.spec(argv, {})
    if (!(await this.#agent.call('hold', index, spec, width))) throw new Error('it could not be sent')
    return spec.attempt
  }

  async stop(attempt: string, graceMs: number): Promise<void> {
    await this.#agent.call('stop', (await this.ready).index, attempt, graceMs)
  }

  /** Stops what runs and waits for the launcher's end. */
  async dispose(): Promise<void> {
    const { index } = await this.ready
    for (const event of this.events)
      if (event.kind === 'started') await this.#agent.call('stop', index, event.attempt, 0)
    await this.#agent.call('close', index)
    rmSync(this.home, { recursive: true, force: true })
  }
}
