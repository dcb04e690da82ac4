/**
 * Owns where the data folder is, for every host alike: SLIPWAY_HOME, else the platform's usual place.
 * Must never create anything.
 */
import { resolve } from 'node:path'
import envPaths from 'env-paths'

/** Absolute path of the data folder, such as `~/.local/share/slipway` on Linux. */
export function dataFolder(env: NodeJS.ProcessEnv): string {
  const chosen = env.SLIPWAY_HOME
  return chosen ? resolve(chosen) : envPaths('slipway', { suffix: '' }).data
}
