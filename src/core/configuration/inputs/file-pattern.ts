/**
 * Owns what a file pattern means: which folder it starts in, how deep it goes, which paths it matches.
 * Must never touch the file system.
 */
import path from 'node:path'
import picomatch from 'picomatch'

/** A pattern, taken apart. Paths are relative to `base` and have `/` between their parts. */
export type FilePattern = {
  /** The folder to walk, as the pattern gives it ('' is the configuration's own). */
  base: string
  /** `./` if the pattern begins so; it is kept, so that `./run.sh` stays a path and no name. */
  prefix: string
  /** The pattern as the path of one file. */
  literal: string
  /** Whether there is anything to walk for. */
  isGlob: boolean
  /** How many folders deep below the base, at most. */
  depth: number
  /** Links to folders are followed only above this depth, never under `**`: so no cycle is walked. */
  linkDepth: number
  matches(relative: string): boolean
  /** Whether a folder can hold a match. */
  mayEnter(name: string, depth: number): boolean
}

// Without `s` a name with a line break would not be matched by `*`.
const OPTIONS = { nonegate: true, flags: 's', windows: false, strictSlashes: true }

/** Takes a pattern apart; `nocase` for finding near misses. */
export function filePattern(text: string, nocase = false): FilePattern {
  const prefix = /^(\.\/+)+/.test(text) ? './' : ''
  const bare = text.replace(/^(\.\/+)+/, '').replace(/\/{2,}/g, '/')
  const { base, glob, isGlob } = picomatch.scan(bare, { nonegate: true })
  const isMatch = picomatch(glob === '' ? 'x' : glob, { ...OPTIONS, flags: nocase ? 'si' : 's' })
  const parts = splitParts(glob)
  const globstar = parts.findIndex((part) => part.includes('**'))
  const recursive = globstar >= 0
  const enters = parts
    .slice(0, -1)
    .map((part) => (part.includes('**') ? undefined : picomatch(part, OPTIONS)))
  const dotted = /(^|[/{,(|\\])\\?\./.test(glob)
  return {
    base: isGlob ? withoutEscapes(base) : '',
    prefix,
    literal: withoutEscapes(bare),
    isGlob,
    depth: recursive ? Number.POSITIVE_INFINITY : (glob.match(/\//g)?.length ?? 0),
    linkDepth: recursive ? globstar : Number.POSITIVE_INFINITY,
    matches: (relative) => isMatch(relative),
    mayEnter(name, depth) {
      if (!dotted && name.startsWith('.')) return false
      if (nocase || (recursive && depth >= globstar)) return true
      return enters[depth]?.(name) ?? true
    },
  }
}

/** Whether a path (as shown to people) is excluded by one of the `!` patterns. */
export function excluder(patterns: readonly string[], projectPath: string): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    const bare = pattern.replace(/^(\.\/+)+/, '')
    const isMatch = picomatch(bare, { ...OPTIONS, dot: true })
    const literal = withoutEscapes(bare)
    const absolute = path.isAbsolute(bare)
    return (shown: string): boolean => {
      const tested = absolute ? path.resolve(projectPath, shown).replaceAll(path.sep, '/') : shown
      return tested === literal || isMatch(tested)
    }
  })
  return (shown) => tests.some((test) => test(shown))
}

const withoutEscapes = (text: string): string => text.replace(/\\(.)/gs, '$1')

/** Splits at slashes outside of braces and parentheses; with one inside, nothing is split (and nothing pruned). */
function splitParts(glob: string): string[] {
  if (/[{(][^})]*\//.test(glob)) return glob.includes('**') ? ['**'] : []
  return glob.split('/')
}
