/** Rows of batches that can't be understood, or that say what can't be: that batch is set aside, the next one runs. */
import { describe, expect, test } from 'vitest'
import { reread } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { expectRest, type State } from './a-poisoned-queue.ts'

const first = 'WHERE number = 1'
const setOptions = (json: string) => `UPDATE batches SET options = '${json}' ${first}`

const badOptions = {
  'not JSON': '{',
  'a list': '[]',
  null: 'null',
  'a number': '5',
  'none at all': '',
  'for no jobs at once': '{"parallel":0}',
  'for half a job at once': '{"parallel":0.5}',
  'for many jobs at once': '{"parallel":"many"}',
  'for fewer than no jobs at once': '{"parallel":-1}',
  'a timeout in words': '{"timeoutMs":"soon"}',
  'a timeout before now': '{"timeoutMs":-5}',
  'retries of nothing': '{"retries":null}',
  'retries without a delay': '{"retries":{"times":3}}',
  'an unknown rule to stop by': '{"stopOnFailure":"sometimes"}',
  'an unknown kind of rule to stop by': '{"stopOnFailure":{"kind":"sometimes"}}',
  'a number as its folder': '{"cwd":5}',
  'a list as its environment': '{"env":[1]}',
  'an object in its environment': '{"env":{"A":{}}}',
  'a number as the path to search': '{"searchPath":7}',
  'an object as what is read': '{"reads":{}}',
  'a log limit below nothing': '{"logLimitBytes":-1}',
}

const states: State[] = [
  {
    name: 'options that can not be understood, each of which sets its batch aside before a job of it runs',
    when: 'queued',
    more: Object.keys(badOptions).length - 1,
    sql: Object.values(badOptions)
      .map((json, index) => `UPDATE batches SET options = '${json}' WHERE batch_type = 'more ${index}'`)
      .join(';')
      .replace("'more 0'", "'first'"),
    becomes: 'paused',
    cause: 'unreadable',
    attention: 'quarantine',
    doctor: 'quarantine',
    async afterwards({ ask, db, next }) {
      await until(() => reread(db, next.id).completed_at !== null, 'the next batch has run')
      const { batches } = await ask('list', {})
      for (const [index, name] of Object.keys(badOptions).entries())
        expect(
          batches.find(({ type }) => type === (index === 0 ? 'first' : `more ${index}`)),
          name,
        ).toMatchObject({
          status: 'paused',
          cause: { code: 'unreadable', part: 'options' },
          reason: expect.stringMatching(/^its options can't be understood: /),
          jobs: { pending: 3 },
        })
      const { findings } = await ask('doctor', { repair: false })
      const named = findings.filter(({ check }) => check === 'quarantine')
      expect(named).toHaveLength(Object.keys(badOptions).length)
      expect(named[0]?.message).toMatch(/--if-exists remaining.*slipway cancel 1/)
    },
  },
  {
    name: 'options that become unreadable while its jobs run',
    when: 'running',
    sql: setOptions('{'),
    becomes: 'paused',
    cause: 'unreadable',
    attention: 'quarantine',
    doctor: 'quarantine',
  },
  {
    name: 'options of an ended batch that can not be read',
    when: 'ended',
    sql: setOptions('{'),
    becomes: 'completed',
  },
  {
    name: 'options of 2 MB',
    when: 'queued',
    sql: `UPDATE batches SET options = json_set(options, '$.env', json_object('A', hex(zeroblob(1000000)))) ${first}`,
    becomes: 'completed_with_errors',
  },
  {
    name: 'reasons of no known kind',
    when: 'queued',
    sql: `UPDATE batches SET reason_code = 'moon', reason_values = '{' ${first}`,
    becomes: 'completed',
  },
  {
    name: 'requests to pause of no known kind',
    when: 'running',
    sql: `UPDATE batches SET pause_requested = 99 ${first}`,
    becomes: 'any',
  },
  {
    name: 'a running batch without a host',
    when: 'running',
    sql: `UPDATE batches SET host_id = NULL ${first}`,
    becomes: 'completed',
  },
  {
    name: 'a running batch of another host that was never there',
    when: 'running',
    sql: `UPDATE batches SET host_id = 'nobody' ${first}`,
    becomes: 'completed',
  },
  {
    name: 'a running batch with another token',
    when: 'running',
    sql: `UPDATE batches SET claim_token = 'other' ${first}`,
    becomes: 'completed',
  },
  {
    name: 'a running batch that was queued again by hand',
    when: 'running',
    sql: `UPDATE batches SET position = 2 WHERE number = 2; UPDATE batches SET status = 'queued', position = 1 ${first}`,
    becomes: 'completed',
  },
  {
    name: 'a running batch that was paused by hand, with jobs that count as running',
    when: 'running',
    sql: `UPDATE batches SET status = 'paused', position = NULL ${first}`,
    becomes: 'paused',
    doctor: 'running',
  },
  {
    name: 'a running batch that was ended by hand',
    when: 'running',
    sql: `UPDATE batches SET status = 'completed', position = NULL, completed_at = 5 ${first}`,
    becomes: 'completed',
  },
  {
    name: 'a queue that begins behind a hole',
    when: 'queued',
    sql: `UPDATE batches SET position = 500 WHERE number = 2; UPDATE batches SET position = 100 ${first}`,
    becomes: 'completed',
  },
  {
    name: 'numbers of runs, priorities and failures beyond all sense',
    when: 'queued',
    sql: `UPDATE batches SET run = 9e15, priority = -9e15, failed_before = 9e15 ${first}`,
    becomes: 'completed',
    afterwards: async ({ ask }) => {
      await ask('show', { batch: 1 })
    },
  },
  {
    name: 'times before all time and after it',
    when: 'queued',
    sql: `UPDATE batches SET created_at = -8e15, started_at = 8e15, seen_at = 8e15 ${first}`,
    becomes: 'any',
  },
  {
    name: 'what it duplicates in no known shape',
    when: 'queued',
    sql: `UPDATE batches SET also_duplicates = '{' ${first}`,
    becomes: 'completed',
  },
  {
    name: 'two batches that wait for each other',
    when: 'queued',
    third: true,
    sql: `INSERT INTO batch_after SELECT a.id, 'other', b.id FROM batches a, batches b WHERE a.number = 1 AND b.number = 3;
          INSERT INTO batch_after SELECT a.id, 'other', b.id FROM batches a, batches b WHERE a.number = 3 AND b.number = 1`,
    becomes: 'queued',
    attention: 'predecessor',
    doctor: 'waits',
  },
  {
    name: 'a batch that waits for itself',
    when: 'queued',
    sql: `DROP TRIGGER batch_waits_for_another; INSERT INTO batch_after SELECT id, 'first', id FROM batches ${first}`,
    becomes: 'queued',
    attention: 'predecessor',
    doctor: 'waits',
  },
  {
    name: 'a batch that waits for one that was never there',
    when: 'queued',
    sql: `INSERT INTO batch_after SELECT id, 'other', 'nobody' FROM batches ${first}`,
    becomes: 'queued',
    attention: 'predecessor',
    doctor: 'waits',
  },
]

describe('a host keeps running the queue, and ends on request, with', () => {
  for (const state of states) test(state.name, () => expectRest(state))
})
