/**
 * Owns what the panel expects of its transport: the contract, and optionally whether the link is up. The desktop
 * bridge has no link that can be lost, so it leaves `onLink` out.
 */
import type { SlipwayApi } from '../../contract/api.ts'
import type { FollowedApi } from '../../contract/follow-queue.ts'

export type PanelApi = FollowedApi & {
  /** Tries to reach the host now instead of after a pause. */
  reconnect?(): void
}

/** What only the desktop app can do; absent in a browser. */
type DesktopBridge = {
  /** Opens the native file dialog; null when it was cancelled. */
  pickConfiguration?(): Promise<string | null>
  /** Absolute path of a dropped file, where the host can give one. */
  pathOf?(file: File): string | null
  /** Shows a file in the system's file manager. */
  reveal?(path: string): void
}

declare global {
  interface Window {
    slipway?: SlipwayApi
    slipwayDesktop?: DesktopBridge
  }
}
