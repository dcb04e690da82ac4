/**
 * Owns the box for what needs a person: what happened, and what to do next.
 */
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const icons = { bad: IconCircleX, warn: IconAlertTriangle, info: IconInfoCircle }

export function Note({
  kind,
  title,
  children,
  action,
}: {
  kind: 'bad' | 'warn' | 'info'
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  const Icon = icons[kind]
  return (
    <div className="note" data-kind={kind} role={kind === 'bad' ? 'alert' : undefined}>
      <Icon
        size={18}
        aria-hidden
        className={kind === 'info' ? 'dim' : kind}
        style={{ flex: 'none', marginTop: 1 }}
      />
      <div style={{ flex: 1, minWidth: 0 }}>
        <div style={{ fontWeight: 550 }}>{title}</div>
        {children ? <div className="dim">{children}</div> : null}
      </div>
      {action}
    </div>
  )
}
