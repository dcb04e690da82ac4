/**
 * Owns the icon in the tray or menu bar. What it shows is decided in tray-state.ts; here it is only drawn, and only
 * when it has changed.
 */
import path from 'node:path'
import { Menu, nativeImage, nativeTheme, Tray } from 'electron'
import type { LiveQueue } from '../contract/queue-state.ts'
import { isConfiguration } from './opening.ts'
import { menuFor, pictureFor, type TrayAct, tooltipFor } from './tray-state.ts'

export type TrayOptions = {
  iconsDir: string
  act: (act: TrayAct) => void
  openFile: (file: string) => void
}

export type AppTray = { update(state: LiveQueue): void; stop(): void }

/** Creates the icon; `update` redraws what changed. */
export function showTray(options: TrayOptions, first: LiveQueue): AppTray {
  let state = first
  let drawn = { picture: '', tooltip: '', menu: '' }
  const tray = new Tray(pictureOf(options.iconsDir, pictureFor(first)))
  const draw = () => {
    const picture = pictureFor(state)
    const tooltip = tooltipFor(state)
    const items = menuFor(state)
    const menu = JSON.stringify(items)
    if (picture !== drawn.picture) tray.setImage(pictureOf(options.iconsDir, picture))
    if (tooltip !== drawn.tooltip) tray.setToolTip(tooltip)
    if (menu !== drawn.menu)
      tray.setContextMenu(
        Menu.buildFromTemplate(
          items.map((item) =>
            'separator' in item
              ? { type: 'separator' as const }
              : {
                  label: escaped(item.label),
                  enabled: item.act !== null,
                  click: () => item.act !== null && options.act(item.act),
                },
          ),
        ),
      )
    drawn = { picture, tooltip, menu }
  }
  const redraw = () => {
    drawn = { ...drawn, picture: '' }
    draw()
  }
  nativeTheme.on('updated', redraw)
  tray.on('click', () => options.act({ kind: 'open' }))
  tray.on('drop-files', (_event, files) => {
    for (const file of files) if (isConfiguration(file)) options.openFile(file)
  })
  draw()
  return {
    update(next) {
      state = next
      draw()
    },
    stop() {
      nativeTheme.off('updated', redraw)
      tray.destroy()
    },
  }
}

/** In menus `&` marks the key of an item. */
function escaped(label: string): string {
  return label.replaceAll('&', '&&')
}

/** Electron finds the files for other scale factors (`@2x`) by itself. */
function pictureOf(folder: string, name: string) {
  const mac = process.platform === 'darwin'
  // A template image is coloured by macOS to suit the menu bar.
  const shade = mac || !nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
  const image = nativeImage.createFromPath(path.join(folder, 'tray', `${name}-${shade}.png`))
  if (mac) image.setTemplateImage(true)
  return image
}
