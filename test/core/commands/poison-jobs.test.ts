/** Rows of jobs and attempts that can't be understood, or that say what can't be: one job pays for it, not the queue. */
import { describe, expect, test } from 'vitest'
import { reread } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { expectRest, type State } from './a-poisoned-queue.ts'

const setCommand = (json: string, ordinal = 2) =>
  `UPDATE jobs SET command = '${json}' WHERE ordinal = ${ordinal} AND batch_id = (SELECT id FROM batches WHERE number = 1)`

const badCommands = {
  'not JSON': '{',
  'no text at all': '',
  'a list': '[]',
  null: 'null',
  'a text': '"true"',
  'without arguments': '{}',
  'an empty list of arguments': '{"argv":[]}',
  'one text instead of arguments': '{"argv":"true"}',
  'of numbers': '{"argv":[1,null]}',
  'with a number as its folder': '{"argv":["true"],"cwd":5}',
  'with a list as its environment': '{"argv":["true"],"env":[1]}',
  'with a number in its environment': '{"argv":["true"],"env":{"A":1}}',
  'with a number as what is expected': '{"argv":["true"],"expect":5}',
  'with an expected file that is a number': '{"argv":["true"],"expect":[{"file":7,"nonEmpty":true}]}',
  'with a text as what it reads': '{"argv":["true"],"reads":"x"}',
  'with lists in lists without an end': '['.repeat(100_000),
}

const ofRunning = `status = 'running' AND batch_id = (SELECT id FROM batches WHERE number = 1)`
const attempt = (set: string) =>
  `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) ${set}`

const states: State[] = [
  {
    name: 'commands that can not be understood, each of which fails its job alone',
    when: 'queued',
    plan: { jobs: Object.keys(badCommands).length + 1 },
    sql: Object.values(badCommands)
      .map((json, index) => setCommand(json, index + 1))
      .join(';'),
    becomes: 'completed_with_errors',
    cause: 'unreadable',
    attention: 'ended-badly',
    async afterwards({ db, first }) {
      await until(() => reread(db, first.id).completed_at !== null, 'the batch has ended')
      const jobs = db
        .sql<{ status: string; error: string | null }>(
          'SELECT status, error FROM jobs WHERE batch_id = ? ORDER BY ordinal',
        )
        .all(first.id)
      expect(jobs.pop()?.status).toBe('succeeded')
      for (const [index, name] of Object.keys(badCommands).entries())
        expect(jobs[index], name).toEqual({
          status: 'failed',
          error: expect.stringMatching(/^its command can't be understood: /),
        })
    },
  },
  {
    name: 'a command with a NUL in it',
    when: 'queued',
    sql: setCommand('{"argv":["true","a\\u0000b"]}'),
    becomes: 'completed_with_errors',
    attention: 'ended-badly',
  },
  {
    name: 'a command of 2 MB',
    when: 'queued',
    sql: setCommand(`{"argv":["true","' || hex(zeroblob(1000000)) || '"]}`),
    becomes: 'completed_with_errors',
    attention: 'ended-badly',
  },
  {
    name: 'a command that becomes unreadable while the job runs',
    when: 'running',
    sql: `UPDATE jobs SET command = '{' WHERE ${ofRunning}`,
    becomes: 'any',
  },
  {
    name: 'numbers of failures, lost hosts and waits beyond all sense',
    when: 'queued',
    sql: `UPDATE jobs SET failures = 9e15, host_losses = -9e15, not_before = 9e15, duration_ms = -9e15, exit_code = 9e15;
          UPDATE jobs SET failures = -9e15, host_losses = 9e15, not_before = -9e15 WHERE ordinal = 2`,
    becomes: 'completed',
    plan: { options: { retries: { times: 2, delayMs: 10, backoff: 1 } } },
  },
  {
    name: 'an input of 2 MB',
    when: 'queued',
    sql: `UPDATE jobs SET input = hex(zeroblob(1000000)) WHERE ordinal = 2`,
    becomes: 'completed',
  },
  {
    name: 'a job that counts as running and is not',
    when: 'running',
    sql: `UPDATE jobs SET status = 'running', attempts = 1 WHERE ordinal = 3 AND batch_id =
          (SELECT id FROM batches WHERE number = 1)`,
    becomes: 'completed',
  },
  {
    name: 'a running job that was set back to pending',
    when: 'running',
    sql: `UPDATE jobs SET status = 'pending' WHERE ${ofRunning}`,
    becomes: 'completed',
  },
  {
    name: 'a running job that was cancelled by hand',
    when: 'running',
    sql: `UPDATE jobs SET status = 'cancelled', completed_at = 5 WHERE ${ofRunning}`,
    becomes: 'completed_with_errors',
  },
  {
    name: 'a running job that was failed by hand',
    when: 'running',
    sql: `UPDATE jobs SET status = 'failed', completed_at = 5 WHERE ${ofRunning}`,
    becomes: 'completed_with_errors',
  },
  {
    name: 'a running job without its token',
    when: 'running',
    sql: `UPDATE jobs SET claim_token = NULL WHERE ${ofRunning}`,
    becomes: 'completed',
  },
  {
    name: 'a running job with one attempt more than it had',
    when: 'running',
    sql: `UPDATE jobs SET attempts = attempts + 1 WHERE ${ofRunning}`,
    becomes: 'completed',
  },
  {
    name: 'pending jobs with one attempt more than they had',
    when: 'running',
    sql: `UPDATE jobs SET attempts = attempts + 1 WHERE status = 'pending'`,
    becomes: 'completed',
  },
  {
    name: 'a running job whose attempt has a verdict already',
    when: 'running',
    sql: `DROP TRIGGER attempt_is_new;
          ${attempt(`SELECT id, attempts, 'succeeded', 1, 2, 1 FROM jobs WHERE ${ofRunning}`)}`,
    becomes: 'completed_with_errors',
    cause: 'unrecordable',
    attention: 'ended-badly',
    doctor: 'schema',
    mended: true,
  },
  {
    name: 'a running job whose attempt has a verdict already, and whose batch is cancelled',
    when: 'running',
    plan: { command: () => ({ argv: ['/bin/sh', '-c', 'exec sleep 600'] }) },
    sql: `DROP TRIGGER attempt_is_new;
          ${attempt(`SELECT id, attempts, 'succeeded', 1, 2, 1 FROM jobs WHERE ${ofRunning}`)}`,
    becomes: 'cancelled',
    doctor: 'schema',
    mended: true,
    async afterwards({ ask }) {
      await ask('cancel', { batches: [1] })
    },
  },
  {
    name: 'jobs that begin to count their attempts anew',
    when: 'ended',
    sql: `DROP TRIGGER job_change_is_legal`,
    becomes: 'completed_with_errors',
    cause: 'unreadable',
    attention: 'ended-badly',
    doctor: 'schema',
    mended: true,
    afterwards: async ({ ask, raw }) => {
      await ask('pause', {})
      await ask('retry', { batch: 1, all: true })
      raw.exec(`UPDATE jobs SET attempts = 0 WHERE status = 'pending'`)
      await ask('resume', {})
    },
  },
  {
    name: 'attempts with times and sizes beyond all sense',
    when: 'queued',
    sql: `UPDATE jobs SET attempts = 1;
          ${attempt(`SELECT id, 1, 'failed', -9e18, 9e18, -9e18 FROM jobs`)};
          UPDATE jobs SET attempts = 2`,
    becomes: 'completed',
  },
]

describe('a host keeps running the queue, and ends on request, with', () => {
  for (const state of states) test(state.name, () => expectRest(state))
})
