/** Rows of all other tables that can't be understood: the host, the queue and what people read do without them. */
import { describe, test } from 'vitest'
import { expectRest, type State } from './a-poisoned-queue.ts'

const put = (key: string, value: string) =>
  `INSERT INTO settings (key, value, updated_at) VALUES ('${key}', '${value}', 5)
   ON CONFLICT (key) DO UPDATE SET value = excluded.value`

/** A mark that can't be read counts as none; the doctor takes it away, where nobody writes it anew before. */
const badMark = (key: string, value: string, more: Partial<State> = {}): State => ({
  name: `the mark ${key} as ${value}`,
  when: 'running',
  sql: put(key, value),
  becomes: 'completed',
  ...more,
})

/** One that says that the queue is paused, in whatever way, keeps it so until somebody resumes it. */
const badPause = (value: string): State => ({
  name: `the queue paused by ${value}`,
  when: 'running',
  sql: put('queue-paused', value),
  becomes: 'completed',
  afterwards: async ({ ask }) => {
    const { queue } = await ask('snapshot', {})
    if (!queue.paused || !/slipway resume|doctor/.test(queue.sentence)) throw new Error(queue.sentence)
    await ask('resume', {})
  },
})

const event = (columns: string, values: string) =>
  `INSERT INTO events (at, kind, actor, batch_id, ${columns})
   SELECT 1, 'enqueue_conflicted', 'ana', id, ${values} FROM batches WHERE number = 1`

const states: State[] = [
  ...['{', 'null', '[]', '5', '{"batchId":5}'].map((value) =>
    badMark('stop-after', value, { doctor: 'settings', mended: true }),
  ),
  ...['{', 'null', '{"rescues":"many"}'].map((value) => badMark('finalizer', value)),
  badMark('disk-low', '{'),
  ...[
    '{',
    'null',
    '{"since":"noon"}',
    '{"since":1e300,"by":"ana","reason":null,"kind":"person","now":false}',
  ].map(badPause),
  {
    name: 'settings of no known shape',
    when: 'running',
    sql: `${put('lease-ms', '{')}; ${put('default-parallel', '-5')}; ${put('theme', '"plaid"')}; ${put('restart-policy', 'null')}`,
    becomes: 'completed',
    doctor: 'settings',
    mended: true,
  },
  { name: 'no host at all', when: 'running', sql: 'DELETE FROM hosts', becomes: 'completed' },
  {
    name: 'no host at all before anything ran',
    when: 'queued',
    sql: 'DELETE FROM hosts',
    becomes: 'completed',
  },
  {
    name: 'its host said to have ended',
    when: 'running',
    sql: 'UPDATE hosts SET executor = 0, ended_at = 5',
    becomes: 'completed',
  },
  {
    name: 'its host without the role',
    when: 'running',
    sql: 'UPDATE hosts SET executor = 0',
    becomes: 'completed',
  },
  {
    name: 'its host of no known kind, with times and a process that can not be',
    when: 'running',
    sql: `UPDATE hosts SET kind = 'moon', heartbeat_at = 9e17, started_at = -9e17, pid = -5, process_started_at = ''`,
    becomes: 'completed',
  },
  {
    name: 'another host in its place that is not there',
    when: 'running',
    sql: `UPDATE hosts SET executor = 0;
          INSERT INTO hosts (id, kind, pid, process_started_at, boot_id, started_at, heartbeat_at)
          VALUES ('ghost', 'cli', 0, '', '', 1, 1);
          UPDATE hosts SET executor = 1 WHERE id = 'ghost'`,
    becomes: 'completed',
  },
  {
    name: 'an event with the largest id that is allowed',
    when: 'running',
    sql: `INSERT INTO events (id, at, kind, actor) VALUES (4503599627370496, 1, 'x', 'ana')`,
    becomes: 'completed',
  },
  {
    name: 'no id left for events',
    when: 'running',
    sql: `UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'events'`,
    becomes: 'completed',
  },
  {
    name: 'ids of events beyond what can be counted',
    when: 'running',
    sql: `UPDATE sqlite_sequence SET seq = 9007199254740993 WHERE name = 'events'`,
    becomes: 'completed',
  },
  {
    name: 'no number left for batches',
    when: 'running',
    sql: `UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'batches'`,
    becomes: 'completed',
  },
  {
    name: 'no id left for what can be undone',
    when: 'running',
    sql: `INSERT OR REPLACE INTO sqlite_sequence (name, seq) VALUES ('undo_actions', 9223372036854775807)`,
    becomes: 'completed',
    afterwards: async ({ ask }) => {
      await ask('priority', { batch: 2, priority: 5 })
      await ask('undo', {})
    },
  },
  {
    name: 'events with details that are not JSON',
    when: 'ended',
    sql: `${event('details, origin_from', `'{', 'command-line'`)};
          INSERT INTO events (at, kind, actor, details) VALUES (9e15, 'machine_slept', 'ana', '{'),
            (-9e15, 'database_backed_up', 'ana', '[1'), (1, '', '', 'null')`,
    becomes: 'completed',
  },
  {
    name: 'events with reasons of no known kind',
    when: 'ended',
    sql: event('reason_code, reason_values, details', `'moon', '{', '5'`),
    becomes: 'completed',
  },
  ...['{', '[]', 'null', '{"outputs":5}'].map(
    (summary): State => ({
      name: `a summary that is ${summary}`,
      when: 'ended',
      sql: `UPDATE run_summaries SET summary = '${summary}', error = NULL;
            INSERT OR IGNORE INTO run_summaries SELECT id, 1, 1, '${summary}', NULL FROM batches WHERE number = 1`,
      becomes: 'completed',
      afterwards: async ({ ask }) => {
        const made = await ask('summary', { batch: 1 })
        if (made.state !== 'ready' || made.summary.number !== 1) throw new Error(JSON.stringify(made))
        await ask('report', { batch: 1, format: 'text' })
      },
    }),
  ),
  {
    name: 'actions that can be undone in no known shape',
    when: 'running',
    sql: `INSERT INTO undo_actions (at, actor, surface, command, steps, marks) VALUES
            (1, 'ana', 'command line', 'pause', '{', '{'),
            (1, 'ana', 'command line', 'moon', '[]', '[]'),
            (1, 'ana', 'command line', 'pause', '[{"batch":5,"before":{"priority":"x"},"after":{}}]', '{"before":{},"after":{}}')`,
    becomes: 'completed',
    afterwards: async ({ api }) => {
      await api.invoke('undo', {})
      await api.invoke('undo', {})
    },
  },
  {
    name: 'batches that continue each other in a circle',
    when: 'queued',
    sql: `INSERT INTO batch_continues SELECT a.id, b.id FROM batches a, batches b WHERE a.number <> b.number`,
    becomes: 'completed',
  },
  {
    name: 'a file to hash that never ends',
    when: 'running',
    sql: `INSERT INTO file_states (path, size, mtime_ms) VALUES ('/dev/zero', 0, 0), ('', -1, -1), ('/', 0, 1e300)`,
    becomes: 'completed',
  },
  {
    name: 'a configuration with another name and digest',
    when: 'running',
    sql: `UPDATE configurations SET name = hex(zeroblob(1000000)), trusted_digest = '', created_at = 9e17`,
    becomes: 'completed',
  },
  {
    name: 'claim tokens that nobody gave',
    when: 'running',
    sql: `INSERT INTO claim_tokens VALUES (''), ('x'), (hex(zeroblob(100000)))`,
    becomes: 'completed',
  },
  ...['{', '5', '[]', '{"a":1}'].map(
    (variables): State => ({
      name: `inputs to look up with variables that are ${variables}`,
      when: 'queued',
      sql: `DROP TRIGGER batch_identity_agrees; DROP TRIGGER seal_is_kept;
            UPDATE batches SET expands = 'when-claimed', sealed = 0, host_id = NULL WHERE number = 1;
            INSERT INTO batch_sources (batch_id, text, variables) SELECT id, 'batches: []', '${variables}' FROM batches WHERE number = 1`,
      becomes: 'failed',
      cause: 'inputs-not-found',
      attention: 'ended-badly',
    }),
  ),
]

describe('a host keeps running the queue, and ends on request, with', () => {
  for (const state of states) test(state.name, () => expectRest(state))
})
