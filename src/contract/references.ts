/**
 * Owns what inputs of commands refer to: a batch, what to do when it exists already, and what can be undone.
 * Separate from the entities, so that a host that only calls commands needn't build the schemas of their outputs.
 */
import { z } from 'zod'

/** A batch by its UUID or its number (also as text, with or without '#'). */
export const batchRefSchema = z.union([z.number().int().positive(), z.string().min(1)])
export type BatchRef = z.infer<typeof batchRefSchema>

/** Answers to "a batch with this identity exists". */
export const ifExistsAnswers = ['fail', 'return', 'replace', 'allow', 'remaining'] as const
export type IfExists = (typeof ifExistsAnswers)[number]

/** Where a batch that replaces or continues another is queued: at its position, or at the end by the queue's rule. */
export const places = ['keep', 'end'] as const
export type KeptPlace = (typeof places)[number]

/** What a program's token allows. */
export const tokenScopes = ['watch', 'steer'] as const
export type TokenScope = (typeof tokenScopes)[number]

/** Commands that can be undone. */
export const undoableCommands = [
  'pause',
  'resume',
  'cancel',
  'retry',
  'move',
  'priority',
  'stop-after',
  'clear',
] as const
export type UndoableCommand = (typeof undoableCommands)[number]

/** When a job counts as done before: its command succeeded and neither inputs nor outputs changed since; or the first alone. */
export const skipDoneModes = ['changed', 'command'] as const
export type SkipDone = (typeof skipDoneModes)[number]

/** The requested mode of `skipDone`: `true` means that changes count. */
export const skipMode = (option: boolean | SkipDone): SkipDone | null =>
  option === true ? 'changed' : option === false ? null : option
