/** A launcher under Wine with a data folder of its own, and awaitable outcomes of its jobs; as helpers/launcher-kit.ts. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { JobExit, LauncherEvent, StartSpec } from '../../src/core/launcher/launcher.ts'
import { root, until } from '../helpers/launcher-kit.ts'
import { type Agent, folderOnDisk, probe, windowsPath } from './wine.ts'

type Outcome = Extract<LauncherEvent, { kind: 'exited' } | { kind: 'refused' }>

export class WindowsLauncherKit {
  readonly home: string
  readonly runDir: string
  readonly launcher: ReturnType<Agent['call']>
  readonly events: LauncherEvent[] = []
  readonly #agent: Agent
  #wake: (() => void)[] = []
  #count = 0
  #index = 0
  readonly ready: Promise<{
    index: number
    kind: string
    identity: { pid: number; startedAt: string; bootId: string }
  }>

  constructor(agent: Agent, env: Record<string, string> = {}, name = 'slipway-') {
    this.#agent = agent
    this.home = folderOnDisk(name)
    this.runDir = join(this.home, 'run')
    const launcherDir = windowsPath(join(root, 'out/launcher'))
    this.ready = agent.call('launch', launcherDir, windowsPath(this.runDir), env)
    this.launcher = this.ready as never
    const before = agent.onEvent
    agent.onEvent = (launcher, event) => {
      before(launcher, event)
      if (launcher !== this.#index) return
      this.events.push(event)
      for (const wake of this.#wake.splice(0)) wake()
    }
    void this.ready.then(({ index }) => {
      this.#index = index
    })
  }

  logPath(attempt: string): string {
    return join(this.home, 'logs', `${attempt}.log`)
  }

  log(attempt: string): string {
    return readFileSync(this.logPath(attempt), 'utf8')
  }

  async start(argv: string[], more: Partial<StartSpec> = {}): Promise<string> {
    const { index } = await this.ready
    const spec = this.#spec(argv, more)
    await this.#agent.call('start', index, spec)
    return spec.attempt
  }

  /** The tests' own program. */
  probe(...argv: string[]): Promise<string> {
    return this.start([probe(), ...argv])
  }

  async hold(argv: string[], width = 1): Promise<string> {
    const { index } = await this.ready
    const spec = this.#spec(argv, {})
    if (!(await this.#agent.call('hold', index, spec, width))) throw new Error('it could not be sent')
    return spec.attempt
  }

  async stop(attempt: string, graceMs: number): Promise<void> {
    await this.#agent.call('stop', (await this.ready).index, attempt, graceMs)
  }

  #spec(argv: string[], more: Partial<StartSpec>): StartSpec {
    this.#count += 1
    const attempt = more.attempt ?? `${this.#count}.1`
    return {
      attempt,
      argv,
      cwd: windowsPath(this.home),
      env: {},
      logPath: windowsPath(this.logPath(attempt)),
      logLimitBytes: 1_000_000,
      timeoutMs: null,
      graceMs: 2000,
      ...more,
    }
  }

  async run(argv: string[], more: Partial<StartSpec> = {}): Promise<Outcome> {
    return this.outcome(await this.start(argv, more))
  }

  async exit(argv: string[], more: Partial<StartSpec> = {}): Promise<JobExit> {
    return this.exitOf(await this.start(argv, more))
  }

  async exitOf(attempt: string): Promise<JobExit> {
    const outcome = await this.outcome(attempt)
    if (outcome.kind === 'refused') throw new Error(outcome.message)
    return outcome.exit
  }

  outcome(attempt: string): Promise<Outcome> {
    return this.next((e): e is Outcome =>
      e.kind === 'exited' ? e.exit.attempt === attempt : e.kind === 'refused' && e.attempt === attempt,
    )
  }

  started(attempt: string) {
    return this.next(
      (e): e is Extract<LauncherEvent, { kind: 'started' }> => e.kind === 'started' && e.attempt === attempt,
    )
  }

  async next<E extends LauncherEvent>(isIt: (event: LauncherEvent) => event is E): Promise<E> {
    for (;;) {
      const found = this.events.find(isIt)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async says(attempt: string, text: string): Promise<void> {
    const path = this.logPath(attempt)
    await until(
      () => existsSync(path) && this.log(attempt).includes(text),
      `job ${attempt} says "${text}"`,
      240_000,
    )
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
