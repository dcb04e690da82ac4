/**
 * Every list of statuses in the schema is one of the lists in the contract, and every status and every ordered
 * pair of them behaves as the contract defines.
 */
import { describe, expect, test } from 'vitest'
import { skipDoneModes, tokenScopes } from '../../../src/contract/references.ts'
import {
  activeBatchStatuses,
  attemptOutcomes,
  batchStatuses,
  batchTransitions,
  expansions,
  finalBatchStatuses,
  finalJobStatuses,
  isActive,
  isFinal,
  isFinalJob,
  type JobStatus,
  jobStatuses,
  jobTransitions,
} from '../../../src/contract/states.ts'
import { migrations } from '../../../src/core/db/migrations/index.ts'
import { bareDatabase, batchIn, batchWithJobs, put, type Sql } from '../../helpers/sql.ts'

const lists: Record<string, readonly string[]> = {
  batchStatuses,
  activeBatchStatuses,
  finalBatchStatuses,
  jobStatuses,
  finalJobStatuses,
  attemptOutcomes,
  expansions,
  skipDoneModes,
  tokenScopes,
}

/** Name of the contract's list with exactly these members. */
function listNamed(members: readonly string[]): string {
  const key = [...members].sort().join()
  return Object.keys(lists).find((name) => [...(lists[name] ?? [])].sort().join() === key) ?? `none: ${key}`
}

/** The lists of words after each IN but of kinds of events, with comments taken away. */
function listsIn(text: string): string[][] {
  const code = text.replace(/--.*$/gm, '').replace(/\bkind IN\s*\([^)]*\)/gi, '')
  return [...code.matchAll(/\bIN\s*\(((?:\s*'[^']*'\s*,?)+)\)/gi)].map((match) =>
    [...(match[1] ?? '').matchAll(/'([^']*)'/g)].map((word) => word[1] ?? ''),
  )
}

/** Live text of one object of the schema. */
function textOf(sql: Sql, name: string): string {
  const text = sql.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(name)
  if (typeof text !== 'string') throw new Error(`the schema has no ${name}`)
  return text
}

describe('the schema and the contract have one list of statuses', () => {
  test('every IN (…) of the migrations is exactly one list of the contract, or the verdicts or open jobs', () => {
    const derived = [
      jobStatuses.filter((status) => !isFinalJob(status)), // open jobs
      finalJobStatuses.filter((status) => status !== 'cancelled'), // verdicts that need the claim
      activeBatchStatuses.filter((status) => status !== 'initiated'), // batches that are never deleted
    ].map((list) => [...list].sort().join())
    const found = listsIn(migrations.map((migration) => migration.sql).join('\n'))
    expect(found.length).toBeGreaterThan(15)
    for (const words of found)
      if (!derived.includes([...words].sort().join())) expect(listNamed(words)).not.toMatch(/^none/)
  })

  test.each([
    ['no_active_duplicate', 'activeBatchStatuses'],
    ['active_batches', 'activeBatchStatuses'],
    ['no_active_duplicate_i', 'activeBatchStatuses'],
    ['no_active_duplicate_u', 'activeBatchStatuses'],
    ['no_overlapping_range_i', 'activeBatchStatuses'],
    ['no_overlapping_range_u', 'activeBatchStatuses'],
  ])('%s is about the active statuses and no other', (name, list) => {
    const found = listsIn(textOf(bareDatabase(), name))
    expect(found.length).toBeGreaterThan(0)
    expect(found.map(listNamed)).toEqual(found.map(() => list))
  })

  test('the tables name all statuses once and the final ones wherever a finish is meant', () => {
    const sql = bareDatabase()
    expect(listsIn(textOf(sql, 'batches')).map(listNamed)).toEqual([
      'expansions',
      'batchStatuses',
      'finalBatchStatuses',
      'finalBatchStatuses',
    ])
    expect(listsIn(textOf(sql, 'jobs')).map(listNamed)).toEqual(['jobStatuses', 'finalJobStatuses'])
    expect(listsIn(textOf(sql, 'attempts')).map(listNamed)).toEqual(['attemptOutcomes'])
  })

  test('a status is active or final, never both and never neither', () => {
    for (const status of batchStatuses) expect(isActive(status)).toBe(!isFinal(status))
  })

  test('the tables of legal transitions hold the pairs of the contract', () => {
    const sql = bareDatabase()
    const pairs = (table: string) =>
      sql.prepare(`SELECT from_status || ' ' || to_status FROM ${table}`).pluck().all().sort()
    const named = (edges: Readonly<Record<string, readonly string[]>>) =>
      Object.entries(edges)
        .flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`))
        .sort()
    expect(pairs('batch_transitions')).toEqual(named(batchTransitions))
    expect(pairs('job_transitions')).toEqual(named(jobTransitions))
  })

  test('a word that is no status is refused', () => {
    const sql = bareDatabase()
    put(sql, 'paused', 'a')
    expect(() => sql.exec(`UPDATE batches SET status = 'interrupted'`)).toThrow('illegal batch transition')
  })
})

describe.each(batchStatuses)('a batch that is %s', (status) => {
  const verdict = isActive(status) ? 'refuses' : 'allows'

  test(`${verdict} a second one with its identity, by the index alone and by the triggers`, () => {
    for (const triggers of [true, false]) {
      const sql = bareDatabase()
      if (!triggers) sql.exec('DROP TRIGGER no_active_duplicate_i; DROP TRIGGER no_active_duplicate_u')
      put(sql, status, 'b1')
      const second = () => put(sql, 'paused', 'b2')
      const message = triggers ? 'an active batch with this identity exists' : 'no_active_duplicate'
      if (isActive(status)) expect(second).toThrow(message)
      else expect(second).not.toThrow()
    }
  })

  test(`${isActive(status) ? 'may not become' : 'may be'} the second one with an identity`, () => {
    const sql = bareDatabase()
    put(sql, 'paused', 'b1')
    put(sql, status === 'running' ? 'queued' : status, 'b2', { duplicate_of: 'b1' })
    const second = () => sql.exec(`UPDATE batches SET duplicate_of = NULL WHERE id = 'b2'`)
    if (isActive(status)) expect(second).toThrow('an active batch with this identity exists')
    else expect(second).not.toThrow()
  })

  test(`${verdict} an overlapping range, inserted or updated, and always allows the range beside it`, () => {
    const sql = bareDatabase()
    put(sql, status, 'b1', { range_start: 10, range_end: 19 })
    put(sql, 'paused', 'b2', { range_start: 20, range_end: 29 })
    put(sql, 'paused', 'b3', { range_start: 0, range_end: 9 })
    const overlapping = [
      () => put(sql, 'paused', 'b4', { range_start: 19, range_end: 19 }),
      () => sql.exec(`UPDATE batches SET range_end = 10 WHERE id = 'b3'`),
    ]
    for (const statement of overlapping)
      if (isActive(status)) expect(statement).toThrow('the range overlaps that of another active batch')
      else expect(statement).not.toThrow()
  })

  test('has a finish time exactly if it is final, and a position exactly if it is queued or running', () => {
    const sql = bareDatabase()
    put(sql, status, 'b1')
    const wrongTime = () => sql.prepare('UPDATE batches SET completed_at = ?').run(isFinal(status) ? null : 2)
    expect(wrongTime).toThrow('finished_if_final')
    for (const position of [-1, 0, 1, null]) {
      const right = status === 'running' ? 0 : status === 'queued' ? 1 : null
      if (position === right) continue
      expect(() => sql.prepare('UPDATE batches SET position = ?').run(position)).toThrow(
        'position_says_status',
      )
    }
  })

  test.each(batchStatuses)('becomes %s only if the contract has that edge', (to) => {
    const sql = bareDatabase()
    put(sql, status, 'b1')
    const { position, completed_at } = batchIn(to, 'b1')
    const change = () =>
      sql
        .prepare(`UPDATE batches SET status = ?, position = ?, completed_at = ? WHERE id = 'b1'`)
        .run(to, position ?? null, completed_at ?? null)
    if (status === to || (batchTransitions[status] as readonly string[]).includes(to))
      expect(change().changes).toBe(1)
    else expect(change).toThrow('illegal batch transition')
  })
})

/** A path of legal edges from pending. */
const wayTo: Record<JobStatus, JobStatus[]> = {
  pending: [],
  running: ['running'],
  succeeded: ['running', 'succeeded'],
  failed: ['running', 'failed'],
  cancelled: ['cancelled'],
}

describe.each(jobStatuses)('a job that is %s', (status) => {
  const put = (sql: Sql, to: JobStatus) =>
    sql
      .prepare(`UPDATE jobs SET status = ?, completed_at = ?, claim_token = 'token' WHERE ordinal = 1`)
      .run(to, isFinalJob(to) ? 2 : null)

  test.each(jobStatuses)('becomes %s only if the contract has that edge', (to) => {
    const sql = bareDatabase()
    batchWithJobs(sql, 'running', 'b1', 2)
    for (const step of wayTo[status]) put(sql, step)
    const legal = status === to || (jobTransitions[status] as readonly string[]).includes(to)
    if (legal) expect(put(sql, to).changes).toBe(1)
    else expect(() => put(sql, to)).toThrow('illegal job transition')
  })

  test('has a finish time exactly if it is final', () => {
    const sql = bareDatabase()
    batchWithJobs(sql, 'running', 'b1', 1)
    for (const step of wayTo[status]) put(sql, step)
    const forge = () => sql.prepare('UPDATE jobs SET completed_at = ?').run(isFinalJob(status) ? null : 2)
    expect(forge).toThrow('job_finished_if_final')
  })
})
