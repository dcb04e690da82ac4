/**
 * Owns the answer to "is this Node new enough?", and where compiled code is cached between starts.
 * Must stay readable by any Node that knows modules: no import, no recent syntax.
 */

/** The oldest Node that Slipway runs on; `engines` in package.json says the same. */
const OLDEST_NODE = '22.12.0'

/** What is wrong with this Node and what would be right, or undefined when it is new enough. */
export function tooOld(version: string, program: string): { message: string; hint: string } | undefined {
  const found = version.split('.').map(Number)
  const needed = OLDEST_NODE.split('.').map(Number)
  for (let i = 0; i < 3; i += 1) {
    const have = found[i] || 0
    const want = needed[i] || 0
    if (have > want) return undefined
    if (have < want) {
      return {
        message: `Slipway needs Node ${OLDEST_NODE} or newer, and this is Node ${version} (${program}).`,
        hint: 'Install a newer Node, or name one in SLIPWAY_NODE and start bin/slipway.',
      }
    }
  }
  return undefined
}

/** A folder of this user's for compiled code; undefined leaves the choice to Node (or NODE_COMPILE_CACHE). */
export function cacheFolder(platform: string, env: Record<string, string | undefined>): string | undefined {
  if (env.NODE_COMPILE_CACHE) return undefined
  if (platform === 'win32') return env.LOCALAPPDATA ? `${env.LOCALAPPDATA}\\slipway\\Cache` : undefined
  const home = env.HOME
  if (platform === 'darwin') return home ? `${home}/Library/Caches/slipway` : undefined
  if (env.XDG_CACHE_HOME) return `${env.XDG_CACHE_HOME}/slipway`
  return home ? `${home}/.cache/slipway` : undefined
}
