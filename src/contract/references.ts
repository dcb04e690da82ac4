/**
 * Owns what callers say to commands about batches: which one is meant, and what to do when it exists already.
 * Apart from the entities, so that a host that only asks needn't build what it is answered.
 */
import { z } from 'zod'

/** A batch by its UUID or by the number people say (also as text, with or without '#'). */
export const batchRefSchema = z.union([z.number().int().positive(), z.string().min(1)])
export type BatchRef = z.infer<typeof batchRefSchema>

/** Answers to "a batch with this identity exists" (design §4). */
export const ifExistsAnswers = ['fail', 'return', 'replace', 'allow', 'remaining'] as const
export type IfExists = (typeof ifExistsAnswers)[number]
