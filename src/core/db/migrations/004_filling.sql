-- 004 filling: the same rules for new jobs, at half the cost for each.

-- What stood in six triggers for each new job stands in one, and in what counts it.
DROP TRIGGER job_is_new;
DROP TRIGGER job_has_unsealed_batch;
DROP TRIGGER job_starts_pending;
DROP TRIGGER job_starts_uncounted;
DROP TRIGGER job_id_is_in_bounds;
DROP TRIGGER job_id_is_positive;
CREATE TRIGGER new_job_is_legal BEFORE INSERT ON jobs
WHEN NEW.status IS NOT 'pending' OR NEW.counted IS NOT NULL OR NEW.attempts IS NOT 0
  OR NEW.id > 4503599627370496 OR NEW.ordinal > 4503599627370496 OR NEW.ordinal < 1
  OR NOT EXISTS (SELECT 1 FROM batches WHERE id = NEW.batch_id AND sealed = 0)
  OR EXISTS (SELECT 1 FROM jobs WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM jobs WHERE batch_id = NEW.batch_id AND ordinal = NEW.ordinal)
  OR NEW.ordinal IS NULL OR NEW.input IS NULL OR NEW.command IS NULL OR NEW.command_hash IS NULL
BEGIN
  SELECT RAISE(ABORT, 'jobs are added only to an existing batch that is not sealed')
    WHERE NOT EXISTS (SELECT 1 FROM batches WHERE id = NEW.batch_id AND sealed = 0);
  SELECT RAISE(ABORT, 'a job with this id or ordinal exists')
    WHERE EXISTS (SELECT 1 FROM jobs WHERE id = NEW.id OR (batch_id = NEW.batch_id AND ordinal = NEW.ordinal));
  SELECT RAISE(ABORT, 'a new job is pending: a verdict needs the claim') WHERE NEW.status IS NOT 'pending';
  SELECT RAISE(ABORT, 'counted is kept by triggers') WHERE NEW.counted IS NOT NULL;
  SELECT RAISE(ABORT, 'a new job has no attempts') WHERE NEW.attempts IS NOT 0;
  SELECT RAISE(ABORT, 'a job has an ordinal, an input and a command')
    WHERE NEW.ordinal IS NULL OR NEW.input IS NULL OR NEW.command IS NULL OR NEW.command_hash IS NULL;
  SELECT RAISE(ABORT, 'job_id_is_in_bounds: ids and ordinals are at most 2^52');
END;

-- Jobs by the thousand: one row here adds all that it holds and counts them at once. It exists only inside the
-- statement that inserts it, so no plain statement can add a job that is not counted.
CREATE TABLE job_fills (                          -- without a key: comparing one would copy all the jobs behind it
  batch_id TEXT NOT NULL,
  jobs     TEXT NOT NULL                          -- JSON: [ordinal, input, command, command_hash] for each
) STRICT;
CREATE TRIGGER job_fill_is_kept BEFORE UPDATE ON job_fills
BEGIN SELECT RAISE(ABORT, 'a fill exists only while its jobs are added'); END;
CREATE TRIGGER job_fill_adds_jobs AFTER INSERT ON job_fills
BEGIN
  INSERT INTO jobs (batch_id, ordinal, input, command, command_hash)
    SELECT NEW.batch_id, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(NEW.jobs);
  UPDATE batches SET counted_to = (SELECT max(id) FROM jobs),
    jobs_total = jobs_total + changes(), jobs_pending = jobs_pending + changes()
  WHERE id = NEW.batch_id AND changes() > 0;
  DELETE FROM job_fills;
END;

DROP TRIGGER job_is_counted_i;
CREATE TRIGGER job_is_counted_i AFTER INSERT ON jobs
WHEN NOT EXISTS (SELECT 1 FROM job_fills WHERE batch_id = NEW.batch_id)
BEGIN
  SELECT RAISE(ABORT, 'job_id_is_positive') WHERE NEW.id < 1;
  UPDATE batches SET counted_to = NEW.id, jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1
  WHERE id = NEW.batch_id;
END;

DROP TRIGGER counters_follow_jobs;
CREATE TRIGGER counters_follow_jobs
BEFORE UPDATE OF counted_to, counted_job,
  jobs_total, jobs_pending, jobs_running, jobs_succeeded, jobs_failed, jobs_cancelled ON batches
WHEN NOT EXISTS (
  SELECT 1 FROM jobs j WHERE j.id = NEW.counted_to AND j.batch_id = NEW.id AND NEW.counted_to > OLD.counted_to
    AND NEW.counted_job IS OLD.counted_job
    AND (NEW.jobs_total = OLD.jobs_total + 1 OR EXISTS (SELECT 1 FROM job_fills WHERE batch_id = NEW.id))
    AND NEW.jobs_pending - OLD.jobs_pending = NEW.jobs_total - OLD.jobs_total
    AND NEW.jobs_running   = OLD.jobs_running
    AND NEW.jobs_succeeded = OLD.jobs_succeeded
    AND NEW.jobs_failed    = OLD.jobs_failed
    AND NEW.jobs_cancelled = OLD.jobs_cancelled)
 AND NOT EXISTS (
  SELECT 1 FROM jobs j WHERE j.id = NEW.counted_job AND j.batch_id = NEW.id
    AND j.status IS NOT coalesce(j.counted, 'pending')
    AND NEW.counted_to     = OLD.counted_to
    AND NEW.jobs_total     = OLD.jobs_total
    AND NEW.jobs_pending   = OLD.jobs_pending   + (j.status = 'pending')   - (coalesce(j.counted, 'pending') = 'pending')
    AND NEW.jobs_running   = OLD.jobs_running   + (j.status = 'running')   - (j.counted IS 'running')
    AND NEW.jobs_succeeded = OLD.jobs_succeeded + (j.status = 'succeeded') - (j.counted IS 'succeeded')
    AND NEW.jobs_failed    = OLD.jobs_failed    + (j.status = 'failed')    - (j.counted IS 'failed')
    AND NEW.jobs_cancelled = OLD.jobs_cancelled + (j.status = 'cancelled') - (j.counted IS 'cancelled'))
BEGIN
  SELECT RAISE(ABORT, 'the ids of a batch''s jobs go up') WHERE NEW.counted_to < OLD.counted_to;
  SELECT RAISE(ABORT, 'counters are kept by triggers from the jobs themselves');
END;
