/** What the kits of launchers have in common, on this system and under Wine: jobs to start, and their awaitable outcomes. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobExit, LauncherEvent, StartSpec } from '../../src/core/launcher/launcher.ts'

type Outcome = Extract<LauncherEvent, { kind: 'exited' } | { kind: 'refused' }>

/** Polls until it is true. For what other processes do, which send no event. */
export async function until(isSo: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await sleep(5)
  }
}

export abstract class JobOutcomes {
  readonly events: LauncherEvent[] = []
  /** The data folder. */
  abstract readonly home: string
  /** How long a job may take to write into its log. */
  protected readonly patienceMs: number = 20_000
  #wake: (() => void)[] = []
  #count = 0

  /** Starts a job and answers its attempt key. */
  abstract start(argv: string[], more?: Partial<StartSpec>): Promise<string>

  /** A path as the launcher's system writes it. */
  protected seen(path: string): string {
    return path
  }

  protected add(event: LauncherEvent): void {
    this.events.push(event)
    for (const wake of this.#wake.splice(0)) wake()
  }

  protected spec(argv: string[], more: Partial<StartSpec>): StartSpec {
    this.#count += 1
    const attempt = more.attempt ?? `${this.#count}.1`
    return {
      attempt,
      argv,
      cwd: this.seen(this.home),
      env: {},
      logPath: this.seen(this.logPath(attempt)),
      logLimitBytes: 1_000_000,
      timeoutMs: null,
      graceMs: 2000,
      ...more,
    }
  }

  logPath(attempt: string): string {
    return join(this.home, 'logs', `${attempt}.log`)
  }

  log(attempt: string): string {
    return readFileSync(this.logPath(attempt), 'utf8')
  }

  /** Runs a job to its end or refusal. */
  async run(argv: string[], more: Partial<StartSpec> = {}): Promise<Outcome> {
    return this.outcome(await this.start(argv, more))
  }

  /** Runs a job that is expected to start. */
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

  /** Waits until the job has written this to its log, to signal that it is ready. */
  async says(attempt: string, text: string): Promise<void> {
    const path = this.logPath(attempt)
    const isSaid = () => existsSync(path) && this.log(attempt).includes(text)
    await until(isSaid, `job ${attempt} says "${text}"`, this.patienceMs)
  }
}
