/**
 * Owns the checks that Node is new enough and may open enough files, and where compiled code is cached.
 * Must stay readable by any Node that knows modules: no import, no recent syntax.
 */

/** The oldest Node that Slipway runs on; same as `engines` in package.json. */
const OLDEST_NODE = '22.12.0'

/** What is wrong with this Node, with a fix; undefined when it is new enough. */
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

/** Below this a host can't keep its database, watches and a launcher open at once. */
const LEAST_OPEN_FILES = 64

/** What is wrong with the limit of open files; `limits` is the text of /proc/self/limits, where there is one. */
export function tooFewFiles(limits: string): { message: string; hint: string } | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)
  if (soft === null || Number(soft[1]) >= LEAST_OPEN_FILES) return undefined
  return {
    message: `Slipway needs to open ${LEAST_OPEN_FILES} files at once, and may open ${soft[1]}.`,
    hint: `Raise the limit: ulimit -n ${LEAST_OPEN_FILES}, or more for many jobs at once.`,
  }
}

/** This user's folder for compiled code; undefined leaves the choice to Node (or NODE_COMPILE_CACHE). */
export function cacheFolder(platform: string, env: Record<string, string | undefined>): string | undefined {
  if (env.NODE_COMPILE_CACHE) return undefined
  if (platform === 'win32') return env.LOCALAPPDATA ? `${env.LOCALAPPDATA}\\slipway\\Cache` : undefined
  const home = env.HOME
  if (platform === 'darwin') return home ? `${home}/Library/Caches/slipway` : undefined
  if (env.XDG_CACHE_HOME) return `${env.XDG_CACHE_HOME}/slipway`
  return home ? `${home}/.cache/slipway` : undefined
}
