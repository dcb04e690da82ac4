-- 003 facts: what code decides by stands in columns of its own; sentences are made where they are shown.

-- When a batch's inputs are looked up: before it is queued, or when it is claimed (it is sealed then).
ALTER TABLE batches ADD COLUMN expands TEXT NOT NULL DEFAULT 'when-added'
  CONSTRAINT expands_is_known CHECK (expands IN ('when-added', 'when-claimed'));
-- Jobs that had failed before this run and are not part of it.
ALTER TABLE batches ADD COLUMN failed_before INTEGER NOT NULL DEFAULT 0;
-- Why, as a code with its values (JSON); `reason` keeps a person's own words, or the sentence of an older row.
ALTER TABLE batches ADD COLUMN reason_code TEXT;
ALTER TABLE batches ADD COLUMN reason_values TEXT;
ALTER TABLE events ADD COLUMN reason_code TEXT;
ALTER TABLE events ADD COLUMN reason_values TEXT;
-- Number of the batch that did a cancelled job instead.
ALTER TABLE jobs ADD COLUMN done_by INTEGER;

UPDATE batches SET failed_before = options ->> '$.failedBefore', options = json_remove(options, '$.failedBefore')
WHERE json_valid(options) AND json_type(options, '$.failedBefore') = 'integer';
UPDATE jobs SET done_by = CAST(substr(error, length('done by #') + 1) AS INTEGER), error = NULL
WHERE batch_id IN (SELECT id FROM batches WHERE jobs_cancelled > 0)
  AND status = 'cancelled' AND error GLOB 'done by #[0-9]*';

-- From where an event was caused: through what, by which command, in which folder.
ALTER TABLE events RENAME COLUMN origin TO origin_command;
ALTER TABLE events ADD COLUMN origin_from TEXT;
ALTER TABLE events ADD COLUMN origin_folder TEXT;
DROP TRIGGER event_is_kept_u;
UPDATE events SET
  origin_from = CASE WHEN origin_command GLOB 'slipway*' THEN 'command-line'
                     WHEN origin_command GLOB 'panel: *' THEN 'panel'
                     WHEN origin_command = 'desktop app' THEN 'desktop' ELSE 'program' END,
  -- The folder is what follows the only ' (in ' of a command line.
  origin_folder = CASE WHEN origin_command GLOB 'slipway* (in *)'
                        AND length(replace(origin_command, ' (in ', '')) = length(origin_command) - 5
    THEN substr(origin_command, instr(origin_command, ' (in ') + 5,
                length(origin_command) - instr(origin_command, ' (in ') - 5) END,
  origin_command = CASE WHEN origin_command GLOB 'slipway* (in *)'
                         AND length(replace(origin_command, ' (in ', '')) = length(origin_command) - 5
    THEN substr(origin_command, 1, instr(origin_command, ' (in ') - 1)
    WHEN origin_command GLOB 'panel: *' THEN substr(origin_command, 8)
    WHEN origin_command <> 'desktop app' THEN origin_command END
WHERE origin_command IS NOT NULL;
CREATE TRIGGER event_is_kept_u BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- For a person with the sqlite3 shell; no code reads it.
ALTER TABLE events ADD COLUMN origin TEXT AS (
  CASE origin_from WHEN 'panel' THEN 'panel: ' || origin_command
                   WHEN 'desktop' THEN 'desktop app'
                   ELSE origin_command || coalesce(' (in ' || origin_folder || ')', '') END) VIRTUAL;

-- What persons and scripts did to batches and the queue, as it was before and after, so that `undo` can take
-- it back, also after a restart. Only the latest actions are kept; the audit trail is in `events`.
CREATE TABLE undo_actions (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  surface TEXT    NOT NULL,                      -- where it was done: a person takes back what was done there
  command TEXT    NOT NULL,
  steps   TEXT    NOT NULL,                      -- JSON: for each batch, the fields that changed, before and after
  marks   TEXT    NOT NULL,                      -- JSON: the queue's marks that changed, before and after
  undone_at  INTEGER,
  refused_at INTEGER                             -- it could not be undone, as the state had moved on
) STRICT;
CREATE INDEX undoable_actions ON undo_actions (actor, surface, id) WHERE undone_at IS NULL AND refused_at IS NULL;

-- Deferred expansion: the configuration as it was when the batch was added, until all its jobs are there. A final batch
-- that still has its source was never filled completely.
CREATE TABLE batch_sources (
  batch_id  TEXT PRIMARY KEY NOT NULL,
  text      TEXT NOT NULL,                        -- of the file, as it was added and trusted
  variables TEXT NOT NULL DEFAULT '{}',           -- JSON: as given with --var
  skip_done TEXT,                                 -- what is left out because it was done before
  CONSTRAINT skip_done_is_known CHECK (skip_done IN ('changed', 'command'))
) STRICT;
CREATE TRIGGER removed_batch_takes_its_source AFTER DELETE ON batches
BEGIN DELETE FROM batch_sources WHERE batch_id = OLD.id; END;

-- What a queue of ten thousand batches asks for. None of these indexes is touched by an update of `position`.

-- Counts by status, and what is paused or on hold, oldest first.
CREATE INDEX batches_by_status ON batches (status, sealed) WHERE cleared_at IS NULL;
CREATE INDEX unseen_batches ON batches (completed_at)
  WHERE completed_at IS NOT NULL AND seen_at IS NULL AND cleared_at IS NULL;
-- The latest time at which an open batch was queued.
CREATE INDEX queue_times ON batches (queued_at) WHERE completed_at IS NULL;
-- Who waits for a batch of a type.
CREATE INDEX waiting_for_type ON batch_after (after_type, predecessor_id);
-- The longest range of a type: no range that overlaps begins further away than that.
CREATE INDEX active_range_lengths ON batches (configuration_id, batch_type, range_end - range_start)
  WHERE status IN ('initiated', 'queued', 'running', 'paused') AND range_start IS NOT NULL;

DROP TRIGGER no_overlapping_range_i;
CREATE TRIGGER no_overlapping_range_i BEFORE INSERT ON batches
WHEN NEW.status IN ('initiated', 'queued', 'running', 'paused') AND NEW.duplicate_of IS NULL
 AND NEW.range_start IS NOT NULL
 AND EXISTS (SELECT 1 FROM batches b
             WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
               AND b.status IN ('initiated', 'queued', 'running', 'paused')
               AND b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start
               AND b.range_start >= NEW.range_start - (
                 SELECT range_end - range_start FROM batches
                 WHERE configuration_id = NEW.configuration_id AND batch_type = NEW.batch_type
                   AND status IN ('initiated', 'queued', 'running', 'paused') AND range_start IS NOT NULL
                 ORDER BY range_end - range_start DESC LIMIT 1))
BEGIN SELECT RAISE(ABORT, 'the range overlaps that of another active batch'); END;
DROP TRIGGER no_overlapping_range_u;
CREATE TRIGGER no_overlapping_range_u
BEFORE UPDATE OF status, configuration_id, batch_type, range_start, range_end, duplicate_of ON batches
WHEN NEW.status IN ('initiated', 'queued', 'running', 'paused') AND NEW.duplicate_of IS NULL
 AND (OLD.status NOT IN ('initiated', 'queued', 'running', 'paused') OR OLD.duplicate_of IS NOT NULL
      OR NEW.configuration_id IS NOT OLD.configuration_id OR NEW.batch_type IS NOT OLD.batch_type
      OR NEW.range_start IS NOT OLD.range_start OR NEW.range_end IS NOT OLD.range_end)
 AND NEW.range_start IS NOT NULL
 AND EXISTS (SELECT 1 FROM batches b
             WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
               AND b.status IN ('initiated', 'queued', 'running', 'paused')
               AND b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start
               AND b.range_start >= NEW.range_start - (
                 SELECT range_end - range_start FROM batches
                 WHERE configuration_id = NEW.configuration_id AND batch_type = NEW.batch_type
                   AND status IN ('initiated', 'queued', 'running', 'paused') AND range_start IS NOT NULL
                 ORDER BY range_end - range_start DESC LIMIT 1)
               AND b.number <> OLD.number)
BEGIN SELECT RAISE(ABORT, 'the range overlaps that of another active batch'); END;

-- The same rule; it compares no text where only a position changes.
DROP TRIGGER batch_identity_is_fixed;
CREATE TRIGGER batch_number_is_fixed BEFORE UPDATE ON batches WHEN NEW.number IS NOT OLD.number
BEGIN SELECT RAISE(ABORT, 'a batch keeps its id and number'); END;
CREATE TRIGGER batch_id_is_fixed BEFORE UPDATE OF id ON batches WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'a batch keeps its id and number'); END;

-- Two edges that nothing ever took: a batch fails while it runs, or while it is queued and its inputs are looked up.
DROP TRIGGER batch_transitions_are_fixed_d;
DELETE FROM batch_transitions WHERE from_status = 'initiated' AND to_status = 'failed';
DELETE FROM batch_transitions WHERE from_status = 'paused' AND to_status = 'failed';
CREATE TRIGGER batch_transitions_are_fixed_d BEFORE DELETE ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;

-- What jobs read, as it was when they succeeded: it decides whether a job need run again. What they made will be another
-- role. A state is shared by all jobs that saw the file so; its hash comes later ('': the file was changed before that).
CREATE TABLE file_states (
  id       INTEGER PRIMARY KEY,
  path     TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  mtime_ms REAL    NOT NULL,                      -- with the fraction that the file system gives
  hash     TEXT,                                  -- SHA-256 of its bytes, the first 128 bits
  CONSTRAINT one_state UNIQUE (path, size, mtime_ms)
) STRICT;
CREATE INDEX states_without_hash ON file_states (id) WHERE hash IS NULL;
CREATE TABLE job_files (
  job_id  INTEGER NOT NULL,
  role    TEXT    NOT NULL,
  file_id INTEGER NOT NULL,
  PRIMARY KEY (job_id, role, file_id),
  CONSTRAINT role_is_known CHECK (role = 'read')
) STRICT, WITHOUT ROWID;
CREATE TRIGGER removed_job_takes_its_files AFTER DELETE ON jobs
BEGIN DELETE FROM job_files WHERE job_id = OLD.id; END;

-- Chains: batches that continue each other. What any of them has done stays done.
CREATE TABLE batch_continues (
  batch_id     TEXT NOT NULL,
  continues_id TEXT NOT NULL,
  PRIMARY KEY (batch_id, continues_id),
  CONSTRAINT continues_another CHECK (batch_id <> continues_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX continued_by ON batch_continues (continues_id);
INSERT INTO batch_continues SELECT id, continues FROM batches WHERE continues IS NOT NULL AND continues <> id;
CREATE TRIGGER batch_takes_its_links AFTER DELETE ON batches
BEGIN DELETE FROM batch_continues WHERE batch_id = OLD.id OR continues_id = OLD.id; END;

-- Added without what earlier batches of its configuration and type had done: they belong to its chain.
ALTER TABLE batches ADD COLUMN skips_done INTEGER NOT NULL DEFAULT 0
  CONSTRAINT skips_done_is_boolean CHECK (skips_done IN (0, 1));

-- Since then its jobs are to run, whatever other batches of its chain had done before.
ALTER TABLE batches ADD COLUMN rerun_since INTEGER;
-- The batch ended while it was being filled: it has not all its jobs, and never will.
ALTER TABLE batches ADD COLUMN cut_off INTEGER NOT NULL DEFAULT 0
  CONSTRAINT cut_off_is_boolean CHECK (cut_off IN (0, 1));
UPDATE batches SET cut_off = 1 WHERE status = 'cancelled' AND EXISTS (
  SELECT 1 FROM events s JOIN events c ON c.batch_id = s.batch_id AND c.at = s.at AND c.kind = 'batch_cancelled'
  WHERE s.batch_id = batches.id AND s.kind = 'batch_sealed');
CREATE TRIGGER cut_off_is_kept BEFORE UPDATE OF cut_off ON batches
WHEN (OLD.cut_off = 1 AND NEW.cut_off IS NOT 1) OR NEW.cut_off NOT IN (0, 1)
BEGIN
  SELECT RAISE(ABORT, 'a batch that was cut off stays so') WHERE OLD.cut_off = 1;
  SELECT RAISE(ABORT, 'cut_off_is_boolean');
END;
CREATE TRIGGER cut_off_batch_stays_ended BEFORE UPDATE OF completed_at ON batches
WHEN OLD.cut_off = 1 AND OLD.completed_at IS NOT NULL AND NEW.completed_at IS NULL
BEGIN SELECT RAISE(ABORT, 'this batch has not all its jobs'); END;

-- The rules once more: what was only a CHECK or a UNIQUE stands as a trigger too, so that it also holds where a
-- connection ignores CHECKs, or resolves a conflict by deleting the other row. A refusal begins with the CHECK's name.

-- Rule 1 and 5, and the rest of what a batch's columns say of each other ---------------------------------------

CREATE TRIGGER batch_begins_initiated BEFORE INSERT ON batches
WHEN NEW.status <> 'initiated' OR NEW.position IS NOT NULL OR NEW.completed_at IS NOT NULL OR NEW.claim_token IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a batch begins as initiated: without a position, a claim or an end'); END;
CREATE TRIGGER batch_columns_agree_i BEFORE INSERT ON batches
BEGIN
  SELECT RAISE(ABORT, 'number_is_in_bounds: a batch''s number is at most 1,000,000,000') WHERE NEW.number > 1000000000;
  SELECT RAISE(ABORT, 'expands_is_known') WHERE NEW.expands NOT IN ('when-added', 'when-claimed');
  SELECT RAISE(ABORT, 'sealed_is_boolean') WHERE NEW.sealed <> 0 AND NEW.sealed <> 1;
  SELECT RAISE(ABORT, 'range_is_whole') WHERE (NEW.range_start IS NULL) <> (NEW.range_end IS NULL) OR NEW.range_start > NEW.range_end;
  SELECT RAISE(ABORT, 'counts_add_up') WHERE (NEW.jobs_pending, NEW.jobs_running, NEW.jobs_succeeded, NEW.jobs_failed, NEW.jobs_cancelled)
    IS NOT (0, 0, 0, 0, 0);
  SELECT RAISE(ABORT, 'duplicates_another') WHERE NEW.duplicate_of = NEW.id;
  SELECT RAISE(ABORT, 'a batch continues another one') WHERE NEW.continues = NEW.id;
END;
CREATE TRIGGER batch_number_is_positive AFTER INSERT ON batches WHEN NEW.number < 1
BEGIN SELECT RAISE(ABORT, 'number_is_positive'); END;
CREATE TRIGGER batch_columns_agree_u BEFORE UPDATE OF status, position, completed_at ON batches
BEGIN
  SELECT RAISE(ABORT, 'position_says_status: 0 is for the running batch, 1 and up for queued ones') WHERE NOT
    CASE NEW.status WHEN 'running' THEN NEW.position IS 0
                    WHEN 'queued'  THEN NEW.position IS NOT NULL AND NEW.position >= 1
                    ELSE NEW.position IS NULL END;
  SELECT RAISE(ABORT, 'finished_if_final') WHERE (NEW.completed_at IS NOT NULL)
    <> (NEW.status IN ('completed', 'completed_with_errors', 'failed', 'cancelled'));
END;
CREATE TRIGGER batch_identity_agrees BEFORE UPDATE OF range_start, range_end, duplicate_of, continues, expands ON batches
BEGIN
  SELECT RAISE(ABORT, 'range_is_whole') WHERE (NEW.range_start IS NULL) <> (NEW.range_end IS NULL) OR NEW.range_start > NEW.range_end;
  SELECT RAISE(ABORT, 'duplicates_another') WHERE NEW.duplicate_of = NEW.id;
  SELECT RAISE(ABORT, 'a batch continues another one') WHERE NEW.continues = NEW.id;
  SELECT RAISE(ABORT, 'a batch keeps when its inputs are looked up') WHERE NEW.expands IS NOT OLD.expands;
END;

-- Rule 2: a knowing duplicate knows all of them --------------------------------------------------------------
-- `duplicate_of` names one active batch, `also_duplicates` (a JSON array of ids) the others; what duplicates the same
-- batch is known through it.

ALTER TABLE batches ADD COLUMN also_duplicates TEXT NOT NULL DEFAULT '[]';

CREATE TRIGGER duplicate_of_covers_i BEFORE INSERT ON batches WHEN NEW.duplicate_of IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'duplicate_of must name an active batch') WHERE NOT EXISTS (
    SELECT 1 FROM batches WHERE id = NEW.duplicate_of AND status IN ('initiated', 'queued', 'running', 'paused'));
  SELECT RAISE(ABORT, 'duplicate_of must cover every active batch that this one collides with') WHERE EXISTS (
    SELECT 1 FROM batches b LEFT JOIN batches d ON d.id = NEW.duplicate_of
    WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
      AND b.status IN ('initiated', 'queued', 'running', 'paused')
      AND ((b.range_start IS NULL AND NEW.range_start IS NULL)
           OR (b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start))
      AND b.id <> d.id AND b.duplicate_of IS NOT d.id AND b.id IS NOT d.duplicate_of
      AND (b.duplicate_of IS NULL OR b.duplicate_of IS NOT d.duplicate_of)
      AND b.id NOT IN (SELECT value FROM json_each(NEW.also_duplicates)));
END;
CREATE TRIGGER duplicate_of_covers_u
BEFORE UPDATE OF status, configuration_id, batch_type, range_start, range_end, duplicate_of, also_duplicates ON batches
WHEN NEW.duplicate_of IS NOT NULL AND NEW.status IN ('initiated', 'queued', 'running', 'paused')
 AND (OLD.status NOT IN ('initiated', 'queued', 'running', 'paused') OR NEW.duplicate_of IS NOT OLD.duplicate_of
      OR NEW.also_duplicates IS NOT OLD.also_duplicates
      OR NEW.configuration_id IS NOT OLD.configuration_id OR NEW.batch_type IS NOT OLD.batch_type
      OR NEW.range_start IS NOT OLD.range_start OR NEW.range_end IS NOT OLD.range_end)
BEGIN
  SELECT RAISE(ABORT, 'duplicate_of must name an active batch') WHERE NOT EXISTS (
    SELECT 1 FROM batches WHERE id = NEW.duplicate_of AND status IN ('initiated', 'queued', 'running', 'paused'));
  SELECT RAISE(ABORT, 'duplicate_of must cover every active batch that this one collides with') WHERE EXISTS (
    SELECT 1 FROM batches b LEFT JOIN batches d ON d.id = NEW.duplicate_of
    WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
      AND b.status IN ('initiated', 'queued', 'running', 'paused')
      AND ((b.range_start IS NULL AND NEW.range_start IS NULL)
           OR (b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start))
      AND b.number <> OLD.number
      AND b.id <> d.id AND b.duplicate_of IS NOT d.id AND b.id IS NOT d.duplicate_of
      AND (b.duplicate_of IS NULL OR b.duplicate_of IS NOT d.duplicate_of)
      AND b.id NOT IN (SELECT value FROM json_each(NEW.also_duplicates)));
END;

-- Rule 4: a job's edges, and its end -------------------------------------------------------------------------

-- What runs for each job stands in few triggers, and names statuses one by one: SQLite builds a table for each IN (…).
DROP TRIGGER job_edge_is_legal;
DROP TRIGGER verdict_needs_the_claim;
DROP TRIGGER job_identity_is_fixed;
DROP TRIGGER counted_follows_status;
CREATE TRIGGER job_change_is_legal
BEFORE UPDATE OF status, attempts, started_at, completed_at, exit_code, signal, error, duration_ms, done_by ON jobs
WHEN (NEW.completed_at IS NOT NULL) <> (NEW.status = 'succeeded' OR NEW.status = 'failed' OR NEW.status = 'cancelled')
  OR NEW.attempts IS NULL OR NEW.attempts NOT BETWEEN OLD.attempts AND OLD.attempts + 1
  OR CASE WHEN NEW.status IS OLD.status THEN
       OLD.completed_at IS NOT NULL
       AND (NEW.started_at, NEW.completed_at, NEW.exit_code, NEW.signal, NEW.error, NEW.duration_ms, NEW.done_by)
        IS NOT (OLD.started_at, OLD.completed_at, OLD.exit_code, OLD.signal, OLD.error, OLD.duration_ms, OLD.done_by)
     ELSE
       -- The edge that each job takes first is legal without a look at the table.
       (NOT (OLD.status = 'pending' AND NEW.status = 'running')
        AND NOT EXISTS (SELECT 1 FROM job_transitions WHERE from_status = OLD.status AND to_status = NEW.status))
       OR (OLD.status = 'running' AND NEW.status <> 'cancelled'
           AND NOT EXISTS (SELECT 1 FROM batches
                           WHERE id = NEW.batch_id AND status = 'running' AND claim_token = NEW.claim_token))
     END
BEGIN
  SELECT RAISE(ABORT, 'illegal job transition') WHERE NEW.status IS NOT OLD.status
    AND NOT EXISTS (SELECT 1 FROM job_transitions WHERE from_status = OLD.status AND to_status = NEW.status);
  SELECT RAISE(ABORT, 'job_finished_if_final')
    WHERE (NEW.completed_at IS NOT NULL) <> (NEW.status IN ('succeeded', 'failed', 'cancelled'));
  SELECT RAISE(ABORT, 'the number of attempts only goes up, one by one')
    WHERE NEW.attempts IS NULL OR NEW.attempts NOT BETWEEN OLD.attempts AND OLD.attempts + 1;
  SELECT RAISE(ABORT, 'a verdict stands as it was given') WHERE NEW.status IS OLD.status;
  SELECT RAISE(ABORT, 'this verdict comes from a claim that is no longer valid');
END;
-- `counted` goes only to the status the job has already, which is no change but while the trigger counts it.
CREATE TRIGGER job_identity_is_fixed BEFORE UPDATE ON jobs
WHEN NEW.id IS NOT OLD.id OR NEW.batch_id IS NOT OLD.batch_id OR NEW.ordinal IS NOT OLD.ordinal
  OR (NEW.counted IS NOT OLD.counted AND (NEW.counted IS NOT NEW.status OR NEW.status IS NOT OLD.status))
BEGIN
  SELECT RAISE(ABORT, 'counted is kept by triggers')
    WHERE NEW.id IS OLD.id AND NEW.batch_id IS OLD.batch_id AND NEW.ordinal IS OLD.ordinal;
  SELECT RAISE(ABORT, 'a job keeps its id, batch and ordinal');
END;
CREATE TRIGGER job_id_is_in_bounds BEFORE INSERT ON jobs
WHEN NEW.id > 4503599627370496 OR NEW.ordinal > 4503599627370496 OR NEW.ordinal < 1 OR NEW.attempts IS NOT 0
BEGIN
  SELECT RAISE(ABORT, 'a new job has no attempts') WHERE NEW.attempts IS NOT 0;
  SELECT RAISE(ABORT, 'job_id_is_in_bounds: ids and ordinals are at most 2^52');
END;
CREATE TRIGGER job_id_is_positive AFTER INSERT ON jobs WHEN NEW.id < 1
BEGIN SELECT RAISE(ABORT, 'job_id_is_positive'); END;

-- Rule 7: a verdict and an interruption need the claim, and stand --------------------------------------------

-- Each token that was ever a claim's: none is given twice.
CREATE TABLE claim_tokens (token TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO claim_tokens SELECT claim_token FROM batches WHERE claim_token IS NOT NULL;
INSERT OR IGNORE INTO claim_tokens SELECT DISTINCT claim_token FROM jobs WHERE claim_token IS NOT NULL;
CREATE TRIGGER claim_token_is_new BEFORE INSERT ON claim_tokens
WHEN EXISTS (SELECT 1 FROM claim_tokens WHERE token = NEW.token)
BEGIN SELECT RAISE(ABORT, 'this claim token was used before'); END;
CREATE TRIGGER claim_token_is_kept_u BEFORE UPDATE ON claim_tokens
BEGIN SELECT RAISE(ABORT, 'claim tokens are append-only'); END;
CREATE TRIGGER claim_token_is_kept_d BEFORE DELETE ON claim_tokens
BEGIN SELECT RAISE(ABORT, 'claim tokens are append-only'); END;
CREATE TRIGGER claim_token_is_remembered AFTER UPDATE OF claim_token ON batches
WHEN NEW.claim_token IS NOT NULL AND NEW.claim_token IS NOT OLD.claim_token
BEGIN INSERT INTO claim_tokens VALUES (NEW.claim_token); END;
CREATE TRIGGER running_batch_has_a_token BEFORE UPDATE OF claim_token ON batches
WHEN NEW.claim_token IS NULL AND NEW.status = 'running' AND OLD.status = 'running'
BEGIN SELECT RAISE(ABORT, 'a running batch keeps a claim token'); END;
DROP TRIGGER claim_writes_a_fresh_token;
CREATE TRIGGER claim_writes_a_fresh_token AFTER UPDATE OF status ON batches
WHEN NEW.status = 'running' AND OLD.status <> 'running'
 AND (NEW.claim_token IS NULL OR NEW.claim_token IS OLD.claim_token)
BEGIN UPDATE batches SET claim_token = lower(hex(randomblob(16))) WHERE number = NEW.number; END;

-- Attempts are counted when they begin, recorded when they have ended, and never again.
DROP TRIGGER begun_job_carries_the_claim;
CREATE TRIGGER begun_job_carries_the_claim AFTER UPDATE OF status ON jobs
WHEN NEW.status = 'running' AND OLD.status <> 'running'
 AND (NEW.claim_token IS OLD.claim_token OR NEW.attempts = OLD.attempts)
BEGIN
  UPDATE jobs SET attempts = OLD.attempts + 1,
    claim_token = CASE WHEN NEW.claim_token IS OLD.claim_token
                       THEN (SELECT claim_token FROM batches WHERE id = NEW.batch_id) ELSE NEW.claim_token END
  WHERE id = NEW.id;
END;
DROP TRIGGER attempt_is_new;
CREATE TRIGGER attempt_is_new BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM attempts WHERE job_id = NEW.job_id AND number = NEW.number)
  OR NOT EXISTS (SELECT 1 FROM jobs WHERE id = NEW.job_id AND NEW.number BETWEEN 1 AND attempts - (status = 'running'))
  OR NOT (NEW.outcome = 'succeeded' OR NEW.outcome = 'failed' OR NEW.outcome = 'cancelled' OR NEW.outcome = 'interrupted')
BEGIN
  SELECT RAISE(ABORT, 'outcome_is_known') WHERE NEW.outcome NOT IN ('succeeded', 'failed', 'cancelled', 'interrupted');
  SELECT RAISE(ABORT, 'this attempt has its verdict')
    WHERE EXISTS (SELECT 1 FROM attempts WHERE job_id = NEW.job_id AND number = NEW.number);
  SELECT RAISE(ABORT, 'an attempt is recorded when it has begun and ended');
END;

-- Rule 8: sealed before queued, and before the end -----------------------------------------------------------
-- A batch that looks its inputs up when it is claimed waits unsealed, and is sealed before it runs.

UPDATE batches SET sealed = 1 WHERE sealed = 0 AND status <> 'initiated';
CREATE TRIGGER sealed_first BEFORE UPDATE OF status ON batches
WHEN NEW.sealed IS NOT 1 AND NEW.status IS NOT OLD.status
 AND NOT (NEW.expands = 'when-claimed' AND (NEW.status = 'queued' OR NEW.status = 'paused'))
BEGIN
  SELECT RAISE(ABORT, 'sealed_before_finished')
    WHERE NEW.status IN ('completed', 'completed_with_errors', 'failed', 'cancelled');
  SELECT RAISE(ABORT, 'a batch is sealed before it is queued, paused or run');
END;
CREATE TRIGGER sealed_is_boolean BEFORE UPDATE OF sealed ON batches WHEN NEW.sealed <> 0 AND NEW.sealed <> 1
BEGIN SELECT RAISE(ABORT, 'sealed_is_boolean'); END;

-- The rest ---------------------------------------------------------------------------------------------------

CREATE TRIGGER executor_is_alone_i BEFORE INSERT ON hosts
WHEN NEW.executor <> 0 OR EXISTS (SELECT 1 FROM hosts WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'this host is registered') WHERE EXISTS (SELECT 1 FROM hosts WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'a host is registered before it is the executor');
END;
CREATE TRIGGER executor_is_alone_u BEFORE UPDATE OF executor, ended_at ON hosts
WHEN NEW.executor IS NOT 0
BEGIN
  SELECT RAISE(ABORT, 'executor_is_boolean') WHERE NEW.executor IS NOT 1;
  SELECT RAISE(ABORT, 'ended_host_executes_nothing') WHERE NEW.ended_at IS NOT NULL;
  SELECT RAISE(ABORT, 'another host is the executor')
    WHERE EXISTS (SELECT 1 FROM hosts WHERE executor = 1 AND id <> NEW.id);
END;
CREATE TRIGGER host_replaces_no_other BEFORE UPDATE OF id ON hosts
WHEN NEW.id IS NOT OLD.id AND EXISTS (SELECT 1 FROM hosts WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'this host is registered'); END;
CREATE TRIGGER event_id_is_in_bounds BEFORE INSERT ON events WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'event_id_is_in_bounds: an event''s id is at most 2^52'); END;
CREATE TRIGGER event_id_is_positive AFTER INSERT ON events WHEN NEW.id < 1
BEGIN SELECT RAISE(ABORT, 'event_id_is_positive'); END;
CREATE TRIGGER batch_waits_for_another BEFORE INSERT ON batch_after WHEN NEW.predecessor_id = NEW.batch_id
BEGIN SELECT RAISE(ABORT, 'a batch waits for another one'); END;
CREATE TRIGGER batch_after_is_kept BEFORE UPDATE ON batch_after WHEN NEW.predecessor_id = NEW.batch_id
BEGIN SELECT RAISE(ABORT, 'a batch waits for another one'); END;
