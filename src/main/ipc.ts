/**
 * Owns the only channel between the window and the core. The only user of ipcMain. It checks who calls (the panel's
 * own window, its main frame, its own address) and passes everything on; the input is checked by the core.
 */
import { ipcMain, type WebContents } from 'electron'
import type { SlipwayApi } from '../contract/api.ts'
import type { CommandInput, CommandName } from '../contract/commands.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { type DesktopCommand, desktopCommands, eventsChannel, invokeChannel } from '../contract/ipc.ts'
import { isPanelAddress } from './security.ts'

/** What is known of a caller. */
export type Sender = { contentsId: number; isMainFrame: boolean; address: string }

/** True only for the main frame of the panel's window while it shows the panel. */
export function isPanel(sender: Sender, panelId: number | null): boolean {
  return (
    panelId !== null && sender.contentsId === panelId && sender.isMainFrame && isPanelAddress(sender.address)
  )
}

export type IpcOptions = {
  api: SlipwayApi
  /** The panel's window now, null while there is none. */
  panel: () => WebContents | null
  desktop: Readonly<Record<DesktopCommand, (input: unknown) => Promise<unknown>>>
  log: (line: string) => void
}

/** Several changes within this time are one message. */
const gatherMs = 40

/** Answers the window from now on; returns a function that stops it. */
export function openIpc(options: IpcOptions): () => void {
  ipcMain.handle(invokeChannel, async (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame
    const sender = {
      contentsId: event.sender.id,
      isMainFrame: frame !== null && frame === event.sender.mainFrame,
      address: frame?.url ?? '',
    }
    if (!isPanel(sender, options.panel()?.id ?? null)) {
      options.log(`refused ${String(name)} from ${sender.address || 'a frame that is gone'}`)
      throw new Error('Only the panel may call Slipway.')
    }
    if (isDesktopCommand(name)) return options.desktop[name](input)
    return options.api.invoke(name as CommandName, input as CommandInput<CommandName>)
  })

  let waiting: ChangeEvent[] = []
  let timer: NodeJS.Timeout | null = null
  const send = () => {
    timer = null
    const changes = waiting
    waiting = []
    const panel = options.panel()
    // A window that is closed or reloading takes a snapshot when it is ready.
    if (panel !== null && !panel.isDestroyed() && !panel.isCrashed()) panel.send(eventsChannel, { changes })
  }
  const unsubscribe = options.api.subscribe((event) => {
    waiting.push(event)
    timer ??= setTimeout(send, gatherMs)
  })
  return () => {
    unsubscribe()
    if (timer !== null) clearTimeout(timer)
    ipcMain.removeHandler(invokeChannel)
  }
}

function isDesktopCommand(name: unknown): name is DesktopCommand {
  return (desktopCommands as readonly unknown[]).includes(name)
}
