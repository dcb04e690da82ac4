/** Owns the origin of a command, as events record it. */
import { z } from 'zod'

export const originSchema = z.object({
  from: z.enum(['command-line', 'panel', 'desktop', 'program']),
  /** The command line as it was typed, or the name of the command; null where there is none. */
  command: z.string().nullable(),
  /** The folder in which it was typed. */
  folder: z.string().nullable(),
})
export type Origin = z.infer<typeof originSchema>

/** 'slipway add flood.slipway.yaml (in /work)', 'panel: retry', 'desktop app'. */
export function originWords({ from, command, folder }: Origin): string {
  if (from === 'panel') return `panel: ${command}`
  if (from === 'desktop') return 'desktop app'
  return `${command}${folder === null ? '' : ` (in ${folder})`}`
}
