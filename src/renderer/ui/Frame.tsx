/**
 * Owns how the list and the details share the room: side by side with a handle between them, or, where it is
 * narrow, the details over the list.
 */
import { Splitter } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import type { ReactNode } from 'react'

const startSizes = [56, 44]

export function Frame({ narrow, main, side }: { narrow: boolean; main: ReactNode; side: ReactNode }) {
  const [sizes, setSizes] = useLocalStorage<number[]>({
    key: 'slipway-split',
    defaultValue: startSizes,
    getInitialValueInEffect: false,
  })
  if (side === null || narrow) return <div className="frame-one">{side ?? main}</div>
  return (
    <Splitter
      className="frame"
      sizes={sizes}
      onSizeChange={(next) => setSizes(next.map(Number))}
      lineSize={1}
      withHandle={false}
      handleColor="var(--s-line)"
    >
      <Splitter.Pane defaultSize={56} min={30} className="frame-pane">
        {main}
      </Splitter.Pane>
      <Splitter.Pane defaultSize={44} min={25} className="frame-pane">
        {side}
      </Splitter.Pane>
    </Splitter>
  )
}
