/**
 * Statements that would break a rule of the design, with the words of the refusal, and their legal neighbours.
 * They meet the scene of rules.test.ts: #1 `edm` running with jobs 1–5 succeeded, failed, running, cancelled,
 * pending; #2 and #3 queued; #4 paused `evolve` 0-9; #5 on hold; #6 unsealed; #7 cancelled `edm`; #8 paused
 * `evolve` 20-29.
 */

/** The last statement is the one that is refused; those before it, parted by `; `, are legal preparations. */
export type Attack = { why: string; sql: string; refusal: string }
export type Neighbour = { why: string; sql: string; shows: string }

const columns = '(id, configuration_id, batch_type, status, sealed, position, created_at)'

/** The legal preparations of an attack and the statement that is to be refused. */
export function inTwo({ sql }: Attack): { preparation: string; statement: string } {
  const cut = sql.lastIndexOf('; ')
  return { preparation: sql.slice(0, Math.max(cut, 0)), statement: sql.slice(cut < 0 ? 0 : cut + 2) }
}

export const attacks: Record<string, Attack[]> = {
  'Rule 1, one running batch:': [
    {
      why: 'a second one by UPDATE',
      sql: `UPDATE batches SET status = 'running', position = 0 WHERE id = 'b2'`,
      refusal: 'this position is taken',
    },
    {
      why: 'a second one in its place by UPDATE OR REPLACE',
      sql: `UPDATE OR REPLACE batches SET status = 'running', position = 0 WHERE id = 'b2'`,
      refusal: 'this position is taken',
    },
    {
      why: 'a second one without a position',
      sql: `UPDATE batches SET status = 'running', position = NULL WHERE id = 'b2'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a second one at another place',
      sql: `UPDATE batches SET status = 'running' WHERE id = 'b2'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a second one by INSERT',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 1, 'x', 'running', 1, 0, 1)`,
      refusal: 'a batch begins as initiated',
    },
    {
      why: 'a second one by INSERT OR REPLACE',
      sql: `INSERT OR REPLACE INTO batches ${columns} VALUES ('x', 1, 'x', 'running', 1, 0, 1)`,
      refusal: 'a batch begins as initiated',
    },
    {
      why: 'all queued ones at once',
      sql: `UPDATE batches SET status = 'running', position = 0 WHERE status = 'queued'`,
      refusal: 'this position is taken',
    },
    {
      why: 'position 0 for a queued one',
      sql: `UPDATE batches SET position = 0 WHERE id = 'b2'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a place that is taken',
      sql: `UPDATE batches SET position = 2 WHERE id = 'b2'`,
      refusal: 'this position is taken',
    },
    {
      why: 'a place that is taken, by UPDATE OR REPLACE',
      sql: `UPDATE OR REPLACE batches SET position = 2 WHERE id = 'b2'`,
      refusal: 'this position is taken',
    },
    {
      why: 'a taken place, moved as Slipway moves',
      sql: `INSERT INTO position_moves SELECT number, 2 FROM batches WHERE id = 'b2'`,
      refusal: 'this position is taken',
    },
    {
      why: 'a queued batch without a rank',
      sql: `UPDATE batches SET rank = NULL WHERE id = 'b2'`,
      refusal: 'a queued batch, and no other, has a rank',
    },
    {
      why: 'a rank beyond all others that could come',
      sql: `UPDATE batches SET rank = 9223372036854775807 WHERE id = 'b2'`,
      refusal: 'rank_is_in_bounds',
    },
    {
      why: 'one place for two',
      sql: `UPDATE batches SET position = 7 WHERE status = 'queued'`,
      refusal: 'this position is taken',
    },
    {
      why: 'queued without a place',
      sql: `UPDATE batches SET position = NULL WHERE id = 'b2'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a place below 1',
      sql: `UPDATE batches SET position = -3 WHERE id = 'b2'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a place for a paused one',
      sql: `UPDATE batches SET position = 3 WHERE id = 'b4'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a place for a finished one',
      sql: `UPDATE batches SET position = 3 WHERE id = 'b7'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a running one without its place',
      sql: `UPDATE batches SET position = NULL WHERE id = 'b1'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a running one deleted',
      sql: `DELETE FROM batches WHERE id = 'b1'`,
      refusal: 'cancelled, not deleted',
    },
    { why: 'all batches deleted', sql: 'DELETE FROM batches', refusal: 'cancelled, not deleted' },
  ],
  'Rule 2, no active duplicate:': [
    {
      why: 'a second one by INSERT',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 1, 'edm', 'initiated', 0, NULL, 1)`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'a second one by INSERT OR REPLACE',
      sql: `INSERT OR REPLACE INTO batches ${columns} VALUES ('x', 1, 'edm', 'initiated', 1, NULL, 1)`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'a second one with a status that becomes its default later',
      sql: `INSERT OR REPLACE INTO batches ${columns} VALUES ('x', 1, 'edm', NULL, 0, NULL, 1)`,
      refusal: 'never NULL',
    },
    {
      why: 'two at once',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 1, 'new', 'initiated', 1, NULL, 1), ('y', 1, 'new', 'initiated', 1, NULL, 1)`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'by a change of type',
      sql: `UPDATE batches SET batch_type = 'edm' WHERE id = 'b2'`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'by a change of type, OR REPLACE',
      sql: `UPDATE OR REPLACE batches SET batch_type = 'edm' WHERE id = 'b2'`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'by a change of the range to the same',
      sql: `UPDATE batches SET range_start = 0, range_end = 9 WHERE id = 'b8'`,
      refusal: 'the range overlaps',
    },
    {
      why: 'by a change of configuration',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 2, 'edm', 'initiated', 1, NULL, 1); UPDATE batches SET configuration_id = 1 WHERE id = 'x'`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'a finished one queued again',
      sql: `UPDATE batches SET status = 'queued', position = 9, completed_at = NULL WHERE id = 'b7'`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'a finished one queued again, OR REPLACE',
      sql: `UPDATE OR REPLACE batches SET status = 'queued', position = 9, completed_at = NULL WHERE id = 'b7'`,
      refusal: 'an active batch with this identity exists',
    },
    {
      why: 'a duplicate of nothing',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, duplicate_of) VALUES ('x', 1, 'edm', 1, 'no such batch')`,
      refusal: 'duplicate_of must name',
    },
    {
      why: 'a duplicate of something else',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, duplicate_of) VALUES ('x', 1, 'edm', 1, 'b2')`,
      refusal: 'duplicate_of must',
    },
    {
      why: 'a duplicate of quite another range',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of) VALUES ('x', 1, 'evolve', 1, 0, 9, 'b8')`,
      refusal: 'duplicate_of must',
    },
    {
      why: 'a duplicate of one that has ended',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, duplicate_of) VALUES ('x', 1, 'edm', 1, 'b7')`,
      refusal: 'duplicate_of must',
    },
    {
      why: 'a duplicate that names one of the two it collides with',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of) VALUES ('x', 1, 'evolve', 1, 5, 25, 'b4')`,
      refusal: 'duplicate_of must cover',
    },
    {
      why: 'a duplicate that grows over another',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of) VALUES ('x', 1, 'evolve', 1, 5, 12, 'b4'); UPDATE batches SET range_end = 25 WHERE id = 'x'`,
      refusal: 'duplicate_of must cover',
    },
    {
      why: 'a duplicate of itself',
      sql: `UPDATE batches SET duplicate_of = 'b2' WHERE id = 'b2'`,
      refusal: 'duplicates_another',
    },
    {
      why: 'another number',
      sql: `UPDATE batches SET number = 70 WHERE id = 'b1'`,
      refusal: 'keeps its id and number',
    },
    {
      why: 'another number through rowid, over a second batch',
      sql: `UPDATE OR REPLACE batches SET rowid = 2 WHERE id = 'b1'`,
      refusal: 'keeps its id and number',
    },
    {
      why: 'another number through _rowid_',
      sql: `UPDATE batches SET _rowid_ = 70 WHERE id = 'b1'`,
      refusal: 'keeps its id and number',
    },
    {
      why: 'another id',
      sql: `UPDATE batches SET id = 'x' WHERE id = 'b1'`,
      refusal: 'keeps its id and number',
    },
    {
      why: 'an existing id, replaced',
      sql: `REPLACE INTO batches ${columns} VALUES ('b8', 1, 'x', 'initiated', 1, NULL, 1)`,
      refusal: 'a batch with this id or number exists',
    },
    {
      why: 'an existing number, replaced',
      sql: `REPLACE INTO batches (number, id, configuration_id, batch_type, created_at) VALUES (1, 'x', 1, 'x', 1)`,
      refusal: 'a batch with this id or number exists',
    },
    {
      why: 'an existing number through oid, replaced',
      sql: `REPLACE INTO batches (oid, id, configuration_id, batch_type, created_at) VALUES (1, 'x', 1, 'x', 1)`,
      refusal: 'a batch with this id or number exists',
    },
    {
      why: 'an upsert',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at) VALUES ('b8', 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET batch_type = 'x'`,
      refusal: 'a batch with this id or number exists',
    },
    {
      why: 'a number that would make every later batch look like a copy',
      sql: `INSERT INTO batches (number, id, configuration_id, batch_type, created_at) VALUES (-1, 'x', 1, 'x', 1)`,
      refusal: 'number_is_positive',
    },
    {
      why: 'its configuration replaced',
      sql: `REPLACE INTO configurations (name, spec_path, project_path, created_at) VALUES ('flood', '/work/flood.slipway.yaml', '/work', 2)`,
      refusal: 'this configuration exists',
    },
    {
      why: 'its configuration deleted',
      sql: 'DELETE FROM configurations WHERE id = 1',
      refusal: 'this configuration has batches',
    },
    {
      why: 'its configuration renumbered',
      sql: 'UPDATE configurations SET rowid = 9 WHERE id = 1',
      refusal: 'keeps its id and paths',
    },
    {
      why: 'its configuration moved over another',
      sql: `UPDATE OR REPLACE configurations SET spec_path = '/work/storm.slipway.yaml' WHERE id = 1`,
      refusal: 'keeps its id and paths',
    },
    {
      why: 'a configuration that does not exist',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 99, 'x', 'initiated', 1, NULL, 1)`,
      refusal: 'an existing configuration',
    },
    {
      why: 'moved to a configuration that does not exist',
      sql: `UPDATE batches SET configuration_id = 99 WHERE id = 'b2'`,
      refusal: 'an existing configuration',
    },
  ],
  'Rule 3, no overlapping ranges:': [
    {
      why: 'by INSERT',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'evolve', 1, 9, 12)`,
      refusal: 'the range overlaps',
    },
    {
      why: 'by INSERT OR REPLACE',
      sql: `INSERT OR REPLACE INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'evolve', 1, -5, 50)`,
      refusal: 'the range overlaps',
    },
    {
      why: 'written as text',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'evolve', 1, '9', '12')`,
      refusal: 'the range overlaps',
    },
    {
      why: 'with a status that becomes its default later',
      sql: `INSERT OR REPLACE INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, status) VALUES ('x', 1, 'evolve', 1, 9, 12, NULL)`,
      refusal: 'never NULL',
    },
    {
      why: 'two at once',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'new', 1, 1, 5), ('y', 1, 'new', 1, 5, 6)`,
      refusal: 'the range overlaps',
    },
    {
      why: 'a range that grows',
      sql: `UPDATE batches SET range_end = 25 WHERE id = 'b4'`,
      refusal: 'the range overlaps',
    },
    {
      why: 'all ranges of a type',
      sql: `UPDATE batches SET range_start = 0, range_end = 100 + number WHERE batch_type = 'evolve'`,
      refusal: 'the range overlaps',
    },
    {
      why: 'by a change of type',
      sql: `UPDATE batches SET batch_type = 'evolve', range_start = 5, range_end = 5 WHERE id = 'b5'`,
      refusal: 'the range overlaps',
    },
    {
      why: 'half a range',
      sql: `UPDATE batches SET range_end = NULL WHERE id = 'b4'`,
      refusal: 'range_is_whole',
    },
    {
      why: 'a range backwards',
      sql: `UPDATE batches SET range_start = 50, range_end = 40 WHERE id = 'b4'`,
      refusal: 'range_is_whole',
    },
    {
      why: 'a duplicate that forgets what it duplicates',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of) VALUES ('x', 1, 'evolve', 1, 5, 12, 'b4'); UPDATE batches SET duplicate_of = NULL WHERE id = 'x'`,
      refusal: 'the range overlaps',
    },
  ],
  'Rule 4, only legal transitions:': [
    {
      why: 'from the end to the middle',
      sql: `UPDATE batches SET status = 'paused', batch_type = 'x', completed_at = NULL WHERE id = 'b7'`,
      refusal: 'illegal batch transition',
    },
    {
      why: 'completed without running',
      sql: `UPDATE batches SET status = 'completed', position = NULL, completed_at = 1 WHERE id = 'b2'`,
      refusal: 'illegal batch transition',
    },
    {
      why: 'many rows, one of them illegal',
      sql: `UPDATE batches SET status = 'completed', position = NULL, completed_at = 1 WHERE sealed`,
      refusal: 'illegal batch transition',
    },
    {
      why: 'a status that is NULL',
      sql: `UPDATE OR REPLACE batches SET status = NULL WHERE id = 'b4'`,
      refusal: 'illegal batch transition',
    },
    {
      why: 'a job from the end to the middle',
      sql: `UPDATE jobs SET status = 'running', completed_at = NULL WHERE id = 1`,
      refusal: 'illegal job transition',
    },
    {
      why: 'a job done without running',
      sql: `UPDATE jobs SET status = 'succeeded', completed_at = 1, claim_token = 'token' WHERE id = 5`,
      refusal: 'illegal job transition',
    },
    {
      why: 'a new batch transition',
      sql: `INSERT INTO batch_transitions VALUES ('completed', 'running')`,
      refusal: 'part of the schema',
    },
    {
      why: 'a replaced batch transition',
      sql: `REPLACE INTO batch_transitions VALUES ('queued', 'running')`,
      refusal: 'part of the schema',
    },
    {
      why: 'a changed batch transition',
      sql: `UPDATE batch_transitions SET to_status = 'completed'`,
      refusal: 'part of the schema',
    },
    { why: 'no batch transitions', sql: 'DELETE FROM batch_transitions', refusal: 'part of the schema' },
    {
      why: 'a new job transition',
      sql: `INSERT INTO job_transitions VALUES ('pending', 'succeeded')`,
      refusal: 'part of the schema',
    },
    {
      why: 'a changed job transition',
      sql: `UPDATE OR REPLACE job_transitions SET to_status = 'succeeded'`,
      refusal: 'part of the schema',
    },
    { why: 'no job transitions', sql: 'DELETE FROM job_transitions', refusal: 'part of the schema' },
  ],
  'Rule 5, a finish time if and only if final:': [
    {
      why: 'cancelled without a time',
      sql: `UPDATE batches SET status = 'cancelled', position = NULL WHERE id = 'b2'`,
      refusal: 'finished_if_final',
    },
    {
      why: 'a time for one that is queued',
      sql: `UPDATE batches SET completed_at = 1 WHERE id = 'b2'`,
      refusal: 'finished_if_final',
    },
    {
      why: 'a final one that loses its time',
      sql: `UPDATE batches SET completed_at = NULL WHERE id = 'b7'`,
      refusal: 'finished_if_final',
    },
    {
      why: 'queued again with its old time',
      sql: `UPDATE batches SET status = 'queued', position = 9, batch_type = 'x' WHERE id = 'b7'`,
      refusal: 'finished_if_final',
    },
    {
      why: 'a job that failed at no time',
      sql: `UPDATE jobs SET status = 'failed' WHERE id = 3`,
      refusal: 'job_finished_if_final',
    },
    {
      why: 'a pending job with a time',
      sql: 'UPDATE jobs SET completed_at = 1 WHERE id = 5',
      refusal: 'job_finished_if_final',
    },
    {
      why: 'a time that is a word',
      sql: `UPDATE batches SET completed_at = 'yesterday' WHERE id = 'b7'`,
      refusal: 'cannot store TEXT',
    },
  ],
  'Rule 6, counters never drift:': [
    ...['jobs_total', 'jobs_pending', 'jobs_running', 'jobs_succeeded', 'jobs_failed', 'jobs_cancelled'].map(
      (column) => ({
        why: `${column} forged`,
        sql: `UPDATE batches SET ${column} = ${column} + 1 WHERE id = 'b1'`,
        refusal: 'counters are kept by triggers',
      }),
    ),
    {
      why: 'a fill for a sealed batch',
      sql: `INSERT INTO job_fills VALUES ('b1', '[[9, "", "{}", ""]]')`,
      refusal: 'not sealed',
    },
    ...['OR FAIL ', 'OR IGNORE ', 'OR REPLACE ', ''].map((how) => ({
      why: `a fill ${how}whose second job has the place of the first`,
      sql: `INSERT ${how}INTO job_fills VALUES ('b6', '[[91, "", "{}", ""], [91, "", "{}", ""]]')`,
      refusal: 'a job with this id or ordinal exists',
    })),
    ...['OR FAIL ', 'OR IGNORE ', ''].map((how) => ({
      why: `a fill ${how}whose second job has no input`,
      sql: `INSERT ${how}INTO job_fills VALUES ('b6', '[[91, "", "{}", ""], [92, null, "{}", ""]]')`,
      refusal: 'a job has an ordinal, an input and a command',
    })),
    {
      why: 'a fill that is not JSON',
      sql: `INSERT INTO job_fills VALUES ('b6', '[[91')`,
      refusal: 'malformed JSON',
    },
    {
      why: 'one count forged into another',
      sql: `UPDATE batches SET jobs_failed = 0, jobs_succeeded = 2 WHERE id = 'b1'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'counts together with a status',
      sql: `UPDATE batches SET status = 'completed', position = NULL, completed_at = 1, jobs_pending = 0, jobs_running = 0, jobs_succeeded = 3 WHERE id = 'b1'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'counts that are NULL',
      sql: `UPDATE OR REPLACE batches SET jobs_total = NULL, jobs_pending = NULL WHERE id = 'b2'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'a batch born with counts',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, jobs_total, jobs_pending) VALUES ('x', 1, 'x', 1, 3, 3)`,
      refusal: 'counts_add_up',
    },
    {
      why: 'counts that cancel out',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, jobs_pending, jobs_failed) VALUES ('x', 1, 'x', 1, 3, -3)`,
      refusal: 'counts_add_up',
    },
    {
      why: 'what was counted forged',
      sql: `UPDATE jobs SET counted = 'failed' WHERE id = 1`,
      refusal: 'counted is kept by triggers',
    },
    {
      why: 'what was counted forgotten',
      sql: 'UPDATE jobs SET counted = NULL',
      refusal: 'counted is kept by triggers',
    },
    {
      why: 'a status and its count in one go',
      sql: `UPDATE jobs SET status = 'cancelled', completed_at = 1, counted = 'cancelled' WHERE id = 5`,
      refusal: 'counted is kept by triggers',
    },
    {
      why: 'a job born counted',
      sql: `INSERT INTO jobs (batch_id, ordinal, counted) VALUES ('b6', 2, 'pending')`,
      refusal: 'counted is kept by triggers',
    },
    {
      why: 'a job counted as new once more',
      sql: `UPDATE batches SET jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1, counted_to = counted_to WHERE id = 'b6'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'the job of another batch counted as new',
      sql: `UPDATE batches SET jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1, counted_to = (SELECT max(id) FROM jobs) WHERE id = 'b1'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'a job that does not exist counted as new',
      sql: `UPDATE batches SET jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1, counted_to = 999 WHERE id = 'b6'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'jobs to be counted as new again',
      sql: `UPDATE batches SET counted_to = 0 WHERE id = 'b6'`,
      refusal: `the ids of a batch's jobs go up`,
    },
    {
      why: 'jobs to be counted as new again, by what a NULL becomes',
      sql: `UPDATE OR REPLACE batches SET counted_to = NULL WHERE id = 'b6'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'a change counted of a job that did not change',
      sql: `UPDATE batches SET jobs_pending = jobs_pending - 1, jobs_failed = jobs_failed + 1, counted_job = 5 WHERE id = 'b1'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'a job named as counted',
      sql: `UPDATE batches SET counted_job = 5 WHERE id = 'b1'`,
      refusal: 'counters are kept by triggers',
    },
    {
      why: 'a batch born with jobs counted',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, counted_to) VALUES ('x', 1, 'x', 1, -1)`,
      refusal: 'a new batch has no jobs yet',
    },
    {
      why: 'a batch born with a job counted',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, counted_job) VALUES ('x', 1, 'x', 1, 5)`,
      refusal: 'a new batch has no jobs yet',
    },
    {
      why: 'a job below those that were counted',
      sql: `INSERT INTO jobs (id, batch_id, ordinal) VALUES (900, 'b6', 2); INSERT INTO jobs (id, batch_id, ordinal) VALUES (899, 'b6', 3)`,
      refusal: `the ids of a batch's jobs go up`,
    },
    {
      why: 'a job moved to another batch',
      sql: `UPDATE jobs SET batch_id = 'b2' WHERE id = 5`,
      refusal: 'keeps its id, batch and ordinal',
    },
    {
      why: 'a job renumbered',
      sql: 'UPDATE jobs SET ordinal = 99 WHERE id = 5',
      refusal: 'keeps its id, batch and ordinal',
    },
    {
      why: 'a job with another id',
      sql: 'UPDATE jobs SET id = 99 WHERE id = 5',
      refusal: 'keeps its id, batch and ordinal',
    },
    {
      why: 'a job over another through rowid',
      sql: 'UPDATE OR REPLACE jobs SET rowid = 4 WHERE id = 5',
      refusal: 'keeps its id, batch and ordinal',
    },
    {
      why: 'a job over another through oid',
      sql: 'UPDATE OR IGNORE jobs SET oid = 99 WHERE id = 5',
      refusal: 'keeps its id, batch and ordinal',
    },
    {
      why: 'a job deleted',
      sql: 'DELETE FROM jobs WHERE id = 5',
      refusal: 'removed only together with their batch',
    },
    { why: 'all jobs deleted', sql: 'DELETE FROM jobs', refusal: 'removed only together with their batch' },
    {
      why: 'a job replaced',
      sql: `REPLACE INTO jobs (id, batch_id, ordinal) VALUES (1, 'b6', 2)`,
      refusal: 'a job with this id or ordinal exists',
    },
    {
      why: 'a job replaced at its place',
      sql: `REPLACE INTO jobs (batch_id, ordinal) VALUES ('b6', 1)`,
      refusal: 'a job with this id or ordinal exists',
    },
    {
      why: 'a job of no batch',
      sql: `INSERT INTO jobs (batch_id, ordinal) VALUES ('no such batch', 1)`,
      refusal: 'an existing batch that is not sealed',
    },
    {
      why: 'an id that would make every later job look like a copy',
      sql: `INSERT INTO jobs (id, batch_id, ordinal) VALUES (-1, 'b6', 2)`,
      refusal: 'job_id_is_positive',
    },
  ],
  'Rule 7, a verdict needs the claim:': [
    {
      why: 'with another token',
      sql: `UPDATE jobs SET status = 'succeeded', completed_at = 9, claim_token = 'stolen' WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'with no token',
      sql: `UPDATE jobs SET status = 'failed', completed_at = 9, claim_token = NULL WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'OR IGNORE with another token',
      sql: `UPDATE OR IGNORE jobs SET status = 'failed', completed_at = 9, claim_token = '' WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'after the batch was taken over',
      sql: `UPDATE batches SET claim_token = 'new' WHERE id = 'b1'; UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'after the token was taken away',
      sql: `UPDATE batches SET claim_token = NULL WHERE id = 'b1'`,
      refusal: 'a running batch keeps a claim token',
    },
    {
      why: 'in a batch that was never claimed',
      sql: `UPDATE jobs SET status = 'running' WHERE batch_id = 'b2'; UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE batch_id = 'b2'`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'in a batch that was paused with its token',
      sql: `UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b1'; UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'a job born with a verdict',
      sql: `INSERT INTO jobs (batch_id, ordinal, status, completed_at) VALUES ('b6', 2, 'succeeded', 1)`,
      refusal: 'a new job is pending',
    },
    {
      why: 'a job born running',
      sql: `INSERT INTO jobs (batch_id, ordinal, status) VALUES ('b6', 2, 'running')`,
      refusal: 'a new job is pending',
    },
    {
      why: 'an interrupted job returned without a token',
      sql: `UPDATE jobs SET status = 'pending', claim_token = NULL WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'an interrupted job returned after the batch was taken over',
      sql: `UPDATE batches SET claim_token = 'new' WHERE id = 'b1'; UPDATE jobs SET status = 'pending' WHERE id = 3`,
      refusal: 'a claim that is no longer valid',
    },
    {
      why: 'a token that was used before',
      sql: `UPDATE batches SET claim_token = 'new' WHERE id = 'b1'; UPDATE batches SET claim_token = 'token' WHERE id = 'b1'`,
      refusal: 'was used before',
    },
    {
      why: 'a used token forgotten',
      sql: `DELETE FROM claim_tokens`,
      refusal: 'append-only',
    },
    {
      why: 'a used token changed',
      sql: `UPDATE claim_tokens SET token = 'other'`,
      refusal: 'append-only',
    },
    {
      why: 'a batch born with a token',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, claim_token) VALUES ('x', 1, 'x', 1, 'mine')`,
      refusal: 'a batch begins as initiated',
    },
    {
      why: 'another exit code after the verdict',
      sql: `UPDATE jobs SET exit_code = 0 WHERE id = 2`,
      refusal: 'a verdict stands',
    },
    {
      why: 'another end of a job after the verdict',
      sql: `UPDATE OR REPLACE jobs SET completed_at = 99, error = 'other' WHERE id = 1`,
      refusal: 'a verdict stands',
    },
    {
      why: 'a job that forgets its attempts',
      sql: `UPDATE jobs SET attempts = 0 WHERE id = 2`,
      refusal: 'only goes up',
    },
    {
      why: 'a job that forgets its attempts by a NULL',
      sql: `UPDATE OR REPLACE jobs SET attempts = NULL WHERE id = 2`,
      refusal: 'only goes up',
    },
    {
      why: 'attempts that leap',
      sql: `UPDATE jobs SET attempts = 9 WHERE id = 5`,
      refusal: 'only goes up',
    },
    {
      why: 'an attempt recorded while it runs',
      sql: `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) VALUES (3, 1, 'failed', 1, 1, 1)`,
      refusal: 'when it has begun and ended',
    },
    {
      why: 'an attempt recorded before it begins',
      sql: `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) VALUES (5, 1, 'failed', 1, 1, 1)`,
      refusal: 'when it has begun and ended',
    },
    {
      why: 'an attempt of no job',
      sql: `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) VALUES (999, 1, 'failed', 1, 1, 1)`,
      refusal: 'when it has begun and ended',
    },
  ],
  'Bounds:': [
    {
      why: 'an event at the end of all ids',
      sql: `INSERT INTO events (id, at, kind, actor) VALUES (9223372036854775807, 1, 'forged', 'bob')`,
      refusal: 'event_id_is_in_bounds',
    },
    {
      why: 'a job at the end of all ids',
      sql: `INSERT INTO jobs (id, batch_id, ordinal) VALUES (9223372036854775807, 'b6', 2)`,
      refusal: 'job_id_is_in_bounds',
    },
    {
      why: 'a job at the end of all places',
      sql: `INSERT INTO jobs (batch_id, ordinal) VALUES ('b6', 9223372036854775807)`,
      refusal: 'job_id_is_in_bounds',
    },
    {
      why: 'a batch at the end of all numbers',
      sql: `INSERT INTO batches (number, id, configuration_id, batch_type, created_at) VALUES (9223372036854775807, 'x', 1, 'x', 1)`,
      refusal: 'number_is_in_bounds',
    },
    {
      why: 'an action to undo at the end of all ids',
      sql: `INSERT INTO undo_actions (id, at, actor, surface, command, steps, marks) VALUES (9223372036854775807, 1, 'a', 's', 'c', '[]', '{}')`,
      refusal: 'undo_id_is_in_bounds',
    },
    {
      why: 'a configuration at the end of all ids',
      sql: `INSERT INTO configurations (id, name, spec_path, project_path, created_at) VALUES (9223372036854775807, 'x', '/x', '/x', 1)`,
      refusal: 'configuration_id_is_in_bounds',
    },
    {
      why: 'the state of a file at the end of all ids',
      sql: `INSERT INTO file_states (id, path, size, mtime_ms) VALUES (9223372036854775807, '/x', 1, 1)`,
      refusal: 'file_state_id_is_in_bounds',
    },
    {
      why: 'the next event at the end of all ids',
      sql: `UPDATE sqlite_sequence SET seq = 9223372036854775806 WHERE name = 'events'; INSERT INTO events (at, kind, actor) VALUES (1, 'forged', 'bob')`,
      refusal: 'event_id_is_in_bounds',
    },
    {
      why: 'the next batch beyond all numbers',
      sql: `UPDATE sqlite_sequence SET seq = 5000000000 WHERE name = 'batches'; INSERT INTO batches (id, configuration_id, batch_type, created_at) VALUES ('x', 1, 'x', 1)`,
      refusal: 'number_is_in_bounds',
    },
    {
      why: 'a place behind all others',
      sql: `UPDATE batches SET position = 9223372036854775807 WHERE id = 'b3'`,
      refusal: 'position_says_status',
    },
    {
      why: 'a time after which nothing can be queued',
      sql: `UPDATE batches SET queued_at = 9223372036854775807 WHERE id = 'b3'`,
      refusal: 'batch_numbers_are_in_bounds',
    },
    {
      why: 'a priority below all others',
      sql: `UPDATE batches SET priority = -9223372036854775808 WHERE id = 'b3'`,
      refusal: 'batch_numbers_are_in_bounds',
    },
    {
      why: 'a run after which none can come',
      sql: `UPDATE batches SET run = 9223372036854775807 WHERE id = 'b3'`,
      refusal: 'batch_numbers_are_in_bounds',
    },
    {
      why: 'a batch that was made after all time',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at) VALUES ('x', 1, 'x', 9223372036854775807)`,
      refusal: 'batch_numbers_are_in_bounds',
    },
    {
      why: 'failures that can not become more',
      sql: `UPDATE jobs SET failures = 9223372036854775807 WHERE id = 3`,
      refusal: 'job_numbers_are_in_bounds',
    },
    {
      why: 'a job that ended after all time',
      sql: `UPDATE jobs SET status = 'cancelled', completed_at = 9223372036854775807 WHERE id = 5`,
      refusal: 'job_numbers_are_in_bounds',
    },
    {
      why: 'a batch that waits for itself',
      sql: `INSERT INTO batch_after VALUES ('b2', 'two', 'b2')`,
      refusal: 'waits for another one',
    },
    {
      why: 'a batch that continues itself',
      sql: `UPDATE batches SET continues = 'b2' WHERE id = 'b2'`,
      refusal: 'continues another one',
    },
  ],
  'Hosts:': [
    {
      why: 'a second executor',
      sql: `INSERT INTO hosts (id, kind, pid, process_started_at, boot_id, started_at, heartbeat_at) VALUES ('h', 'test', 1, '1', 'b', 1, 1), ('i', 'test', 2, '1', 'b', 1, 1); UPDATE OR REPLACE hosts SET executor = 1`,
      refusal: 'another host is the executor',
    },
    {
      why: 'an executor by birth',
      sql: `REPLACE INTO hosts (id, kind, pid, process_started_at, boot_id, started_at, heartbeat_at, executor) VALUES ('h', 'test', 1, '1', 'b', 1, 1, 1)`,
      refusal: 'before it is the executor',
    },
  ],
  'Rule 8, sealed before finished:': [
    {
      why: 'an unsealed one finished',
      sql: `UPDATE batches SET status = 'cancelled', completed_at = 1 WHERE id = 'b6'`,
      refusal: 'sealed_before_finished',
    },
    {
      why: 'an unsealed one born finished',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, status, completed_at) VALUES ('x', 1, 'x', 1, 'completed', 1)`,
      refusal: 'a batch begins as initiated',
    },
    {
      why: 'an unsealed one queued',
      sql: `UPDATE batches SET status = 'queued', position = 9 WHERE id = 'b6'`,
      refusal: 'sealed before it is queued',
    },
    {
      why: 'an unsealed one that looks up its inputs later, claimed',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, expands) VALUES ('x', 1, 'x', 1, 'when-claimed'); UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b1'; UPDATE batches SET status = 'queued', position = 9 WHERE id = 'x'; UPDATE batches SET status = 'running', position = 0 WHERE id = 'x'`,
      refusal: 'sealed before it is queued, paused or run',
    },
    {
      why: 'a batch that changes when its inputs are looked up',
      sql: `UPDATE batches SET expands = 'when-claimed' WHERE id = 'b6'`,
      refusal: 'keeps when its inputs are looked up',
    },
    {
      why: 'the seal broken',
      sql: `UPDATE batches SET sealed = 0 WHERE id = 'b2'`,
      refusal: 'a sealed batch stays sealed',
    },
    {
      why: 'the seal broken by a NULL',
      sql: `UPDATE OR REPLACE batches SET sealed = NULL WHERE id = 'b2'`,
      refusal: 'a sealed batch stays sealed',
    },
    {
      why: 'the seal of a finished one broken',
      sql: `UPDATE batches SET sealed = 0 WHERE id = 'b7'`,
      refusal: 'sealed',
    },
    {
      why: 'a seal that is neither',
      sql: `UPDATE batches SET sealed = 2 WHERE id = 'b6'`,
      refusal: 'sealed_is_boolean',
    },
    {
      why: 'one that was cut off queued again',
      sql: `UPDATE batches SET sealed = 1, cut_off = 1 WHERE id = 'b6'; UPDATE batches SET status = 'cancelled', completed_at = 9 WHERE id = 'b6'; UPDATE batches SET status = 'queued', position = 9, completed_at = NULL WHERE id = 'b6'`,
      refusal: 'this batch has not all its jobs',
    },
    {
      why: 'what was cut off declared whole',
      sql: `UPDATE batches SET sealed = 1, cut_off = 1 WHERE id = 'b6'; UPDATE batches SET status = 'cancelled', completed_at = 9 WHERE id = 'b6'; UPDATE batches SET cut_off = 0 WHERE id = 'b6'`,
      refusal: 'stays so',
    },
    {
      why: 'what was cut off declared whole by a NULL',
      sql: `UPDATE batches SET sealed = 1, cut_off = 1 WHERE id = 'b6'; UPDATE batches SET status = 'cancelled', completed_at = 9 WHERE id = 'b6'; UPDATE OR REPLACE batches SET cut_off = NULL WHERE id = 'b6'`,
      refusal: 'stays so',
    },
    {
      why: 'a cut that is neither',
      sql: `UPDATE batches SET cut_off = 2 WHERE id = 'b6'`,
      refusal: 'cut_off_is_boolean',
    },
    {
      why: 'a job added after the seal',
      sql: `INSERT INTO jobs (batch_id, ordinal) VALUES ('b2', 3)`,
      refusal: 'an existing batch that is not sealed',
    },
    {
      why: 'a job added after the end',
      sql: `INSERT OR REPLACE INTO jobs (batch_id, ordinal) VALUES ('b7', 1)`,
      refusal: 'an existing batch that is not sealed',
    },
  ],
  'The audit trail:': [
    { why: 'an event changed', sql: `UPDATE events SET actor = 'bob' WHERE id = 1`, refusal: 'append-only' },
    { why: 'an event changed, OR IGNORE', sql: `UPDATE OR IGNORE events SET at = 0`, refusal: 'append-only' },
    { why: 'an event deleted', sql: 'DELETE FROM events WHERE id = 2', refusal: 'append-only' },
    {
      why: 'an event replaced',
      sql: `REPLACE INTO events (id, at, kind, actor) VALUES (1, 1, 'forged', 'bob')`,
      refusal: 'append-only',
    },
    {
      why: 'an id that would make every later event look like a copy',
      sql: `INSERT INTO events (id, at, kind, actor) VALUES (-1, 1, 'forged', 'bob')`,
      refusal: 'event_id_is_positive',
    },
    {
      why: 'an attempt changed',
      sql: `UPDATE attempts SET outcome = 'succeeded'`,
      refusal: 'a verdict is recorded once',
    },
    {
      why: 'an attempt deleted',
      sql: 'DELETE FROM attempts WHERE job_id = 2',
      refusal: 'a verdict is recorded once',
    },
    {
      why: 'an attempt replaced',
      sql: `REPLACE INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) VALUES (2, 1, 'succeeded', 1, 1, 1)`,
      refusal: 'this attempt has its verdict',
    },
  ],
}

export const legalNeighbours: Record<string, Neighbour[]> = {
  'Rule 1': [
    {
      why: 'the next one once the place is free',
      sql: `UPDATE batches SET status = 'completed_with_errors', position = NULL, completed_at = 9 WHERE id = 'b1'; UPDATE batches SET status = 'running', position = 0 WHERE id = 'b2'`,
      shows: `SELECT count(*) FROM batches WHERE status = 'running' AND id = 'b2'`,
    },
    {
      why: 'a free place',
      sql: `UPDATE batches SET position = 12 WHERE id = 'b2'`,
      shows: `SELECT position = 12 FROM batches WHERE id = 'b2'`,
    },
    {
      why: 'a finished one deleted',
      sql: `DELETE FROM batches WHERE id = 'b7'`,
      shows: `SELECT count(*) = 7 FROM batches`,
    },
  ],
  'Rule 2': [
    {
      why: 'the same type of another configuration',
      sql: `INSERT INTO batches ${columns} VALUES ('x', 2, 'edm', 'initiated', 1, NULL, 1)`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x'`,
    },
    {
      why: 'a knowing duplicate',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, duplicate_of) VALUES ('x', 1, 'edm', 1, 'b1')`,
      shows: `SELECT count(*) FROM batches WHERE duplicate_of = 'b1'`,
    },
    {
      why: 'a batch to go through its life beside its duplicate',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, duplicate_of) VALUES ('x', 1, 'two', 1, 'b2'); UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b2'; UPDATE batches SET status = 'queued', position = 9 WHERE id = 'b2'`,
      shows: `SELECT status = 'queued' FROM batches WHERE id = 'b2'`,
    },
    {
      why: 'a finished one queued again once the other has ended',
      sql: `UPDATE batches SET status = 'cancelled', position = NULL, completed_at = 9 WHERE id = 'b1'; UPDATE batches SET status = 'queued', position = 9, completed_at = NULL WHERE id = 'b7'`,
      shows: `SELECT status = 'queued' FROM batches WHERE id = 'b7'`,
    },
    {
      why: 'a configuration with another name',
      sql: `UPDATE configurations SET name = 'flood-2026' WHERE id = 1`,
      shows: `SELECT name = 'flood-2026' FROM configurations WHERE id = 1`,
    },
    {
      why: 'a configuration without batches deleted',
      sql: 'DELETE FROM configurations WHERE id = 2',
      shows: 'SELECT count(*) FROM configurations',
    },
  ],
  'Rule 3': [
    {
      why: 'the range between',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'evolve', 1, 10, 19)`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x'`,
    },
    {
      why: 'the same range of another type',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end) VALUES ('x', 1, 'other', 1, 0, 9)`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x'`,
    },
    {
      why: 'a range that grows up to its neighbour',
      sql: `UPDATE batches SET range_end = 19 WHERE id = 'b4'`,
      shows: `SELECT range_end = 19 FROM batches WHERE id = 'b4'`,
    },
    {
      why: 'an overlap with two that are both known',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of, also_duplicates) VALUES ('x', 1, 'evolve', 1, 5, 25, 'b4', '["b8"]')`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x'`,
    },
    {
      why: 'an overlap that is known',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, range_start, range_end, duplicate_of) VALUES ('x', 1, 'evolve', 1, 5, 12, 'b4')`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x'`,
    },
  ],
  'Rule 4': [
    {
      why: 'pause and resume',
      sql: `UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b2'; UPDATE batches SET status = 'queued', position = 9 WHERE id = 'b2'`,
      shows: `SELECT position = 9 FROM batches WHERE id = 'b2'`,
    },
  ],
  'Rule 5': [
    {
      why: 'cancelled with a time',
      sql: `UPDATE batches SET status = 'cancelled', position = NULL, completed_at = 9 WHERE id = 'b2'`,
      shows: `SELECT completed_at = 9 FROM batches WHERE id = 'b2'`,
    },
    {
      why: 'a job that returns to the queue without its time',
      sql: `UPDATE jobs SET status = 'pending', completed_at = NULL WHERE id = 2`,
      shows: `SELECT jobs_pending = 2 AND jobs_failed = 0 FROM batches WHERE id = 'b1'`,
    },
  ],
  'Rule 6': [
    {
      why: 'jobs that change, many at once',
      sql: `UPDATE jobs SET status = 'cancelled', completed_at = 9 WHERE status = 'pending'`,
      shows: `SELECT jobs_cancelled = 2 AND jobs_total = 2 FROM batches WHERE id = 'b2'`,
    },
    {
      why: 'jobs added before the seal',
      sql: `INSERT INTO jobs (batch_id, ordinal) VALUES ('b6', 2), ('b6', 3)`,
      shows: `SELECT jobs_total = 3 AND jobs_pending = 3 FROM batches WHERE id = 'b6'`,
    },
    {
      why: 'an unfinished fill removed with its jobs',
      sql: `DELETE FROM batches WHERE id = 'b6'`,
      shows: `SELECT count(*) = 0 FROM jobs WHERE batch_id = 'b6'`,
    },
  ],
  'Rule 7': [
    {
      why: 'a verdict with the token',
      sql: `UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE id = 3`,
      shows: `SELECT jobs_succeeded = 2 AND last_job_finished_at = 9 FROM batches WHERE id = 'b1'`,
    },
    {
      why: 'an interrupted job to return with it',
      sql: `UPDATE jobs SET status = 'pending' WHERE id = 3`,
      shows: `SELECT jobs_pending = 2 FROM batches WHERE id = 'b1'`,
    },
  ],
  'Rule 8': [
    {
      why: 'one that looks up its inputs when it is claimed to wait unsealed, and to run once it is sealed',
      sql: `INSERT INTO batches (id, configuration_id, batch_type, created_at, expands) VALUES ('x', 1, 'x', 1, 'when-claimed'); UPDATE batches SET status = 'queued', position = 9 WHERE id = 'x'; UPDATE batches SET status = 'paused', position = NULL WHERE id = 'x'; UPDATE batches SET status = 'queued', position = 9 WHERE id = 'x'; INSERT INTO jobs (batch_id, ordinal) VALUES ('x', 1); UPDATE batches SET sealed = 1 WHERE id = 'x'; UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b1'; UPDATE batches SET status = 'running', position = 0 WHERE id = 'x'`,
      shows: `SELECT count(*) FROM batches WHERE id = 'x' AND status = 'running'`,
    },
    {
      why: 'sealed, then cancelled',
      sql: `UPDATE batches SET sealed = 1 WHERE id = 'b6'; UPDATE batches SET status = 'cancelled', completed_at = 9 WHERE id = 'b6'`,
      shows: `SELECT jobs_cancelled FROM batches WHERE id = 'b6'`,
    },
  ],
  'The audit trail': [
    {
      why: 'one more event',
      sql: `INSERT INTO events (at, kind, actor) VALUES (3, 'batch_queued', 'ana')`,
      shows: 'SELECT count(*) = 3 FROM events',
    },
    {
      why: 'one more attempt',
      sql: `UPDATE jobs SET status = 'pending', completed_at = NULL WHERE id = 2; UPDATE jobs SET status = 'running' WHERE id = 2; UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE id = 2; INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms) VALUES (2, 2, 'succeeded', 7, 8, 1)`,
      shows: 'SELECT count(*) = 3 FROM attempts',
    },
  ],
}
