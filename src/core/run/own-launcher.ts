/**
 * Owns this host's launcher: started when the first job needs it, told what to start and stop, and followed by
 * a new one when it dies, or when somebody has fenced it. Knows no batch and writes no row.
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
import type { Refused } from './launcher/protocol.ts'

const forgetAfter = 256

export type OwnLauncherOptions = {
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
  /** So many exits may stay in the journal although they are committed (256). */
  forgetEvery?: number
}

export type OwnLauncherEvents = {
  onStarted(): void
  onExit(exit: JobExit): void
  onRefused(refused: Refused): void
  /** It died; `journal` is what it wrote down. These attempts of it had no end yet, and may live on. */
  onGone(reason: string, journal: LauncherJournal | null, attempts: ReadonlySet<string>): void
}

/** One launcher and what it was told. */
type Crew = {
  launcher: Promise<Launcher>
  exitsSeen: number
  /** Attempts it was asked to start and whose end it has not told. */
  open: Set<string>
}

export class OwnLauncher {
  readonly #options: OwnLauncherOptions
  readonly #events: OwnLauncherEvents
  #crew: Crew | null = null
  /** Fenced: they start nothing more, and are followed until their last job has ended. */
  readonly #fenced = new Set<Crew>()
  /** Journals of dead launchers, to be removed once their ends are committed. */
  readonly #dead = new Set<string>()

  constructor(options: OwnLauncherOptions, events: OwnLauncherEvents) {
    this.#options = options
    this.#events = events
  }

  /** Starts a job. Rejects when no launcher can be had. */
  async start(spec: StartSpec): Promise<void> {
    const crew = this.#get()
    crew.open.add(spec.attempt)
    const launcher = await crew.launcher
    launcher.start(spec)
  }

  /** Asks a job to end; nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void {
    const crew = this.#all().find(({ open }) => open.has(attempt))
    void crew?.launcher.then((launcher) => launcher.stop(attempt, graceMs), ignore)
  }

  /** Every end that was told so far is committed: journals need not keep them. */
  committed(): void {
    this.#removeDead()
    const seen = this.#crew?.exitsSeen ?? 0
    if (seen > 0 && seen % (this.#options.forgetEvery ?? forgetAfter) === 0)
      void this.#crew?.launcher.then((launcher) => launcher.forget(seen), ignore)
  }

  /**
   * 'close' waits for its jobs and its end, and every end that was told is committed by then; 'release' lets it go on
   * alone. What is started next gets a new one.
   */
  async drop(how: 'close' | 'release'): Promise<void> {
    const crews = this.#all()
    this.#crew = null
    this.#fenced.clear()
    await Promise.all(crews.map((crew) => this.#part(crew, how)))
    // One that was fenced may have ended after the last commit.
    if (how === 'close') this.#removeDead()
  }

  #removeDead(): void {
    for (const file of this.#dead) {
      const journal = readJournal(file)
      if (journal) removeJournal(journal)
    }
    this.#dead.clear()
  }

  async #part(crew: Crew, how: 'close' | 'release'): Promise<void> {
    const launcher = await crew.launcher.catch(() => null)
    if (!launcher) return
    if (how === 'release') return launcher.release()
    await launcher.close()
    const journal = readJournal(this.#journalOf(launcher))
    if (journal) removeJournal(journal)
  }

  #all(): Crew[] {
    return [...(this.#crew ? [this.#crew] : []), ...this.#fenced]
  }

  #get(): Crew {
    if (this.#crew) return this.#crew
    const { home, hostId, launcherDir, nodePath, env } = this.#options
    const launcher = startLauncher({
      launcherDir,
      runDir: path.join(home, 'run'),
      hostId,
      env,
      ...(nodePath === undefined ? {} : { nodePath }),
      onEvent: (event) => this.#hear(event, crew),
    })
    const crew: Crew = { launcher, exitsSeen: 0, open: new Set() }
    launcher.catch(() => {
      if (this.#crew === crew) this.#crew = null
    })
    this.#crew = crew
    return crew
  }

  #hear(event: LauncherEvent, from: Crew): void {
    switch (event.kind) {
      case 'started':
        return this.#events.onStarted()
      case 'exited':
        from.exitsSeen += 1
        from.open.delete(event.exit.attempt)
        this.#events.onExit(event.exit)
        return void this.#dismiss(from)
      case 'refused':
        from.open.delete(event.attempt)
        if (event.stage === 'fenced') this.#replace(from)
        return this.#events.onRefused(event)
      case 'gone':
        return void this.#lose(event.reason, from)
    }
  }

  /**
   * A host that took itself for the executor fenced it (it had been stopped, say, and fell behind). Nothing lifts a
   * fence, so the next job gets another launcher; this one's jobs are followed to their ends.
   */
  #replace(crew: Crew): void {
    if (this.#crew !== crew) return
    this.#crew = null
    this.#fenced.add(crew)
    void this.#dismiss(crew)
  }

  /** A fenced launcher without jobs is of no use; its journal goes once its ends are committed. */
  async #dismiss(crew: Crew): Promise<void> {
    if (crew.open.size > 0 || !this.#fenced.has(crew)) return
    const launcher = await crew.launcher
    await launcher.close()
    if (this.#fenced.delete(crew)) this.#dead.add(this.#journalOf(launcher))
  }

  async #lose(reason: string, from: Crew): Promise<void> {
    if (this.#crew === from) this.#crew = null
    this.#fenced.delete(from)
    const file = this.#journalOf(await from.launcher)
    this.#events.onGone(reason, readJournal(file), from.open)
    this.#dead.add(file)
  }

  #journalOf(launcher: Launcher): string {
    return journalPath(path.join(this.#options.home, 'run'), launcher.id)
  }
}

const ignore = () => {}
