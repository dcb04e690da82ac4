/**
 * Owns the way between the views: names, counts, and a badge only where something is wrong.
 */
import { Button, Kbd, Tooltip } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import {
  IconActivityHeartbeat,
  IconHistory,
  IconKeyboard,
  IconList,
  IconPlus,
  IconSearch,
  IconSettings,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { activeCount } from '../../contract/queue-state.ts'
import { amount, countOf } from '../../contract/words.ts'
import { goToView, openDialog, usePanel } from '../store/panel-store.ts'
import type { View } from '../store/place.ts'
import { troubles } from '../store/troubles.ts'
import { useKeyWords, withKeyWords } from '../store/use-keys.ts'

export function Nav() {
  const queued = usePanel((s) => (s.server ? activeCount(s.server) : 0))
  const finished = usePanel((s) => {
    const counts = s.server?.counts
    return counts ? counts.completed + counts.completed_with_errors + counts.failed + counts.cancelled : 0
  })
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const wordsOf = useKeyWords()
  const wrong = usePanel((s) => (s.server ? troubles(s.server).length : 0))
  return (
    <nav className="nav" aria-label="Views">
      <div className="nav-brand">
        <img src="./icon.svg" width={22} height={22} alt="" />
        <span className="nav-text">Slipway</span>
      </div>
      <Tooltip label={withKeyWords('New batch', wordsOf('N', 'Everywhere'))} position="right">
        <Button
          fullWidth
          className="nav-new"
          aria-label="New batch"
          onClick={() => openDialog({ kind: 'new-batch', file: null })}
        >
          <IconPlus size={16} aria-hidden />
          <span className="nav-text" style={{ marginLeft: 6 }}>
            New batch
          </span>
        </Button>
      </Tooltip>
      <NavItem view="queue" words="Queue" icon={<IconList size={18} aria-hidden />} end={amount(queued)} />
      <NavItem
        view="history"
        words="History"
        icon={<IconHistory size={18} aria-hidden />}
        end={amount(finished)}
        dot={unseen > 0 ? `${unseen} new` : null}
      />
      <NavItem
        view="health"
        words="Health"
        icon={<IconActivityHeartbeat size={18} aria-hidden />}
        alarm={wrong > 0 ? wrong : null}
      />
      <NavItem view="settings" words="Settings" icon={<IconSettings size={18} aria-hidden />} />
      <div style={{ flex: 1 }} />
      <NavButton
        words="Commands"
        icon={<IconSearch size={18} aria-hidden />}
        keys="Ctrl K"
        onClick={() => spotlight.open()}
      />
      <NavButton
        words="Shortcuts"
        icon={<IconKeyboard size={18} aria-hidden />}
        keys={wordsOf('?', 'Everywhere') ?? ''}
        onClick={() => openDialog({ kind: 'keys' })}
      />
    </nav>
  )
}

function NavItem({
  view,
  words,
  icon,
  end,
  dot,
  alarm,
}: {
  view: View
  words: string
  icon: ReactNode
  end?: string
  dot?: string | null
  alarm?: number | null
}) {
  const here = usePanel((s) => s.place.view === view)
  return (
    <a
      href={`#/${view}`}
      className="nav-item"
      aria-current={here ? 'page' : undefined}
      title={words}
      onClick={(event) => {
        event.preventDefault()
        goToView(view)
      }}
    >
      {icon}
      <span className="nav-text">{words}</span>
      {dot ? (
        <span className="nav-dot" title={dot}>
          <span className="sr-only">{dot}</span>
        </span>
      ) : null}
      {alarm ? (
        <span className="nav-alarm tabular" title={countOf(alarm, 'problem')}>
          {alarm}
        </span>
      ) : (
        <span className="nav-end tabular nav-text">{end}</span>
      )}
    </a>
  )
}

function NavButton({
  words,
  icon,
  keys,
  onClick,
}: {
  words: string
  icon: ReactNode
  keys: string
  onClick: () => void
}) {
  return (
    <button
      type="button"
      className="nav-item"
      onClick={onClick}
      title={`${words} (${keys})`}
      aria-label={`${words} ${keys}`}
    >
      {icon}
      <span className="nav-text">{words}</span>{' '}
      <Kbd size="xs" className="nav-text nav-kbd">
        {keys}
      </Kbd>
    </button>
  )
}
