/**
 * The entry of the desktop app: one instance, then the app. A second start hands over what it is to open
 * and ends. Must do nothing else before it is known to be the first.
 */
import { userInfo } from 'node:os'
import path from 'node:path'
import { app, session } from 'electron'
import { DesktopApp } from './app.ts'
import { startsHidden } from './autostart.ts'
import { openRequestOf, openRequestsOf } from './opening.ts'
import { findPlaces } from './places.ts'
import { noteProgram, programOf } from './program-note.ts'
import { registerScheme, servePanel } from './protocol.ts'
import { guardContents, guardSession } from './security.ts'

const places = findPlaces(import.meta.dirname, process.env)
app.setName('Slipway')
// Windows shows notifications for a program that has a shortcut with this id, as the installer makes it, or by its path.
const hasShortcut = app.isPackaged && process.env.PORTABLE_EXECUTABLE_FILE === undefined
app.setAppUserModelId(hasShortcut ? 'app.slipway.desktop' : process.execPath)
// Chromium's own files and the lock of the single instance belong to the data folder.
app.setPath('userData', places.desktopDir)

/** Arguments without the program, and without the app's folder in a checkout. */
const argumentsOf = (argv: readonly string[]) => argv.slice(app.isPackaged ? 1 : 2)

if (app.requestSingleInstanceLock()) start()
else app.exit(0)

function start(): void {
  const desktop = new DesktopApp(places, process.env, actor())
  desktop.open(openRequestsOf(argumentsOf(process.argv), process.cwd()))
  const folder = path.dirname(path.dirname(import.meta.dirname))
  noteProgram(
    places.desktopDir,
    programOf(process.env, process.execPath, { isPackaged: app.isPackaged, folder }),
  )
  registerScheme()
  guardContents()
  app.on('second-instance', (_event, argv, cwd) => {
    desktop.open(openRequestsOf(argumentsOf(argv), cwd))
    desktop.show()
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    desktop.open([{ kind: 'file', file }])
  })
  app.on('open-url', (event, address) => {
    event.preventDefault()
    const request = openRequestOf(address)
    if (request !== null) desktop.open([request])
  })
  app.on('activate', () => desktop.show())
  // The tray keeps the app alive.
  app.on('window-all-closed', () => {})
  app.on('before-quit', (event) => {
    if (desktop.isDone) return
    event.preventDefault()
    void desktop.requestQuit()
  })
  void app.whenReady().then(async () => {
    // The session ends, so no question could be answered. Runs after Electron's own handlers, which would ask one.
    for (const signal of ['SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void desktop.endWithSession())
    guardSession(session.defaultSession)
    servePanel(session.defaultSession, places.panelDir)
    await desktop.start({ hidden: startsHidden(process.argv, process.platform) })
  })
}

function actor(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? 'unknown user'
  }
}
