/**
 * Owns the question of trust: a configuration runs programs, so its first use and each change ask a person.
 */
import { Checkbox } from '@mantine/core'
import { IconShieldQuestion } from '@tabler/icons-react'
import type { CommandOutput } from '../../../contract/commands.ts'

export function TrustBox({
  preview,
  trusted,
  onTrust,
}: {
  preview: CommandOutput<'preview'>
  trusted: boolean
  onTrust: (trusted: boolean) => void
}) {
  const fresh = preview.trust === 'new'
  return (
    <div className="note" data-kind="warn">
      <IconShieldQuestion size={20} className="warn" aria-hidden style={{ flex: 'none' }} />
      <div style={{ flex: 1 }}>
        <b>
          {fresh ? 'You have not used this file before.' : 'This file has changed since you last trusted it.'}
        </b>
        <p className="trust-words dim">
          It runs the commands below with your permissions. Trust it only if you know where it comes from.
        </p>
        <Checkbox
          label={fresh ? 'I trust this file' : 'I trust this file as it is now'}
          checked={trusted}
          onChange={(event) => onTrust(event.currentTarget.checked)}
        />
      </div>
    </div>
  )
}
