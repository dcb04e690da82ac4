/** Owns what the double remembers and what a test may look at: plain data, one object for the whole process. */

export type DialogRecord = { id: number; kind: string; options: Record<string, unknown>; open: boolean }
export type MenuRecord = {
  label: string
  role?: string
  enabled: boolean
  accelerator?: string
  items?: MenuRecord[]
}

export const record = {
  menu: [] as MenuRecord[],
  tray: null as null | { picture: string; tooltip: string; menu: MenuRecord[] },
  notifications: [] as { title: string; body: string; closed: boolean }[],
  dialogs: [] as DialogRecord[],
  /** Answers for the next dialogs: index of a button, or chosen paths. */
  answers: [] as (number | string[])[],
  blockers: [] as { id: number; kind: string; open: boolean }[],
  opened: [] as string[],
  revealed: [] as string[],
  badge: 0,
  /** Requests that left the panel's own address. */
  strangers: [] as string[],
  refusedWindows: [] as string[],
  loginItem: null as null | { openAtLogin?: boolean; path?: string; args?: string[] },
}
