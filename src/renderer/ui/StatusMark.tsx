/**
 * Owns the mark of a status: a shape and a colour, never colour alone.
 */
import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconHandStop,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react'
import type { BatchStatus, JobStatus } from '../../contract/states.ts'
import { batchStatusWords } from '../../contract/states.ts'

type AnyStatus = BatchStatus | JobStatus

const icons = {
  initiated: IconHandStop,
  queued: IconCircle,
  pending: IconCircle,
  running: IconPlayerPlay,
  paused: IconPlayerPause,
  completed: IconCircleCheck,
  succeeded: IconCircleCheck,
  completed_with_errors: IconAlertTriangle,
  failed: IconCircleX,
  cancelled: IconCircleMinus,
} as const satisfies Record<AnyStatus, unknown>

/** The words for any status, as a person reads them. */
export function statusWord(status: AnyStatus): string {
  return status in batchStatusWords ? batchStatusWords[status as BatchStatus] : status
}

/** A status as an icon; `silent` when the word stands next to it. */
export function StatusMark({
  status,
  silent = false,
  size = 18,
}: {
  status: AnyStatus
  silent?: boolean
  size?: number
}) {
  const Icon = icons[status]
  return (
    <span className="mark" data-status={status} title={silent ? undefined : statusWord(status)}>
      <Icon size={size} stroke={1.9} aria-hidden />
      {!silent && <span className="sr-only">{statusWord(status)}</span>}
    </span>
  )
}
