/**
 * Owns the life of the desktop app between start and quit: opens the core, shows window and tray, follows the
 * queue and passes each change to tray, notifications and dock. Holds no rule of the queue.
 */
import { app, dialog, nativeTheme } from 'electron'
import type { Caller, SlipwayApi } from '../contract/api.ts'
import type { LiveQueue } from '../contract/queue-state.ts'
import type { Settings } from '../contract/settings.ts'
import { isActive } from '../contract/states.ts'
import { type Core, openCore } from '../core/core.ts'
import { applyAutostart } from './autostart.ts'
import { startBackground, takeBack } from './background.ts'
import { openIpc } from './ipc.ts'
import { type MenuActs, showMenu } from './menu.ts'
import { Notifier } from './notifications.ts'
import { hashOf, type OpenRequest } from './opening.ts'
import type { Places } from './places.ts'
import { type Power, watchPower } from './power.ts'
import { readPreferences, writePreferences } from './preferences.ts'
import { showProgress } from './progress.ts'
import {
  confirmCountdown,
  confirmUpdate,
  pickConfiguration,
  reportInterruption,
  showQuestion,
} from './questions.ts'
import { type Follower, followCore, isBusy, type Step } from './queue-steps.ts'
import { mustConfirm, type QuitAnswer, quitAnswer, quitQuestion } from './quit.ts'
import { reveal, revealLog } from './reveal.ts'
import { watchSessionEnd } from './session-end.ts'
import { type AppTray, showTray } from './tray.ts'
import type { TrayAct } from './tray-state.ts'
import { followUpdates, loadUpdater, type Updates } from './updates.ts'
import { Countdown, queueBecameEmpty, runDetached } from './when-done.ts'
import { PanelWindow } from './window.ts'

/** How the app ends: as a person chose, or with the session, without a question. */
type End = Exclude<QuitAnswer, 'stay'> | 'session'

type Running = {
  core: Core
  api: SlipwayApi
  follower: Follower
  tray: AppTray
  power: Power
  stopSessionWatch: () => void
  closeIpc: () => void
}

export class DesktopApp {
  readonly #places: Places
  readonly #env: NodeJS.ProcessEnv
  readonly #caller: Caller
  readonly #window: PanelWindow
  readonly #notifier: Notifier
  readonly #countdown: Countdown
  #running: Running | null = null
  #updates: Updates | null = null
  #openRequests: OpenRequest[] = []
  /** What the decided quit does; a later, stronger answer overrides it. */
  #quitting: End | null = null
  #isConfirming = false
  #isDone = false

  constructor(places: Places, env: NodeJS.ProcessEnv, actor: string) {
    this.#places = places
    this.#env = env
    this.#caller = { actor, origin: { from: 'desktop', command: null, folder: null }, mustTrust: true }
    this.#window = new PanelWindow({
      preload: places.preload,
      icon: `${places.iconsDir}/icon.png`,
      folder: places.desktopDir,
      hideOnClose: () => !this.#isDone,
      onHidden: () => this.#explainTray(),
      onFocus: () => this.#showProgress(),
      log: (line) => this.#log(line),
    })
    this.#notifier = new Notifier({
      settings: () => this.#settings(),
      isInFront: () => this.#window.isInFront,
      numberOf: (id) => this.#running?.follower.state().batches.get(id)?.number,
      open: (batch) => this.show(batch === null ? undefined : hashOf({ kind: 'batch', number: batch })),
    })
    this.#countdown = new Countdown({
      confirm: (sentence, signal) => this.#confirmCountdown(sentence, signal),
      launcherDir: places.launcherDir,
      run: (command) => runDetached(command, (cause) => this.#notifier.notify('Slipway', cause.message)),
      prepare: async (what) => {
        if (what === 'shut-down') await this.#running?.core.stopWorking('finish')
      },
    })
  }

  /** True when the process may end. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Opens everything; a database that can't be used is reported, and the app ends. */
  async start(how: { hidden: boolean }): Promise<void> {
    const opened = await openCore({
      home: this.#places.home,
      kind: 'desktop',
      launcherDir: this.#places.launcherDir,
      nodePath: this.#places.nodePath,
      env: this.#env,
      log: (line) => this.#log(line),
    })
    if (!opened.ok) {
      const { message, hint } = opened.error
      dialog.showErrorBox('Slipway cannot open its data', [message, hint].filter(Boolean).join('\n\n'))
      this.#isDone = true
      app.exit(6)
      return
    }
    const core = opened.value
    const api = core.api(this.#caller)
    core.onNotice((notice) => {
      if (notice.kind === 'crash-found') void this.#reportCrash(notice.sentence)
      if (notice.kind === 'claim-lost') this.#notifier.notify('Slipway', notice.sentence)
    })
    const follower = await followCore(api, Date.now, (step) => this.#follow(step))
    const state = follower.state()
    const closeIpc = openIpc({
      api,
      panel: () => this.#window.current?.webContents ?? null,
      desktop: {
        'desktop:pick-configuration': () => pickConfiguration(this.#window.current),
        'desktop:reveal': async (file) => reveal(file, this.#knownFolders()),
      },
      log: (line) => this.#log(line),
    })
    const power = watchPower({
      // A command that changes something wakes executor and finalizer; both check the time.
      onResume: () => void api.invoke('sweep', {}),
      onShutdown: () => void this.endWithSession(),
    })
    const stopSessionWatch = watchSessionEnd(() => void this.endWithSession(), process.platform)
    const tray = showTray(
      {
        iconsDir: this.#places.iconsDir,
        act: (act) => this.#actFromTray(act),
        openFile: (file) => this.open([{ kind: 'file', file }]),
      },
      state,
    )
    this.#running = { core, api, follower, tray, power, stopSessionWatch, closeIpc }
    showMenu(this.#menuActs(), !app.isPackaged)
    this.#applySettings(state.settings)
    takeBack(this.#places.desktopDir, state.hosts)
    core.startWorking()
    void followUpdates({
      isPackaged: app.isPackaged,
      resources: process.resourcesPath,
      load: loadUpdater,
      confirm: (version) => confirmUpdate(this.#window.current, version),
      log: (line) => this.#log(line),
    }).then((updates) => {
      this.#updates = updates
    })
    this.#refresh(state)
    if (!how.hidden || this.#openRequests.length > 0) this.show()
  }

  /** Shows the window, and what is to be opened. */
  show(hash?: string): void {
    if (this.#running === null) return
    const request = this.#openRequests.shift()
    this.#openRequests = []
    this.#window.show(hash ?? (request === undefined ? undefined : hashOf(request)))
  }

  /** Remembers what to open; shows it at once when the app is up. The panel shows one at a time. */
  open(requests: readonly OpenRequest[]): void {
    if (requests.length === 0) return
    this.#openRequests = [...requests]
    this.show()
  }

  /**
   * The session ends, and with it anything that is started now: no question, and no host in the background. Running
   * jobs are left to the launcher: where processes outlive the session they finish, else they are interrupted and
   * run again; the next start records either.
   */
  async endWithSession(): Promise<void> {
    if (this.#quitting !== 'session') await this.#end('session')
  }

  /** Quits, after a question where jobs run. Quitting again while jobs are finishing offers the other answers. */
  async requestQuit(): Promise<void> {
    if (this.#quitting === 'session') return
    const running = this.#running
    if (running === null || !mustConfirm(running.follower.state(), running.core.hostId)) {
      await this.#end(this.#quitting === 'leave' ? 'leave' : 'stop')
      return
    }
    if (this.#isConfirming) return
    this.#isConfirming = true
    const response = await showQuestion(this.#window.current, quitQuestion(running.follower.state()))
    this.#isConfirming = false
    const answer = quitAnswer(response)
    if (answer !== 'stay') await this.#end(answer)
  }

  /** Releases the queue as the answer requires, then ends the process. */
  async #end(answer: End): Promise<void> {
    const running = this.#running
    const first = this.#quitting === null
    this.#quitting = answer
    this.#countdown.stop()
    this.#updates?.stop()
    if (answer === 'leave' || answer === 'session') this.#updates?.hold()
    if (running !== null) {
      if (answer === 'finish') {
        this.#window.current?.hide()
        this.#notifier.notify(
          'Finishing the running jobs',
          'Slipway quits when they finish. Quit again to stop them now.',
        )
      }
      await running.core.stopWorking(answer === 'session' ? 'leave' : answer)
      // Of two answers, only the first call continues to the end.
      if (!first) return
      const goesOn = this.#quitting === 'leave'
      this.#notifier.stop()
      running.power.stop()
      running.stopSessionWatch()
      running.follower.stop()
      running.closeIpc()
      running.tray.stop()
      await running.core.close()
      this.#running = null
      if (goesOn) await this.#goOnInBackground()
    }
    this.#isDone = true
    this.#window.destroy()
    app.quit()
  }

  async #goOnInBackground(): Promise<void> {
    try {
      await startBackground({ ...this.#places, folder: this.#places.desktopDir, env: this.#env })
    } catch (cause) {
      this.#log(String(cause))
      dialog.showErrorBox(
        'The queue cannot continue in the background',
        `${cause instanceof Error ? cause.message : String(cause)}. The running jobs continue, and the next start records their results.`,
      )
    }
  }

  #follow(step: Step): void {
    if (this.#running === null) return
    this.#notifier.finished(step.finished)
    this.#notifier.attention(step.attention)
    this.#applySettings(step.state.settings)
    this.#refresh(step.state)
    if (step.state.running !== null) this.#countdown.stop()
    if (queueBecameEmpty(step)) void this.#countdown.begin(step.state.settings['when-done'])
  }

  #refresh(state: LiveQueue): void {
    this.#running?.tray.update(state)
    this.#running?.power.update(isBusy(state), state.settings['keep-awake'])
    this.#showProgress(state)
  }

  #showProgress(state = this.#running?.follower.state()): void {
    if (state === undefined) return
    showProgress(state, this.#window.current, `${this.#places.iconsDir}/overlay.png`)
  }

  #applySettings(settings: Settings): void {
    if (nativeTheme.themeSource !== settings.theme) nativeTheme.themeSource = settings.theme
    if (!app.isPackaged) return
    const { platform, execPath } = process
    applyAutostart(settings['start-with-session'], { platform, env: this.#env, execPath })
  }

  #settings(): Settings {
    const state = this.#running?.follower.state()
    if (state === undefined) throw new Error('settings before the start')
    return state.settings
  }

  #explainTray(): void {
    if (readPreferences(this.#places.desktopDir).trayExplained) return
    writePreferences(this.#places.desktopDir, { trayExplained: true })
    this.#notifier.notify(
      'Slipway is still running',
      // Not every desktop delivers a click on the icon; the menu and a second start work on all.
      'The queue continues while the window is hidden. Open or quit it from the menu of its tray icon, or start Slipway again.',
    )
  }

  async #reportCrash(sentence: string): Promise<void> {
    this.#notifier.notify('Slipway recovered from an interruption', sentence)
    await reportInterruption(this.#window.current, sentence)
  }

  async #confirmCountdown(sentence: string, signal: AbortSignal): Promise<'now' | 'stop'> {
    this.#notifier.notify('The queue is empty', sentence)
    return confirmCountdown(sentence, signal)
  }

  #actFromTray(act: TrayAct): void {
    if (act.kind === 'open') this.show()
    if (act.kind === 'batch') this.show(hashOf({ kind: 'batch', number: act.number }))
    if (act.kind === 'pause') void this.#running?.api.invoke('pause', {})
    if (act.kind === 'resume') void this.#running?.api.invoke('resume', {})
    if (act.kind === 'quit') app.quit()
  }

  #menuActs(): MenuActs {
    return {
      newBatch: () => this.show('#/queue?new='),
      openFile: () =>
        void pickConfiguration(this.#window.current).then((file) => {
          if (file !== null) this.open([{ kind: 'file', file }])
        }),
      go: (hash) => this.show(hash),
      pause: () => this.#actFromTray({ kind: 'pause' }),
      resume: () => this.#actFromTray({ kind: 'resume' }),
      reveal: () => {
        const address = this.#window.current?.webContents.getURL() ?? ''
        if (this.#running !== null) void revealLog(this.#running.api, address, this.#places.home)
      },
      dataFolder: () => void reveal(this.#places.home, [this.#places.home]),
      quit: () => app.quit(),
    }
  }

  /** Folders of the current batches: the data folder and their projects. */
  #knownFolders(): string[] {
    const batches = [...(this.#running?.follower.state().batches.values() ?? [])]
    const active = batches.filter((batch) => isActive(batch.status))
    return [this.#places.home, ...active.map((batch) => batch.projectPath)]
  }

  #log(line: string): void {
    console.error(line)
  }
}
