/**
 * Owns how the bundled command line gets Node's own modules: by a plain call instead of an import, and the heavy
 * ones only when they are used. An import of a built-in module reads all of its exports, also those that Node
 * would load on demand (streams, diffing, web crypto): on every start that costs more than `slipway list` itself.
 */
import type { Plugin } from 'vite'

/** Their functions load them at the first call. */
const HEAVY = new Set([
  'node:child_process',
  'node:crypto',
  'node:fs/promises',
  'node:net',
  'node:timers/promises',
])
const MARK = '\0built-in:'

/** `entries`: files that have to run, to say so, under a Node that knows no `process.getBuiltinModule`. */
export function leanBuiltins(entries: RegExp): Plugin {
  return {
    name: 'lean-builtins',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.startsWith('node:') || importer === undefined || entries.test(importer)) return null
      // One for each importer, with its path in the name: so it comes into the importer's chunk, not into a file more.
      return `${MARK}${source}?${importer}`
    },
    async load(id) {
      if (!id.startsWith(MARK)) return null
      const name = id.slice(MARK.length, id.indexOf('?'))
      const there: Record<string, unknown> = await import(name)
      return HEAVY.has(name) ? onDemand(name, there) : atOnce(name, there)
    },
  }
}

const names = (there: Record<string, unknown>): string[] =>
  Object.keys(there).filter((key) => key !== 'default' && key !== 'module.exports')

function atOnce(name: string, there: Record<string, unknown>): string {
  const exports = names(there).map((key) => `export const ${key} = /* @__PURE__ */ (() => own.${key})()`)
  return [`const own = process.getBuiltinModule('${name}')`, 'export default own', ...exports].join('\n')
}

function onDemand(name: string, there: Record<string, unknown>): string {
  const exports = names(there).map((key) =>
    typeof there[key] === 'function'
      ? `export const ${key} = /* @__PURE__ */ later('${key}')`
      : `export const ${key} = /* @__PURE__ */ (() => own().${key})()`,
  )
  return [
    `const own = () => process.getBuiltinModule('${name}')`,
    `const later = (key) => Object.defineProperty(function (...args) {
      return new.target ? Reflect.construct(own()[key], args) : Reflect.apply(own()[key], this, args)
    }, Symbol.hasInstance, { value: (one) => one instanceof own()[key] })`,
    'export default /* @__PURE__ */ new Proxy({}, { get: (_, key) => own()[key] })',
    ...exports,
  ].join('\n')
}
