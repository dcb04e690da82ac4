/** The doubles of what the desktop draws and asks: tray, menus, notifications, dialogs, theme, screen, power, shell. */
import type * as Real from 'electron'
import { Emitter, loud, type Modelled, onlyReal } from './loud.ts'
import { type MenuRecord, record } from './record.ts'

type Item = Real.MenuItemConstructorOptions

/** What a test clicks: the template that was last set. */
export const live = {
  menu: null as DoubleMenu | null,
  trayMenu: null as DoubleMenu | null,
  tray: null as DoubleTray | null,
  notifications: [] as DoubleNotification[],
  /** Open questions, oldest first. */
  questions: [] as { id: number; answer: (choice: number | string[]) => void }[],
  onBattery: false,
  systemDark: false,
}

class DoubleMenu {
  readonly double: readonly Item[]
  constructor(items: readonly Item[] = []) {
    this.double = items
  }
  static buildFromTemplate(template: Item[]) {
    return new DoubleMenu(template)
  }
  static setApplicationMenu(menu: DoubleMenu | null) {
    live.menu = menu
    record.menu = menu === null ? [] : recordOf(menu.double)
  }
}
onlyReal<Exclude<keyof DoubleMenu, keyof Real.Menu | 'double'>>()
onlyReal<Exclude<keyof typeof DoubleMenu, keyof typeof Real.Menu>>()
export const Menu = loud('Menu', DoubleMenu)

function recordOf(items: readonly Item[]): MenuRecord[] {
  return items.map((item) => ({
    label: item.label ?? item.role ?? item.type ?? '',
    enabled: item.enabled ?? true,
    ...(item.role ? { role: item.role } : {}),
    ...(item.accelerator ? { accelerator: String(item.accelerator) } : {}),
    ...(Array.isArray(item.submenu) ? { items: recordOf(item.submenu) } : {}),
  }))
}

class DoubleTray extends Emitter {
  constructor(image: DoubleImage) {
    super()
    live.tray = this
    record.tray = { picture: image.double, tooltip: '', menu: [] }
  }
  setImage(image: DoubleImage) {
    if (record.tray) record.tray.picture = image.double
  }
  setToolTip(text: string) {
    if (record.tray) record.tray.tooltip = text
  }
  setContextMenu(menu: DoubleMenu | null) {
    live.trayMenu = menu
    if (record.tray) record.tray.menu = menu === null ? [] : recordOf(menu.double)
  }
  destroy() {
    record.tray = null
    live.tray = null
  }
}
onlyReal<Exclude<keyof DoubleTray, keyof Real.Tray>>()
export const Tray = loud('Tray', DoubleTray)

class DoubleNotification extends Emitter {
  readonly double: { title: string; body: string; closed: boolean }
  constructor(options: Real.NotificationConstructorOptions) {
    super()
    this.double = { title: options.title ?? '', body: options.body ?? '', closed: false }
  }
  static isSupported() {
    return true
  }
  show() {
    record.notifications.push(this.double)
    live.notifications.push(this)
  }
  close() {
    this.double.closed = true
    this.emit('close', {})
  }
}
onlyReal<Exclude<keyof DoubleNotification, keyof Real.Notification | 'double'>>()
export const Notification = loud('Notification', DoubleNotification)

class DoubleImage {
  readonly double: string
  constructor(file: string) {
    this.double = file
  }
  setTemplateImage() {}
  isEmpty() {
    return false
  }
}
onlyReal<Exclude<keyof DoubleImage, keyof Real.NativeImage | 'double'>>()
export const nativeImage = loud('nativeImage', {
  createFromPath: (file: string) => new DoubleImage(file) as unknown as Real.NativeImage,
} satisfies Modelled<typeof Real.nativeImage>)

let dialogs = 0
export function ask(kind: string, options: object, quiet: number | string[], signal?: AbortSignal) {
  const entry = { id: ++dialogs, kind, options: plain(options), open: true }
  record.dialogs.push(entry)
  return new Promise<number | string[]>((resolve) => {
    const answer = (choice: number | string[]) => {
      entry.open = false
      live.questions = live.questions.filter((one) => one.id !== entry.id)
      resolve(choice)
    }
    signal?.addEventListener('abort', () => answer(quiet))
    const ready = record.answers.shift()
    if (ready !== undefined) answer(ready)
    else live.questions.push({ id: entry.id, answer })
  })
}
const plain = (options: object) => JSON.parse(JSON.stringify(options)) as Record<string, unknown>
/** The window is the optional first argument. */
const optionsOf = <T>(args: unknown[]): T => args[args.length - 1] as T

export const dialog = loud('dialog', {
  async showMessageBox(...args: unknown[]) {
    const options = optionsOf<Real.MessageBoxOptions>(args)
    const answer = await ask('message', options, options.cancelId ?? 0, options.signal)
    return { response: typeof answer === 'number' ? answer : 0, checkboxChecked: false }
  },
  async showOpenDialog(...args: unknown[]) {
    const answer = await ask('open', optionsOf<Real.OpenDialogOptions>(args), [])
    const filePaths = typeof answer === 'number' ? [] : answer
    return { canceled: filePaths.length === 0, filePaths }
  },
  showErrorBox(title: string, content: string) {
    record.dialogs.push({ id: ++dialogs, kind: 'error', options: { title, content }, open: false })
  },
} satisfies Modelled<Real.Dialog>)

let source: Real.NativeTheme['themeSource'] = 'system'
const themeModel = {
  get themeSource() {
    return source
  },
  set themeSource(value: Real.NativeTheme['themeSource']) {
    source = value
    nativeTheme.emit('updated')
  },
  get shouldUseDarkColors() {
    return source === 'dark' || (source === 'system' && live.systemDark)
  },
} satisfies Modelled<Real.NativeTheme>
export const nativeTheme: Emitter & typeof themeModel = loud(
  'nativeTheme',
  Object.defineProperties(new Emitter(), Object.getOwnPropertyDescriptors(themeModel)) as Emitter &
    typeof themeModel,
)

const display = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } } as Real.Display
export const screen = loud('screen', {
  getPrimaryDisplay: () => display,
  getAllDisplays: () => [display],
} satisfies Modelled<Real.Screen>)

export const powerMonitor = loud(
  'powerMonitor',
  Object.assign(new Emitter(), {
    isOnBatteryPower: () => live.onBattery,
  } satisfies Modelled<Real.PowerMonitor>),
)

export const powerSaveBlocker = loud('powerSaveBlocker', {
  start(kind: 'prevent-app-suspension' | 'prevent-display-sleep') {
    const id = record.blockers.length + 1
    record.blockers.push({ id, kind, open: true })
    return id
  },
  stop(id: number) {
    const blocker = record.blockers.find((one) => one.id === id)
    if (blocker === undefined || !blocker.open) throw new Error(`no blocker ${id}`)
    blocker.open = false
    return true
  },
} satisfies Modelled<Real.PowerSaveBlocker>)

export const shell = loud('shell', {
  async openExternal(url: string) {
    record.opened.push(url)
  },
  showItemInFolder(file: string) {
    record.revealed.push(file)
  },
} satisfies Modelled<Real.Shell>)
