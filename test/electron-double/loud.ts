/**
 * Owns the double's two promises: what isn't modelled throws at once, and what is modelled exists in the real
 * `electron.d.ts` with the same type (`satisfies Modelled<…>`, `onlyReal<…>()`).
 */
import { EventEmitter } from 'node:events'

/** Part of a real interface; its events come from `Emitter`. */
export type Modelled<T> = Partial<Omit<T, keyof EventEmitter>>

/** Fails to compile when a class of the double has a member that the real one lacks. */
export function onlyReal<_Invented extends never>(): void {}

const asked = new Set<PropertyKey>(['then', 'toJSON', 'asymmetricMatch', 'nodeType', 'domain'])

/** The same object, except that what it lacks throws. */
export function loud<T extends object>(name: string, model: T): T {
  return new Proxy(model, {
    construct: (target, args) =>
      loud(name, Reflect.construct(target as new (...args: unknown[]) => object, args)),
    get(target, key, receiver) {
      if (key in target || typeof key === 'symbol' || asked.has(key))
        return Reflect.get(target, key, receiver)
      throw new Error(`electron double: ${name}.${String(key)} is not modelled`)
    },
    set(target, key, value, receiver) {
      if (key in target || typeof key === 'symbol') return Reflect.set(target, key, value, receiver)
      // EventEmitter keeps its own state here.
      if (String(key).startsWith('_')) return Reflect.set(target, key, value, receiver)
      throw new Error(`electron double: ${name}.${String(key)} is not modelled`)
    },
  })
}

/** An event that can be refused, as Electron's. */
export function refusable<T extends object>(extra: T) {
  let prevented = false
  return {
    ...extra,
    preventDefault: () => {
      prevented = true
    },
    get defaultPrevented() {
      return prevented
    },
  }
}

export { EventEmitter as Emitter }
