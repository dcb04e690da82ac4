/**
 * Owns what a window may not do: leave the panel, open windows, attach web views, be granted permissions, load
 * anything from elsewhere. Everything is refused; https links are offered to the system's browser after a question.
 */
import { app, dialog, type Session, shell, type WebContents } from 'electron'
import { panelOrigin } from './protocol.ts'

/** What to do about an address that something wants to open outside the panel. */
export function linkVerdict(address: string): 'confirm' | 'refuse' {
  if (!URL.canParse(address)) return 'refuse'
  const url = new URL(address)
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? 'confirm' : 'refuse'
}

/** True for an address of the panel itself. */
export function isPanelAddress(address: string): boolean {
  return address === panelOrigin || address.startsWith(`${panelOrigin}/`)
}

/** Requests that may leave the renderer at all: the panel's own, and the developer tools'. */
export function mayLoad(address: string): boolean {
  return (
    isPanelAddress(address) || address.startsWith('devtools:') || address.startsWith('blob:app://slipway')
  )
}

/** Guards every web contents that will ever exist in this process. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (isPanelAddress(event.url)) return
      event.preventDefault()
      void offerLink(event.url)
    })
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      void offerLink(url)
      return { action: 'deny' }
    })
  })
}

/** Denies every permission but writing to the clipboard from the panel, and everything from other places. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, grant) => grant(isGranted(contents, permission)))
  session.setPermissionCheckHandler((contents, permission) => isGranted(contents, permission))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }))
  session.on('will-download', (event, item) => {
    // Reports are saved by the panel from a blob of its own; nothing else is downloaded.
    if (!item.getURL().startsWith('blob:app://slipway')) event.preventDefault()
    // No path is set, so the system's own dialog opens.
    else item.setSaveDialogOptions({ title: 'Save report', defaultPath: item.getFilename() })
  })
}

function isGranted(contents: WebContents | null, permission: string): boolean {
  return permission === 'clipboard-sanitized-write' && contents !== null && isPanelAddress(contents.getURL())
}

async function offerLink(address: string): Promise<void> {
  if (linkVerdict(address) === 'refuse') return
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Open this address in your browser?',
    detail: address,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  })
  if (response === 0) await shell.openExternal(address)
}
