/**
 * Owns the named points at which the torture suite ends this process with SIGKILL. Costs one comparison while
 * unused; does nothing unless the environment names a point.
 */

/** Points at which a host can be made to die, in the order of a batch's life. */
const failpoints = [
  'mid-fill',
  'mid-expansion',
  'after-claim-before-spawn',
  'after-hold',
  'after-spawn-before-pid',
  'after-exit-before-verdict',
  'after-verdict-before-claim',
  'mid-finalize',
  'mid-summary',
  'mid-reorder',
  'mid-migration',
  'mid-backup',
] as const
export type Failpoint = (typeof failpoints)[number]

const [armed, countdown] = (process.env.SLIPWAY_FAILPOINT ?? '').split(':')
let left = Number(countdown ?? '1')

/** Dies here, as by kill -9, if SLIPWAY_FAILPOINT is `<name>` or `<name>:<n>` and this is the n-th passage. */
export function failpoint(name: Failpoint): void {
  if (name !== armed) return
  left -= 1
  if (left <= 0) process.kill(process.pid, 'SIGKILL')
}
