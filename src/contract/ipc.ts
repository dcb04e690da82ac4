/**
 * Owns the names and shapes of the desktop app's two IPC channels, so that both ends agree. Every command goes
 * through `invokeChannel`; everything main sends to the window comes through `eventsChannel`.
 */
import type { ChangeEvent } from './events.ts'

export const invokeChannel = 'slipway:invoke'
export const eventsChannel = 'slipway:events'

/** What main sends to the window: changes (several as one message), or a place in the panel to go to. */
export type WindowMessage = { changes: ChangeEvent[] } | { go: string }

/** What only the desktop host answers; it uses the same channel as the commands. */
export const desktopCommands = ['desktop:pick-configuration', 'desktop:reveal'] as const
export type DesktopCommand = (typeof desktopCommands)[number]
