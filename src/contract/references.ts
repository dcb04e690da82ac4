/**
 * Owns what inputs of commands refer to: a batch, what to do when it exists already, and what can be undone.
 * Apart from the entities, so that a host that only calls commands needn't build the schemas of their answers.
 */
import { z } from 'zod'

/** A batch by its UUID or by the number people say (also as text, with or without '#'). */
export const batchRefSchema = z.union([z.number().int().positive(), z.string().min(1)])
export type BatchRef = z.infer<typeof batchRefSchema>

/** Answers to "a batch with this identity exists". */
export const ifExistsAnswers = ['fail', 'return', 'replace', 'allow', 'remaining'] as const
export type IfExists = (typeof ifExistsAnswers)[number]

/** Where a batch that replaces or continues another is queued: in its place, or at the end by the queue's rule. */
export const places = ['keep', 'end'] as const
export type KeptPlace = (typeof places)[number]

/** Commands that `undo` takes back. */
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

/** What `skipDone` asks for: `true` means that changes count. */
export const skipMode = (asked: boolean | SkipDone): SkipDone | null =>
  asked === true ? 'changed' : asked === false ? null : asked
