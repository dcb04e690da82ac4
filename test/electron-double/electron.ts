/**
 * What `import 'electron'` means in the tests. A name that is missing here fails when main is loaded; a member that
 * is missing throws when it is used. See docs/decisions on the double.
 */
import './control.ts'

export { app } from './app-double.ts'
export {
  dialog,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  screen,
  shell,
  Tray,
} from './native-double.ts'
export { ipcMain, protocol, session } from './session-double.ts'
export { BrowserWindow } from './windows-double.ts'
