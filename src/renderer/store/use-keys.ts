/**
 * Owns where a person's changes to the keys are kept: in this browser, as the switch for single letters is.
 */
import { useLocalStorage } from '@mantine/hooks'
import { useCallback } from 'react'
import { type KeyChanges, type Keyed, keyFor, keyWords } from './key-map.ts'

const none: KeyChanges = {}

/** What was changed, and the way to change it; every part of the panel sees it at once. */
export function useKeyChanges(): readonly [KeyChanges, (changes: KeyChanges) => void] {
  const [changes, setChanges] = useLocalStorage<KeyChanges>({
    key: 'slipway-keys',
    defaultValue: none,
    getInitialValueInEffect: false,
  })
  return [changes, setChanges] as const
}

/** Gives the key of an action as people read it, by the key it comes with; null where it has none. */
export function useKeyWords(): (usual: string | null, group: Keyed['group']) => string | null {
  const [changes] = useKeyChanges()
  return useCallback(
    (usual, group) => {
      const key = keyFor(usual, group, changes)
      return key === null ? null : keyWords(key)
    },
    [changes],
  )
}

/** `New batch (N)`, or just the words where there is no key. */
export function withKeyWords(words: string, keys: string | null): string {
  return keys === null ? words : `${words} (${keys})`
}
