/**
 * Owns this host's launcher: started when the first job needs it, told what to start and stop, and followed by
 * a new one when it dies. Knows no batch and writes no row.
 */
import path from 'node:path'
import { journalPath, type LauncherJournal, readJournal, removeJournal } from './launcher/journal.ts'
import {
  type JobExit,
  type Launcher,
  type LauncherEvent,
  type StartSpec,
  startLauncher,
} from './launcher/launcher.ts'

/** So many exits may stay in the journal although they are committed. */
const forgetEvery = 256

export type OwnLauncherOptions = {
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
}

export type OwnLauncherEvents = {
  onStarted(): void
  onExit(exit: JobExit): void
  onRefused(attempt: string, stage: string, message: string): void
  /** It died; `journal` is what it wrote down. Its jobs may live on. */
  onGone(reason: string, journal: LauncherJournal | null): void
}

export class OwnLauncher {
  readonly #options: OwnLauncherOptions
  readonly #events: OwnLauncherEvents
  #launcher: Promise<Launcher> | null = null
  #exitsSeen = 0
  /** Journals of dead launchers, to be removed once their ends are committed. */
  readonly #dead = new Set<string>()

  constructor(options: OwnLauncherOptions, events: OwnLauncherEvents) {
    this.#options = options
    this.#events = events
  }

  /** Starts a job. Rejects when no launcher can be had. */
  async start(spec: StartSpec): Promise<void> {
    const launcher = await this.#get()
    launcher.start(spec)
  }

  /** Asks a job to end; nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void {
    void this.#launcher?.then((launcher) => launcher.stop(attempt, graceMs), ignore)
  }

  /** Every end that was told so far is committed: journals need not keep them. */
  committed(): void {
    for (const file of this.#dead) {
      const journal = readJournal(file)
      if (journal) removeJournal(journal)
    }
    this.#dead.clear()
    const seen = this.#exitsSeen
    if (seen > 0 && seen % forgetEvery === 0)
      void this.#launcher?.then((launcher) => launcher.forget(seen), ignore)
  }

  /** 'close' waits for its jobs and its end; 'release' lets it go on alone. */
  async drop(how: 'close' | 'release'): Promise<void> {
    const launcher = await this.#launcher?.catch(() => null)
    this.#launcher = null
    this.#exitsSeen = 0
    if (!launcher) return
    if (how === 'release') return launcher.release()
    await launcher.close()
    const journal = readJournal(this.#journalOf(launcher))
    if (journal) removeJournal(journal)
  }

  #get(): Promise<Launcher> {
    if (this.#launcher) return this.#launcher
    const { home, hostId, launcherDir, nodePath, env } = this.#options
    const starting = startLauncher({
      launcherDir,
      runDir: path.join(home, 'run'),
      hostId,
      env,
      ...(nodePath === undefined ? {} : { nodePath }),
      onEvent: (event) => this.#hear(event, starting),
    })
    starting.catch(() => {
      if (this.#launcher === starting) this.#launcher = null
    })
    this.#launcher = starting
    return starting
  }

  #hear(event: LauncherEvent, from: Promise<Launcher>): void {
    switch (event.kind) {
      case 'started':
        return this.#events.onStarted()
      case 'exited':
        this.#exitsSeen += 1
        return this.#events.onExit(event.exit)
      case 'refused':
        return this.#events.onRefused(event.attempt, event.stage, event.message)
      case 'gone':
        return void this.#lose(event.reason, from)
    }
  }

  async #lose(reason: string, from: Promise<Launcher>): Promise<void> {
    if (this.#launcher === from) {
      this.#launcher = null
      this.#exitsSeen = 0
    }
    const file = this.#journalOf(await from)
    this.#events.onGone(reason, readJournal(file))
    this.#dead.add(file)
  }

  #journalOf(launcher: Launcher): string {
    return journalPath(path.join(this.#options.home, 'run'), launcher.id)
  }
}

const ignore = () => {}
