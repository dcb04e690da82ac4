/**
 * Owns this host's launchers: one for each job that runs at the same time, up to a few, started when a job needs it,
 * given what to start and stop, and followed by a new one when it dies, or when somebody has fenced it. Knows no batch
 * and writes no row.
 *
 * More than one, because a launcher stands still while a program is loaded for its job, and longer where the kernel then
 * lets the job go first: with one for all, the end of another job waits for that.
 */
import path from 'node:path'
import { journalPath, type LauncherJournal, readJournal, removeJournal } from './journal.ts'
import { type JobExit, type Launcher, type LauncherEvent, type StartSpec, startLauncher } from './launcher.ts'
import type { Refused } from './protocol.ts'

const forgetAfter = 256
const most = 4

export type LauncherPoolOptions = {
  home: string
  hostId: string
  launcherDir: string
  nodePath?: string
  env: NodeJS.ProcessEnv
  /** So many exits may stay in the journal although they are committed (256). */
  forgetEvery?: number
}

export type LauncherPoolEvents = {
  onStarted(): void
  onExit(exit: JobExit): void
  onRefused(refused: Refused): void
  /** It died; `journal` is what it wrote down. These attempts of it had no end yet, and may live on. */
  onGone(reason: string, journal: LauncherJournal | null, attempts: ReadonlySet<string>): void
}

/** One launcher and what it was sent. */
type Worker = {
  launcher: Promise<Launcher>
  /** A small process; the other kind takes as much memory as the host. */
  native: boolean
  exitsSeen: number
  /** So many of them it was sent to forget. */
  forgotten: number
  /** Attempts it was sent to start and whose end it has not reported. */
  open: Set<string>
}

export class LauncherPool {
  readonly #options: LauncherPoolOptions
  readonly #events: LauncherPoolEvents
  readonly #workers: Worker[] = []
  /** Fenced: they start nothing more, and are followed until their last job has ended. */
  readonly #fenced = new Set<Worker>()
  /** Journals of dead launchers, to be removed once their ends are committed. */
  readonly #dead = new Set<string>()

  constructor(options: LauncherPoolOptions, events: LauncherPoolEvents) {
    this.#options = options
    this.#events = events
  }

  /** Starts a job. Rejects when no launcher can be had. */
  async start(spec: StartSpec): Promise<void> {
    const worker = this.#forAnother()
    worker.open.add(spec.attempt)
    const launcher = await worker.launcher
    launcher.start(spec)
  }

  /** Stops a job; nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void {
    const worker = this.#all().find(({ open }) => open.has(attempt))
    void worker?.launcher.then((launcher) => launcher.stop(attempt, graceMs), ignore)
  }

  /** Every end that was reported so far is committed: journals need not keep them. */
  committed(): void {
    this.#removeDead()
    for (const worker of this.#workers) {
      const { exitsSeen, forgotten, launcher } = worker
      if (exitsSeen - forgotten < (this.#options.forgetEvery ?? forgetAfter)) continue
      worker.forgotten = exitsSeen
      void launcher.then((one) => one.forget(exitsSeen), ignore)
    }
  }

  /**
   * 'close' waits for its jobs and its end, and every end that was reported is committed by then; 'release' lets it go on
   * alone. What is started next gets a new one.
   */
  async drop(how: 'close' | 'release'): Promise<void> {
    const workers = this.#all()
    this.#workers.length = 0
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
    const launcher = await worker.launcher.catch(() => null)
    if (!launcher) return
    if (how === 'release') return launcher.release()
    await launcher.close()
    const journal = readJournal(this.#journalOf(launcher))
    if (journal) removeJournal(journal)
  }

  #all(): Worker[] {
    return [...this.#workers, ...this.#fenced]
  }

  /** One without a job; a new one, while there are few; or the one with the fewest. */
  #forAnother(): Worker {
    const idlest = this.#workers.toSorted((a, b) => a.open.size - b.open.size)[0]
    if (!idlest) return this.#spawn()
    if (idlest.open.size === 0 || !idlest.native || this.#workers.length >= most) return idlest
    return this.#spawn()
  }

  #spawn(): Worker {
    const { home, hostId, launcherDir, nodePath, env } = this.#options
    const launcher = startLauncher({
      launcherDir,
      runDir: path.join(home, 'run'),
      hostId,
      env,
      ...(nodePath === undefined ? {} : { nodePath }),
      onEvent: (event) => this.#onEvent(event, worker),
    })
    const worker: Worker = { launcher, native: false, exitsSeen: 0, forgotten: 0, open: new Set() }
    launcher.then(
      ({ kind }) => {
        worker.native = kind === 'native'
      },
      () => this.#leave(worker),
    )
    this.#workers.push(worker)
    return worker
  }

  #onEvent(event: LauncherEvent, from: Worker): void {
    switch (event.kind) {
      case 'started':
        return this.#events.onStarted()
      case 'exited':
        from.exitsSeen += 1
        from.open.delete(event.exit.attempt)
        this.#events.onExit(event.exit)
        return void this.#retire(from)
      case 'refused':
        from.open.delete(event.attempt)
        if (event.stage === 'fenced') this.#replace(from)
        return this.#events.onRefused(event)
      case 'gone':
        return void this.#lose(event.reason, from)
    }
  }

  /**
   * A host that took itself for the executor fenced it (it had been stopped and fell behind, for example). Nothing lifts a
   * fence, so the next job gets another launcher; this one's jobs are followed to their ends.
   */
  #replace(worker: Worker): void {
    if (!this.#leave(worker)) return
    this.#fenced.add(worker)
    void this.#retire(worker)
  }

  /** A fenced launcher without jobs is of no use; its journal goes once its ends are committed. */
  async #retire(worker: Worker): Promise<void> {
    if (worker.open.size > 0 || !this.#fenced.has(worker)) return
    const launcher = await worker.launcher
    await launcher.close()
    if (this.#fenced.delete(worker)) this.#dead.add(this.#journalOf(launcher))
  }

  async #lose(reason: string, from: Worker): Promise<void> {
    this.#leave(from)
    this.#fenced.delete(from)
    const file = this.#journalOf(await from.launcher)
    this.#events.onGone(reason, readJournal(file), from.open)
    this.#dead.add(file)
  }

  /** It is given nothing more to start. False: it was not one of those that are. */
  #leave(worker: Worker): boolean {
    const at = this.#workers.indexOf(worker)
    if (at >= 0) this.#workers.splice(at, 1)
    return at >= 0
  }

  #journalOf(launcher: Launcher): string {
    return journalPath(path.join(this.#options.home, 'run'), launcher.id)
  }
}

const ignore = () => {}
