-- 006 bounds: numbers that can be counted on with. One id, place or time beyond them would make each later row
-- impossible, and SQLite say of it that the disk is full.

-- What is given as an id is bounded by 2^52 since 003. What SQLite chooses follows its memory of the largest id, which no
-- trigger can guard, so it is looked at once the row is there.
DROP TRIGGER event_id_is_positive;
CREATE TRIGGER event_id_is_positive AFTER INSERT ON events WHEN NEW.id NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'event_id_is_in_bounds: an event''s id is below 2^53') WHERE NEW.id > 0;
  SELECT RAISE(ABORT, 'event_id_is_positive');
END;
DROP TRIGGER batch_number_is_positive;
CREATE TRIGGER batch_number_is_positive AFTER INSERT ON batches WHEN NEW.number NOT BETWEEN 1 AND 2000000000
BEGIN
  SELECT RAISE(ABORT, 'number_is_in_bounds: a batch''s number is at most 2,000,000,000') WHERE NEW.number > 0;
  SELECT RAISE(ABORT, 'number_is_positive');
END;
CREATE TRIGGER undo_id_is_in_bounds_i BEFORE INSERT ON undo_actions WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'undo_id_is_in_bounds: an action''s id is at most 2^52'); END;
CREATE TRIGGER undo_id_is_in_bounds_a AFTER INSERT ON undo_actions WHEN NEW.id > 9007199254740991
BEGIN SELECT RAISE(ABORT, 'undo_id_is_in_bounds: an action''s id is below 2^53'); END;
CREATE TRIGGER undo_id_is_in_bounds_u BEFORE UPDATE ON undo_actions WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'undo_id_is_in_bounds: an action''s id is at most 2^52'); END;
CREATE TRIGGER configuration_id_is_in_bounds BEFORE INSERT ON configurations WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'configuration_id_is_in_bounds: a configuration''s id is at most 2^52'); END;
CREATE TRIGGER file_state_id_is_in_bounds_i BEFORE INSERT ON file_states WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'file_state_id_is_in_bounds: a file state''s id is at most 2^52'); END;
CREATE TRIGGER file_state_id_is_in_bounds_u BEFORE UPDATE ON file_states WHEN NEW.id > 4503599627370496
BEGIN SELECT RAISE(ABORT, 'file_state_id_is_in_bounds: a file state''s id is at most 2^52'); END;

-- Those that were let in before.
DROP TRIGGER event_is_kept_u;
UPDATE events SET id = (SELECT coalesce(max(id), 0) + 1 FROM events WHERE id <= 4503599627370496) WHERE id > 4503599627370496;
CREATE TRIGGER event_is_kept_u BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM events)
WHERE name = 'events' AND seq > 4503599627370496;
DELETE FROM undo_actions WHERE id > 4503599627370496;
UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM undo_actions)
WHERE name = 'undo_actions' AND seq > 4503599627370496;
UPDATE batches SET queued_at = created_at WHERE queued_at > 8640000000000000;

-- Times are dates, and what is counted on with can be counted exactly.
CREATE TRIGGER batch_numbers_are_in_bounds_i BEFORE INSERT ON batches
WHEN NEW.priority NOT BETWEEN -9007199254740991 AND 9007199254740991 OR NEW.run NOT BETWEEN 1 AND 9007199254740991
  OR NEW.created_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.range_start < -9007199254740991 OR NEW.range_end > 9007199254740991
BEGIN SELECT RAISE(ABORT, 'batch_numbers_are_in_bounds: times are dates, and numbers are below 2^53'); END;
CREATE TRIGGER batch_numbers_are_in_bounds_u
BEFORE UPDATE OF priority, run, created_at, queued_at, started_at, completed_at, range_start, range_end ON batches
WHEN NEW.priority NOT BETWEEN -9007199254740991 AND 9007199254740991 OR NEW.run NOT BETWEEN 1 AND 9007199254740991
  OR NEW.created_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.queued_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.started_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.completed_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.range_start < -9007199254740991 OR NEW.range_end > 9007199254740991
BEGIN SELECT RAISE(ABORT, 'batch_numbers_are_in_bounds: times are dates, and numbers are below 2^53'); END;
CREATE TRIGGER job_numbers_are_in_bounds BEFORE UPDATE OF completed_at, failures, host_losses ON jobs
WHEN NEW.completed_at NOT BETWEEN -8640000000000000 AND 8640000000000000
  OR NEW.failures > 9007199254740991 OR NEW.host_losses > 9007199254740991
BEGIN SELECT RAISE(ABORT, 'job_numbers_are_in_bounds: times are dates, and numbers are below 2^53'); END;

DROP TRIGGER batch_columns_agree_u;
CREATE TRIGGER batch_columns_agree_u BEFORE UPDATE OF status, position, completed_at ON batches
BEGIN
  SELECT RAISE(ABORT, 'position_says_status: 0 is for the running batch, 1 to 2^52 for queued ones') WHERE NOT
    CASE NEW.status WHEN 'running' THEN NEW.position IS 0
                    WHEN 'queued'  THEN NEW.position IS NOT NULL AND NEW.position BETWEEN 1 AND 4503599627370496
                    ELSE NEW.position IS NULL END;
  SELECT RAISE(ABORT, 'finished_if_final') WHERE (NEW.completed_at IS NOT NULL)
    <> (NEW.status IN ('completed', 'completed_with_errors', 'failed', 'cancelled'));
END;
