/**
 * Owns the keys in the settings: the switch for single letters, and every key with the way to change it.
 */
import { Button, Kbd, Switch } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import {
  type KeyChanges,
  type Keyed,
  keyed,
  keyFor,
  keyOf,
  keyWords,
  refusal,
  withKey,
} from '../../store/key-map.ts'
import { announce } from '../../store/panel-store.ts'
import { useSingleKeys } from '../../store/single-keys.ts'
import { useKeyChanges } from '../../store/use-keys.ts'

const groups = ['Everywhere', 'Selected batches'] as const

export function KeysCard() {
  const [on, setOn] = useSingleKeys()
  const [changes, setChanges] = useKeyChanges()
  const changed = Object.keys(changes).length
  return (
    <article className="card">
      <header>
        <h2>Keyboard shortcuts</h2>
        <Button
          size="compact-xs"
          variant="default"
          disabled={changed === 0}
          onClick={() => {
            setChanges({})
            announce('All keys reset.')
          }}
        >
          Reset all
        </Button>
      </header>
      <div className="setting">
        <div>
          <div className="setting-label">Single-letter keys</div>
          <div className="dim setting-words">
            Act on one letter, such as P for pause. Saved in this browser.
          </div>
        </div>
        <div className="setting-control">
          <Switch
            aria-label="Single-letter keys"
            checked={on}
            onChange={(event) => setOn(event.currentTarget.checked)}
          />
        </div>
      </div>
      <p className="dim setting-words">
        To change a key, select it and press the new one. Delete removes it, Esc cancels.
      </p>
      <div className="key-groups">
        {groups.map((group) => (
          <section key={group} aria-label={`Keys: ${group}`}>
            <h3 className="section-title">{group}</h3>
            {keyed
              .filter((each) => each.group === group)
              .map((each) => (
                <KeyRow key={each.id} keyed={each} changes={changes} onChange={setChanges} />
              ))}
          </section>
        ))}
      </div>
    </article>
  )
}

function KeyRow({
  keyed: { id, words, usual, group },
  changes,
  onChange,
}: {
  keyed: Keyed
  changes: KeyChanges
  onChange: (changes: KeyChanges) => void
}) {
  const [waiting, setWaiting] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const key = keyFor(usual, group, changes)
  const keep = (next: string | null) => {
    setWaiting(false)
    setRefused(null)
    onChange(withKey(changes, id, next))
    announce(next === null ? `${words} has no key.` : `${words} has the key ${keyWords(next)}.`)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!waiting || event.key === 'Tab') return
    // The panel's own keys rest while one is being chosen.
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') {
      setWaiting(false)
      setRefused(null)
      return
    }
    if (event.key === 'Delete' && usual !== 'Delete') return keep(null)
    const next = keyOf(event.nativeEvent)
    if (next === null) return
    const why = refusal(id, next, changes)
    if (why) setRefused(why)
    else keep(next)
  }
  return (
    <div className="key-row">
      <span>
        {words}
        {refused !== null && (
          <span className="bad key-refused" role="alert">
            {refused}
          </span>
        )}
      </span>
      {id in changes && (
        <button type="button" className="link-button" onClick={() => keep(usual)}>
          Reset to {keyWords(usual)}
        </button>
      )}
      <button
        type="button"
        className="key-button"
        aria-label={`${words}: ${key === null ? 'no key' : keyWords(key)}. Change`}
        aria-pressed={waiting}
        onClick={() => setWaiting(true)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setWaiting(false)
          setRefused(null)
        }}
      >
        {waiting ? (
          <span className="dim">press a key…</span>
        ) : key === null ? (
          '–'
        ) : (
          <Kbd size="xs">{keyWords(key)}</Kbd>
        )}
      </button>
    </div>
  )
}
