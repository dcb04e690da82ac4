/**
 * The bridge between the panel and the desktop host: invoke, subscribe, and the path of a dropped file (which only a
 * preload can get). Must stay under 40 lines and hold no logic; main checks the sender, the core the input.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { eventsChannel, invokeChannel, type WindowMessage } from '../contract/ipc.ts'

type Listener = (event: unknown) => void
const listeners = new Set<Listener>()
const invoke = (name: string, input: unknown) => ipcRenderer.invoke(invokeChannel, name, input)

ipcRenderer.on(eventsChannel, (_event, message: WindowMessage) => {
  if ('go' in message) {
    location.hash = message.go
    return
  }
  for (const change of message.changes) for (const listener of listeners) listener(change)
})

contextBridge.exposeInMainWorld('slipway', {
  invoke,
  subscribe: (listener: Listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
})

contextBridge.exposeInMainWorld('slipwayDesktop', {
  pathOf: (file: File) => webUtils.getPathForFile(file) || null,
  pickConfiguration: () => invoke('desktop:pick-configuration', {}),
  reveal: (path: string) => void invoke('desktop:reveal', path),
})
