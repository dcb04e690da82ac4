/**
 * Owns which key does what: the keys as they come, and the changes a person made. Pure, so that what is refused
 * and why can be tested without a page. Must never know where the changes are kept: that is use-keys.ts.
 */
import { batchActions } from './batch-actions.ts'
import { panelActions } from './panel-actions.ts'

/** What a person changed: id of the keyed action -> key as the hotkey library writes it, or null for none. */
export type KeyChanges = Readonly<Record<string, string | null>>

/** Something that has a key. Actions that share one, such as pausing and resuming, are one. */
export type Keyed = {
  id: string
  words: string
  group: 'Everywhere' | 'Selected batches'
  /** The key as it comes. */
  usual: string
}

/** Everything that a key can be chosen for. */
export const keyed: readonly Keyed[] = [
  ...panelActions.flatMap(({ id, words, key }) =>
    key === null ? [] : [{ id, words, usual: key, group: 'Everywhere' as const }],
  ),
  ...shared(),
]

function shared(): Keyed[] {
  const byKey = Map.groupBy(
    batchActions.filter((each) => each.key !== null),
    (each) => each.key ?? '',
  )
  return [...byKey].map(([usual, actions]) => ({
    id: `batch-${actions[0]?.id ?? usual}`,
    words: actions.map((each) => each.words).join(' / '),
    usual,
    group: 'Selected batches',
  }))
}

/** The key that `usual` has become; null where it was taken away. */
export function keyFor(usual: string | null, group: Keyed['group'], changes: KeyChanges): string | null {
  const found = keyed.find((each) => each.usual === usual && each.group === group)
  if (!found) return usual
  const changed = changes[found.id]
  return changed === undefined ? usual : changed
}

const names: Readonly<Record<string, string>> = {
  mod: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  Delete: 'Del',
  Backspace: 'Backspace',
  Insert: 'Ins',
}

/** The key as people read it: `Shift P`, `Ctrl Z`, `Del`. */
export function keyWords(key: string): string {
  return key
    .split('+')
    .map((part) => names[part] ?? part)
    .join(' ')
}

/** True for a bare letter, digit or sign, which the switch in the settings turns off. */
export function isSingle(key: string): boolean {
  return !/(mod|alt)\+/.test(key)
}

/** Keys that lists, dialogs and the browser need themselves. */
const taken: Readonly<Record<string, string>> = {
  'mod+K': 'opens the command palette',
  'mod+A': 'selects all rows',
  'mod+C': 'copies',
  'mod+V': 'pastes',
  'mod+X': 'cuts',
}
const browsers = [
  'mod+W',
  'mod+T',
  'mod+N',
  'mod+Q',
  'mod+R',
  'mod+L',
  'mod+shift+T',
  'mod+shift+N',
  'mod+shift+W',
]

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** What was pressed, as the hotkey library writes it; null for a key that can't be chosen, or only a modifier. */
export function keyOf(event: Pressed): string | null {
  const { key } = event
  const letter = /^\p{L}$/u.test(key)
  const sign = key.length === 1 && key !== ' ' && key !== '+'
  if (!letter && !sign && !['Delete', 'Backspace', 'Insert'].includes(key) && !/^F\d+$/.test(key)) return null
  const parts = [
    event.ctrlKey || event.metaKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    // What Shift makes of a sign's key is the sign itself.
    event.shiftKey && (letter || key.length > 1) ? 'shift' : '',
    letter ? key.toUpperCase() : key,
  ]
  return parts.filter((part) => part !== '').join('+')
}

/** Why this key can't be given to this action, in a sentence; null when it can. */
export function refusal(id: string, key: string, changes: KeyChanges): string | null {
  const use = taken[key]
  if (use) return `${keyWords(key)} ${use}.`
  if (browsers.includes(key)) return `${keyWords(key)} is reserved by the browser.`
  const other = keyed.find((each) => each.id !== id && keyFor(each.usual, each.group, changes) === key)
  return other ? `${keyWords(key)} is already the key for “${other.words}”.` : null
}

/** The changes with one more; what is as it comes is not kept. */
export function withKey(changes: KeyChanges, id: string, key: string | null): KeyChanges {
  const { [id]: _before, ...rest } = changes
  const usual = keyed.find((each) => each.id === id)?.usual
  return key === usual ? rest : { ...rest, [id]: key }
}
