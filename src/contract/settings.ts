/**
 * Owns the settings: their keys, kinds, defaults and the words that explain them. Stored as JSON in the table
 * `settings`; a missing row means the default. Must never know where they are shown.
 */
import { z } from 'zod'
import { placesSchema } from './places.ts'

const ms = (min: number, max: number) => z.number().int().min(min).max(max)

export const settingsSchema = z.object({
  /** How often the finalizer sweeps. */
  'finalizer-interval-ms': ms(50, 3_600_000).default(30_000),
  /** How long the last job must have ended before a sweep closes its batch. */
  'finalizer-grace-ms': ms(0, 3_600_000).default(10_000),
  'heartbeat-interval-ms': ms(50, 60_000).default(2_000),
  /** A host silent for longer is checked; its role is only taken when its process is gone or stopped. */
  'lease-ms': ms(200, 600_000).default(15_000),
  /** From SIGTERM to SIGKILL. */
  'kill-grace-ms': ms(0, 600_000).default(5_000),
  /** Used where a configuration doesn't set `parallel`. */
  'default-parallel': z.number().int().min(1).max(256).default(1),
  /** What to do with a batch that was running when its host died: continue it, or pause it. */
  'restart-policy': z.enum(['continue', 'pause']).default('continue'),
  /** What to do with a batch whose first 20 jobs all failed in the same way. */
  'failing-batch': z.enum(['continue', 'pause']).default('continue'),
  /** Job logs of finished batches older than this are removed; 0 keeps them forever. */
  'log-retention-days': z.number().int().min(0).max(3_650).default(0),
  /** The queue pauses itself when the data folder's disk has less than this free. */
  'min-free-disk-mb': z.number().int().min(0).max(10_000_000).default(200),
  'notify-completed': z.boolean().default(true),
  'notify-failed': z.boolean().default(true),
  'notify-duplicate': z.boolean().default(true),
  'notify-disk': z.boolean().default(true),
  'notify-predecessor': z.boolean().default(true),
  'notify-attention': z.boolean().default(true),
  'keep-awake': z.enum(['never', 'on-mains', 'always']).default('always'),
  'when-done': z.enum(['nothing', 'sleep', 'shut-down']).default('nothing'),
  'start-with-session': z.boolean().default(false),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Where jobs can run beside this machine, by name. */
  places: placesSchema.default({}),
  'hour-cycle': z.enum(['system', '12', '24']).default('system'),
})
export type Settings = z.infer<typeof settingsSchema>
export type SettingKey = keyof Settings
export const settingKeys = Object.keys(settingsSchema.shape) as SettingKey[]

/** One sentence per setting, shown in the panel and by `slipway settings`. */
export const settingWords: Readonly<Record<SettingKey, string>> = {
  'finalizer-interval-ms': 'How often the finalizer sweeps for batches that are done but not closed.',
  'finalizer-grace-ms': 'How long ago the last job must have ended before a sweep closes its batch.',
  'heartbeat-interval-ms': 'How often a host sends a heartbeat.',
  'lease-ms': 'How long after its last heartbeat a host is checked by the others.',
  'kill-grace-ms': 'How long a job has between SIGTERM and SIGKILL when it is stopped.',
  'default-parallel': 'Jobs at once in a batch whose configuration does not set `parallel`.',
  'restart-policy': 'What happens to a batch whose host died: continue it, or pause it.',
  'failing-batch':
    'What happens to a batch whose first 20 jobs all failed in the same way: continue it, or pause it.',
  'log-retention-days':
    'Job logs of finished batches, and tables from standard input, are removed after this many days; 0 keeps them.',
  'min-free-disk-mb': 'The queue pauses itself when less disk than this is free.',
  'notify-completed': 'Notify when a batch completes.',
  'notify-failed': 'Notify when a batch fails or ends with errors.',
  'notify-duplicate': 'Notify when a command line adds a batch that is already queued.',
  'notify-disk': 'Notify when disk space is low.',
  'notify-predecessor': 'Notify when a batch waits for one that failed.',
  'notify-attention': 'Notify when something else needs attention.',
  'keep-awake': 'Keep the machine awake while a batch runs.',
  'when-done': 'What to do when the queue is empty.',
  'start-with-session': 'Start Slipway when you log in.',
  theme: 'Light, dark, or as the system is set.',
  places: 'Clusters by name, for `on` and `--on`: {"cluster": {"slurm": {"partition": "long"}}}.',
  'hour-cycle': '12-hour or 24-hour times, or as the system is set.',
}
