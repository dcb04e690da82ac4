/**
 * Owns how high the rows of batches are: two lines, or one where a person wants more of them on the screen.
 */
import { useLocalStorage } from '@mantine/hooks'

/** Heights in pixels; queue.css has the same. */
const roomyPx = 46
const compactPx = 28

/** Whether rows have one line, and the way to change it; kept in this browser. */
export function useCompactRows(): readonly [boolean, (on: boolean) => void] {
  const [on, setOn] = useLocalStorage<boolean>({
    key: 'slipway-compact-rows',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  return [on, setOn] as const
}

/** The height of a row now. */
export function useRowPx(): number {
  return useCompactRows()[0] ? compactPx : roomyPx
}
