/**
 * Owns who does something, for the audit trail: every edge takes a Context and writes it into its event.
 */

export type Context = {
  /** A user's name, or 'executor', 'finalizer', 'rescuer'. */
  actor: string
  hostId: string | null
  /** Command line, panel action or caller's stack. */
  origin: string | null
  /** Epoch ms: one reading of the clock per command, so that one action has one time. */
  at: number
}
