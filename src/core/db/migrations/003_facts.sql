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
CREATE TRIGGER cut_off_is_kept BEFORE UPDATE OF cut_off ON batches WHEN OLD.cut_off = 1 AND NEW.cut_off IS NOT 1
BEGIN SELECT RAISE(ABORT, 'a batch that was cut off stays so'); END;
CREATE TRIGGER cut_off_batch_stays_ended BEFORE UPDATE OF completed_at ON batches
WHEN OLD.cut_off = 1 AND OLD.completed_at IS NOT NULL AND NEW.completed_at IS NULL
BEGIN SELECT RAISE(ABORT, 'this batch has not all its jobs'); END;
