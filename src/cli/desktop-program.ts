/**
 * Owns finding the desktop app's program for `slipway open`: beside an installed command line, in a checkout, or
 * where the app that was started last has noted its program. Reads only: importing Electron's package could download it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../core/data-folder.ts'

export type DesktopProgram = { program: string; args: string[] }

/** The program with what comes before the files, or why no window can open. */
export function findDesktopProgram(
  packageDir: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): DesktopProgram | string {
  const needsDisplay = platform !== 'win32' && platform !== 'darwin'
  const found = besideInstalled(packageDir, platform) ?? inCheckout(packageDir, env) ?? startedLast(env)
  if (found === undefined)
    return existsSync(join(packageDir, 'node_modules', 'electron', 'install.js'))
      ? "The desktop app is not installed here: Electron's program is missing (node node_modules/electron/install.js downloads it)."
      : 'The desktop app is not installed here.'
  if (typeof found === 'string') return found
  if (needsDisplay && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'There is no display for the desktop app.'
  return found
}

/** An installed command line lies in the app's resources; see docs/decisions/0010. */
function besideInstalled(packageDir: string, platform: NodeJS.Platform): DesktopProgram | undefined {
  const resources = dirname(packageDir)
  if (basename(packageDir) !== 'cli' || !existsSync(join(resources, 'app.asar'))) return undefined
  const app = dirname(resources)
  const program =
    platform === 'darwin'
      ? join(app, 'MacOS', 'Slipway')
      : join(app, platform === 'win32' ? 'Slipway.exe' : 'slipway-desktop')
  return existsSync(program) ? { program, args: [] } : undefined
}

function inCheckout(packageDir: string, env: NodeJS.ProcessEnv): DesktopProgram | string | undefined {
  const folder = join(packageDir, 'node_modules', 'electron')
  const name = read(join(folder, 'path.txt'))?.trim()
  if (name === undefined) return undefined
  const program = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
  if (!existsSync(program)) return undefined
  if (!existsSync(join(packageDir, 'out', 'main', 'index.js'))) return 'The desktop app is not built.'
  return { program, args: [packageDir] }
}

const noteSchema = z.object({ program: z.string(), args: z.array(z.string()) })

/** The app notes its program in the data folder at each start (src/main/program-note.ts). */
function startedLast(env: NodeJS.ProcessEnv): DesktopProgram | undefined {
  try {
    const note = noteSchema.parse(JSON.parse(read(join(dataFolder(env), 'desktop', 'program.json')) ?? ''))
    return existsSync(note.program) ? note : undefined
  } catch {
    return undefined
  }
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
