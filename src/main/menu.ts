/**
 * Owns the menu bar: the platform's own roles and shortcuts, and Slipway's few commands. It shows places of the
 * panel and invokes the core; it holds no state.
 */
import { Menu, type MenuItemConstructorOptions } from 'electron'

export type MenuActs = {
  openFile(): void
  newBatch(): void
  go(hash: string): void
  pause(): void
  resume(): void
  reveal(): void
  dataFolder(): void
  quit(): void
}

/** The template for a platform; `isDevelopment` adds the tools of a developer. */
function menuTemplate(
  platform: NodeJS.Platform,
  acts: MenuActs,
  isDevelopment: boolean,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => acts.go('#/settings'),
  }
  const quit: MenuItemConstructorOptions = {
    label: mac ? 'Quit Slipway' : 'Quit',
    accelerator: 'CmdOrCtrl+Q',
    click: acts.quit,
  }
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: 'New Batch…', accelerator: 'CmdOrCtrl+N', click: acts.newBatch },
      { label: 'Open Configuration…', accelerator: 'CmdOrCtrl+O', click: acts.openFile },
      separator,
      { label: 'Show Log in File Manager', accelerator: 'CmdOrCtrl+Shift+R', click: acts.reveal },
      { label: 'Show Data Folder', click: acts.dataFolder },
      ...(mac ? [] : [separator, settings]),
      separator,
      { role: 'close' },
      ...(mac ? [] : [quit]),
    ],
  }
  const app: MenuItemConstructorOptions = {
    label: 'Slipway',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      quit,
    ],
  }
  return [
    ...(mac ? [app] : []),
    file,
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { label: 'Queue', accelerator: 'CmdOrCtrl+1', click: () => acts.go('#/queue') },
        { label: 'History', accelerator: 'CmdOrCtrl+2', click: () => acts.go('#/history') },
        { label: 'Health', accelerator: 'CmdOrCtrl+3', click: () => acts.go('#/health') },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(isDevelopment
          ? ([
              separator,
              { role: 'reload' },
              { role: 'toggleDevTools' },
            ] satisfies MenuItemConstructorOptions[])
          : []),
      ],
    },
    {
      label: '&Queue',
      submenu: [
        { label: 'Pause Queue', click: acts.pause },
        { label: 'Resume Queue', click: acts.resume },
      ],
    },
    { role: 'windowMenu' },
    ...(mac ? [] : [{ role: 'help', submenu: [{ role: 'about' }] } satisfies MenuItemConstructorOptions]),
  ]
}

/** Installs the menu bar. */
export function showMenu(acts: MenuActs, isDevelopment: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, acts, isDevelopment)))
}
