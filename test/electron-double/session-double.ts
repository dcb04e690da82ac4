/** The doubles of `protocol`, `session` and `ipcMain`: they keep the handlers that windows.ts calls. */
import type * as Real from 'electron'
import { Emitter, loud, type Modelled, refusable } from './loud.ts'

export const handlers = {
  schemes: [] as Real.CustomScheme[],
  protocol: new Map<string, (request: Request) => Response | Promise<Response>>(),
  permissionRequest: null as Parameters<Real.Session['setPermissionRequestHandler']>[0],
  permissionCheck: null as Parameters<Real.Session['setPermissionCheckHandler']>[0],
  device: null as Parameters<Real.Session['setDevicePermissionHandler']>[0],
  beforeRequest: null as null | ((url: string) => Promise<boolean>),
  invoke: new Map<string, (event: Real.IpcMainInvokeEvent, ...args: unknown[]) => unknown>(),
}

export const protocol = loud('protocol', {
  registerSchemesAsPrivileged(schemes: Real.CustomScheme[]) {
    handlers.schemes.push(...schemes)
  },
} satisfies Modelled<Real.Protocol>)

const sessionProtocol = loud('session.protocol', {
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>) {
    handlers.protocol.set(scheme, handler)
  },
} satisfies Modelled<Real.Protocol>)

const webRequest = loud('session.webRequest', {
  onBeforeRequest(...args: unknown[]) {
    const listener = args[args.length - 1] as (
      details: { url: string },
      callback: (response: Real.CallbackResponse) => void,
    ) => void
    handlers.beforeRequest = (url) =>
      new Promise((resolve) => listener({ url }, (response) => resolve(response.cancel === true)))
  },
} satisfies Modelled<Real.WebRequest>)

export const defaultSession = loud(
  'session.defaultSession',
  Object.assign(new Emitter(), {
    protocol: sessionProtocol as unknown as Real.Protocol,
    webRequest: webRequest as unknown as Real.WebRequest,
    setPermissionRequestHandler(handler) {
      handlers.permissionRequest = handler
    },
    setPermissionCheckHandler(handler) {
      handlers.permissionCheck = handler
    },
    setDevicePermissionHandler(handler) {
      handlers.device = handler
    },
  } satisfies Modelled<Real.Session>),
)
/** A download of a page passes main's listener, and then the native dialog; see windows-double.ts. */
export function willDownload(url: string, name: string): Real.SaveDialogOptions | null {
  let options: Real.SaveDialogOptions = { defaultPath: name }
  const item = loud('downloadItem', {
    getURL: () => url,
    getFilename: () => name,
    setSaveDialogOptions(chosen) {
      options = chosen
    },
  } satisfies Modelled<Real.DownloadItem>)
  const event = refusable({})
  defaultSession.emit('will-download', event, item)
  return event.defaultPrevented ? null : options
}
export const session = loud('session', { defaultSession })

export const ipcMain = loud('ipcMain', {
  handle(channel: string, listener: (event: Real.IpcMainInvokeEvent, ...args: unknown[]) => unknown) {
    if (handlers.invoke.has(channel)) throw new Error(`second handler for ${channel}`)
    handlers.invoke.set(channel, listener)
  },
  removeHandler(channel: string) {
    handlers.invoke.delete(channel)
  },
} satisfies Modelled<Real.IpcMain>)
