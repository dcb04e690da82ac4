/**
 * Owns whether single letters act. People who speak to their computer or share a desk with a cat turn them off.
 */
import { useLocalStorage } from '@mantine/hooks'

const key = 'slipway-single-keys'

/** Whether single-letter keys act, and the way to change it; kept in this browser. */
export function useSingleKeys(): readonly [boolean, (on: boolean) => void] {
  const [on, setOn] = useLocalStorage<boolean>({ key, defaultValue: true, getInitialValueInEffect: false })
  return [on, setOn] as const
}
