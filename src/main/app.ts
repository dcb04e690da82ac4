/**
 * Owns the life of the desktop app between start and quit: opens the core, shows window and tray, follows the
 * queue and hands each change to those who show it. Holds no rule of the queue.
 */
import { app, dialog, nativeTheme } from 'electron'
import type { Caller, SlipwayApi } from '../contract/api.ts'
import type { Settings } from '../contract/settings.ts'
import { type Core, openCore } from '../core/core.ts'
import { autostartFolder, setAutostart } from './autostart.ts'
import { startBackground, takeBack } from './background.ts'
import { openIpc } from './ipc.ts'
import { type MenuActs, showMenu } from './menu.ts'
import { Notifier } from './notifications.ts'
import { hashOf, type Wish } from './opening.ts'
import { type Follower, followCore, isBusy, type PanelState, type Step } from './panel-state.ts'
import type { Places } from './places.ts'
import { type Power, watchPower } from './power.ts'
import { readPreferences, writePreferences } from './preferences.ts'
import { showProgress } from './progress.ts'
import { mustAsk, type QuitAnswer, quitAnswer, quitQuestion } from './quit.ts'
import { reveal, revealLog } from './reveal.ts'
import { type AppTray, showTray } from './tray.ts'
import type { TrayAct } from './tray-state.ts'
import { Countdown, queueBecameEmpty, runDetached } from './when-done.ts'
import { PanelWindow } from './window.ts'

type Running = {
  core: Core
  api: SlipwayApi
  follower: Follower
  tray: AppTray
  power: Power
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
  #wishes: Wish[] = []
  /** What a quit does that was decided; a later, stronger answer overtakes it. */
  #quitting: QuitAnswer | null = null
  #asking = false
  #isDone = false

  constructor(places: Places, env: NodeJS.ProcessEnv, actor: string) {
    this.#places = places
    this.#env = env
    this.#caller = { actor, origin: 'desktop app', mustTrust: true }
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
      numberOf: (id) => this.#running?.follower.state().active.get(id)?.number,
      open: (batch) => this.show(batch === null ? undefined : hashOf({ kind: 'batch', number: batch })),
    })
    this.#countdown = new Countdown({
      ask: (sentence, signal) => this.#askCountdown(sentence, signal),
      run: (command) => runDetached(command, (cause) => this.#notifier.say('Slipway', cause.message)),
      prepare: async (what) => {
        if (what === 'shut-down') await this.#running?.core.stopWorking('finish')
      },
    })
  }

  /** True when nothing stands in the way of the process's end. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Opens everything; a database that can't be used is told, and the app ends. */
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
      dialog.showErrorBox('Slipway can not open its data', [message, hint].filter(Boolean).join('\n\n'))
      this.#isDone = true
      app.exit(6)
      return
    }
    const core = opened.value
    const api = core.api(this.#caller)
    core.onNotice((notice) => {
      if (notice.kind === 'crash-found') void this.#tellCrash(notice.sentence)
      if (notice.kind === 'claim-lost') this.#notifier.say('Slipway', notice.sentence)
    })
    const follower = await followCore(api, Date.now, (step) => this.#follow(step))
    const state = follower.state()
    const closeIpc = openIpc({
      api,
      panel: () => this.#window.current?.webContents ?? null,
      desktop: {
        'desktop:pick-configuration': () => this.#pick(),
        'desktop:reveal': async (file) => reveal(file),
      },
      log: (line) => this.#log(line),
    })
    const power = watchPower({
      // A command that changes something wakes executor and finalizer; both look at the clock.
      onResume: () => void api.invoke('sweep', {}),
      onShutdown: () => void this.#end('leave'),
    })
    const tray = showTray(
      {
        iconsDir: this.#places.iconsDir,
        act: (act) => this.#actFromTray(act),
        openFile: (file) => this.wish([{ kind: 'file', file }]),
      },
      state,
    )
    this.#running = { core, api, follower, tray, power, closeIpc }
    showMenu(this.#menuActs(), !app.isPackaged)
    this.#applySettings(state.settings)
    takeBack(this.#places.desktopDir, state.hosts)
    core.startWorking()
    this.#refresh(state)
    if (!how.hidden || this.#wishes.length > 0) this.show()
  }

  /** Shows the window, and what was asked to be opened. */
  show(hash?: string): void {
    if (this.#running === null) return
    const wish = this.#wishes.shift()
    this.#wishes = []
    this.#window.show(hash ?? (wish === undefined ? undefined : hashOf(wish)))
  }

  /** Remembers what to open; shows it at once when the app is up. The panel shows one at a time. */
  wish(wishes: readonly Wish[]): void {
    if (wishes.length === 0) return
    this.#wishes = [...wishes]
    this.show()
  }

  /** Quits, after a question where jobs run. Asking again while jobs are finishing offers the other answers. */
  async askToQuit(): Promise<void> {
    const running = this.#running
    if (running === null || !mustAsk(running.follower.state(), running.core.hostId)) {
      await this.#end(this.#quitting === 'leave' ? 'leave' : 'stop')
      return
    }
    if (this.#asking) return
    this.#asking = true
    const parent = this.#window.current
    const question = quitQuestion(running.follower.state())
    const { response } =
      parent?.isVisible() === true
        ? await dialog.showMessageBox(parent, question)
        : await dialog.showMessageBox(question)
    this.#asking = false
    const answer = quitAnswer(response)
    if (answer !== 'stay') await this.#end(answer)
  }

  /** Gives the queue back as the answer says, then ends the process. */
  async #end(answer: Exclude<QuitAnswer, 'stay'>): Promise<void> {
    const running = this.#running
    const first = this.#quitting === null
    this.#quitting = answer
    this.#countdown.stop()
    if (running !== null) {
      if (answer === 'finish') {
        this.#window.current?.hide()
        this.#notifier.say('Slipway finishes the running jobs', 'Then it quits. Quit again to stop them now.')
      }
      await running.core.stopWorking(answer)
      // A stronger answer came meanwhile, or this one is the stronger: only the first goes on to the end.
      if (!first) return
      const goesOn = this.#quitting === 'leave'
      this.#notifier.stop()
      running.power.stop()
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
        'The queue does not go on in the background',
        `${cause instanceof Error ? cause.message : String(cause)}. The running jobs do, and the next start counts them.`,
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
    if (queueBecameEmpty(step.before, step.state))
      void this.#countdown.begin(step.state.settings['when-done'])
  }

  #refresh(state: PanelState): void {
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
    if (process.platform === 'linux') {
      const folder = autostartFolder(this.#env, app.getPath('home'))
      // An AppImage runs from a mount that is gone after it: its file is what has to be started.
      setAutostart(settings['start-with-session'], folder, this.#env.APPIMAGE ?? process.execPath)
      return
    }
    if (app.getLoginItemSettings().openAtLogin !== settings['start-with-session'])
      app.setLoginItemSettings({ openAtLogin: settings['start-with-session'], args: ['--hidden'] })
  }

  #settings(): Settings {
    const state = this.#running?.follower.state()
    if (state === undefined) throw new Error('settings before the start')
    return state.settings
  }

  #explainTray(): void {
    if (readPreferences(this.#places.desktopDir).trayExplained) return
    writePreferences(this.#places.desktopDir, { trayExplained: true })
    this.#notifier.say(
      'Slipway goes on in the tray',
      'The window is hidden and the queue goes on. Click the icon to see it again; quit from its menu.',
    )
  }

  async #tellCrash(sentence: string): Promise<void> {
    this.#notifier.say('Slipway went on after an interruption', sentence)
    const window = this.#window.current
    const note = {
      type: 'info' as const,
      message: 'Slipway went on after an interruption',
      detail: sentence,
      buttons: ['OK'],
    }
    await (window === null ? dialog.showMessageBox(note) : dialog.showMessageBox(window, note))
  }

  async #askCountdown(sentence: string, signal: AbortSignal): Promise<'now' | 'stop'> {
    this.#notifier.say('The queue is empty', sentence)
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: sentence,
      buttons: ['Stop the countdown', 'Now'],
      defaultId: 0,
      cancelId: 0,
      signal,
    })
    return response === 1 ? 'now' : 'stop'
  }

  async #pick(): Promise<string | null> {
    const window = this.#window.current
    const options = {
      title: 'Open a configuration',
      properties: ['openFile' as const],
      filters: [
        { name: 'Configurations', extensions: ['yaml', 'yml', 'json'] },
        { name: 'All files', extensions: ['*'] },
      ],
    }
    const answer = await (window === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options))
    return answer.canceled ? null : (answer.filePaths[0] ?? null)
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
        void this.#pick().then((file) => {
          if (file !== null) this.wish([{ kind: 'file', file }])
        }),
      go: (hash) => this.show(hash),
      pause: () => this.#actFromTray({ kind: 'pause' }),
      resume: () => this.#actFromTray({ kind: 'resume' }),
      reveal: () => {
        const address = this.#window.current?.webContents.getURL() ?? ''
        if (this.#running !== null) void revealLog(this.#running.api, address, this.#places.home)
      },
      dataFolder: () => void reveal(this.#places.home),
      quit: () => app.quit(),
    }
  }

  #log(line: string): void {
    console.error(line)
  }
}
