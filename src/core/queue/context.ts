/**
 * Owns who does something, for the audit trail: every edge takes a Context and writes it into its event.
 */

import type { Origin } from '../../contract/origin.ts'

export type Context = {
  /** A user's name, or 'executor', 'finalizer', 'rescuer'. */
  actor: string
  hostId: string | null
  /** Null for what Slipway does by itself. */
  origin: Origin | null
  /** Epoch ms: one reading of the clock per command, so that one action has one time. */
  at: number
}
