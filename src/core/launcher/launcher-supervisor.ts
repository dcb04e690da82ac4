/**
 * Owns this host's launcher: started when a job needs it, followed by a new one when it dies, or when somebody has fenced
 * it. Knows no batch and writes no row.
 */
import path from 'node:path'
import type { JobPlace } from '../../contract/places.ts'
import { journalPath, type LauncherJournal, readJournal, removeJournal } from './journal.ts'
import { type JobExit, type Launcher, type LauncherEvent, type StartSpec, startLauncher } from './launcher.ts'
import type { PlaceState, Refused, Started } from './protocol.ts'

const forgetAfter = 256
const RESUME_AGAIN_MS = 5_000

export type LauncherSupervisorOptions = {
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
  /** The cluster that its launchers hand jobs to; null or absent: this machine. */
  place?: JobPlace | null
  /** This many committed ends may stay in the journal (256). */
  forgetEvery?: number
}

export type LauncherSupervisorEvents = {
  /** A launcher is ready. */
  onReady(): void
  /** No launcher can be spawned. */
  onUnavailable(cause: unknown): void
  onStarted(started: Started): void
  onExit(exit: JobExit): void
  onRefused(refused: Refused): void
  /** A held job was not started and won't be. */
  onDropped(attempt: string): void
  /** What the cluster makes of its jobs. */
  onState(state: PlaceState): void
  /** It died; `journal` is what it recorded. These attempts had no end yet, and may live on if they were started. */
  onGone(reason: string, journal: LauncherJournal | null, attempts: ReadonlySet<string>): void
}

/** One launcher and what it was given. */
type Worker = {
  ready: Promise<Launcher>
  launcher: Launcher | null
  /** How many ends it was sent to forget. */
  forgotten: number
  /** Attempts it was sent, held ones too, that are neither ended nor dropped. */
  open: Set<string>
}

export class LauncherSupervisor {
  readonly #options: LauncherSupervisorOptions
  readonly #events: LauncherSupervisorEvents
  #current: Worker | null = null
  /** Fenced: they start nothing more, and are watched until their last job has ended. */
  readonly #fenced = new Set<Worker>()
  /** Journals of dead launchers, to be removed once their ends are committed. */
  readonly #dead = new Set<string>()

  constructor(options: LauncherSupervisorOptions, events: LauncherSupervisorEvents) {
    this.#options = options
    this.#events = events
  }

  /** Whether a launcher is ready; spawns one if none is. */
  isReady(): boolean {
    this.#current ??= this.#spawn()
    return this.#current.launcher !== null
  }

  /** Starts a job. Rejects if no launcher can be spawned. */
  async start(spec: StartSpec): Promise<void> {
    this.#current ??= this.#spawn()
    const worker = this.#current
    worker.open.add(spec.attempt)
    const launcher = await worker.ready
    launcher.start(spec)
  }

  /** Continues attempts of a dead launcher of the same cluster, as if they had been started here; keeps trying. */
  resume(launcherId: string, attempts: readonly string[]): void {
    this.#current ??= this.#spawn()
    const worker = this.#current
    for (const attempt of attempts) worker.open.add(attempt)
    worker.ready.then(
      (launcher) => launcher.resume(launcherId, attempts),
      () => setTimeout(() => this.resume(launcherId, attempts), RESUME_AGAIN_MS),
    )
  }

  /** Hands a job over ahead, see `Launcher.hold`. False: it has to be started when its turn comes. */
  hold(spec: StartSpec, width: number): boolean {
    if (this.#current?.launcher?.hold(spec, width) !== true) return false
    this.#current.open.add(spec.attempt)
    return true
  }

  /** Drops held jobs that were not started, and reports each. */
  dropHeld(): void {
    this.#current?.launcher?.drop()
  }

  /** Stops a job; nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void {
    const worker = this.#all().find(({ open }) => open.has(attempt))
    void worker?.ready.then((launcher) => launcher.stop(attempt, graceMs), ignore)
  }

  /** Every end that was reported so far is committed: the journal need not keep them. */
  committed(): void {
    this.#removeDead()
    const worker = this.#current
    const ends = worker?.launcher?.ends() ?? 0
    if (worker === null || ends - worker.forgotten < (this.#options.forgetEvery ?? forgetAfter)) return
    worker.forgotten = ends
    worker.launcher?.forget(ends)
  }

  /**
   * 'close' waits for its jobs and its end, and every reported end is committed by then; 'release' lets it continue
   * alone. The next job gets a new launcher.
   */
  async end(how: 'close' | 'release'): Promise<void> {
    const workers = this.#all()
    this.#current = null
    this.#fenced.clear()
    await Promise.all(workers.map((worker) => this.#part(worker, how)))
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

  async #part(worker: Worker, how: 'close' | 'release'): Promise<void> {
    const launcher = await worker.ready.catch(() => null)
    if (!launcher) return
    if (how === 'release') return launcher.release()
    await launcher.close()
    const journal = readJournal(this.#journalOf(launcher))
    if (journal) removeJournal(journal)
  }

  #all(): Worker[] {
    return this.#current ? [this.#current, ...this.#fenced] : [...this.#fenced]
  }

  #spawn(): Worker {
    const { home, hostId, launcherDir, nodePath, env, place } = this.#options
    const ready = startLauncher({
      launcherDir,
      runDir: path.join(home, 'run'),
      hostId,
      env,
      place: place ?? null,
      ...(nodePath === undefined ? {} : { nodePath }),
      onEvent: (event) => this.#onEvent(event, worker),
    })
    const worker: Worker = { ready, launcher: null, forgotten: 0, open: new Set() }
    ready.then(
      (launcher) => {
        worker.launcher = launcher
        this.#events.onReady()
      },
      (cause: unknown) => {
        this.#leave(worker)
        this.#events.onUnavailable(cause)
      },
    )
    return worker
  }

  #onEvent(event: LauncherEvent, from: Worker): void {
    switch (event.kind) {
      case 'started':
        return this.#events.onStarted(event)
      case 'dropped':
        from.open.delete(event.attempt)
        return this.#events.onDropped(event.attempt)
      case 'exited':
        from.open.delete(event.exit.attempt)
        this.#events.onExit(event.exit)
        return void this.#retire(from)
      case 'refused':
        from.open.delete(event.attempt)
        if (event.stage === 'fenced') this.#replace(from)
        return this.#events.onRefused(event)
      case 'place':
        return this.#events.onState(event.state)
      case 'gone':
        return void this.#lose(event.reason, from)
    }
  }

  /**
   * A host that believed it was the executor fenced it (after having been stopped, for example). Nothing lifts a fence,
   * so the next job gets another launcher; this one's jobs are watched to their ends.
   */
  #replace(worker: Worker): void {
    if (!this.#leave(worker)) return
    this.#fenced.add(worker)
    void this.#retire(worker)
  }

  /** A fenced launcher without jobs is of no use; its journal goes once its ends are committed. */
  async #retire(worker: Worker): Promise<void> {
    if (worker.open.size > 0 || !this.#fenced.has(worker)) return
    const launcher = await worker.ready
    await launcher.close()
    if (this.#fenced.delete(worker)) this.#dead.add(this.#journalOf(launcher))
  }

  async #lose(reason: string, from: Worker): Promise<void> {
    this.#leave(from)
    this.#fenced.delete(from)
    const file = this.#journalOf(await from.ready)
    this.#events.onGone(reason, readJournal(file), from.open)
    this.#dead.add(file)
  }

  /** It gets no more jobs. False: it was not the current one. */
  #leave(worker: Worker): boolean {
    if (this.#current !== worker) return false
    this.#current = null
    return true
  }

  #journalOf(launcher: Launcher): string {
    return journalPath(path.join(this.#options.home, 'run'), launcher.id)
  }
}

const ignore = () => {}
