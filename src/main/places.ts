/**
 * Owns where things are, in a checkout and in an installed app alike: the panel, the launcher, the Node that runs
 * the command line, pictures, the data folder. Looks at no file except to find Node.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'
import { dataFolder } from '../core/data-folder.ts'

export type Places = {
  /** The data folder, shared by all hosts. */
  home: string
  /** The app's own files inside it: window state and what Chromium keeps. */
  desktopDir: string
  panelDir: string
  preload: string
  iconsDir: string
  launcherDir: string
  /** The command line's entry, run by `nodePath` as the host in the background. */
  cliEntry: string
  nodePath: string
}

/** `built` is the folder of the built main bundle (`out/main`). */
export function findPlaces(built: string, env: NodeJS.ProcessEnv): Places {
  const home = dataFolder(env)
  const out = path.dirname(built)
  // Node can't read inside the asar: what it runs lies beside it (see docs/decisions).
  const besides = app.isPackaged ? path.join(process.resourcesPath, 'cli') : path.dirname(out)
  return {
    home,
    desktopDir: path.join(home, 'desktop'),
    panelDir: path.join(out, 'renderer'),
    preload: path.join(out, 'preload', 'index.cjs'),
    iconsDir: path.join(path.dirname(out), 'resources', 'icons'),
    launcherDir: path.join(besides, 'out', 'launcher'),
    cliEntry: path.join(besides, 'out', 'cli', 'index.js'),
    nodePath: findNode(besides, env),
  }
}

function findNode(besides: string, env: NodeJS.ProcessEnv): string {
  const exe = process.platform === 'win32' ? 'node.exe' : 'node'
  const own = [
    path.join(besides, 'runtime', exe),
    path.join(besides, 'node_modules', 'node', 'bin', exe),
  ].find(existsSync)
  return own ?? env.SLIPWAY_NODE ?? exe
}
