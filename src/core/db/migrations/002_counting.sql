-- 002 counting: the same rule 6, at half the writes, and an index that carries the durations.
-- Until now a change of a job's status was proved by a row of job_count_moves that lived as long as the statement.
-- Now the batch says which job it counts, and the job itself is the proof: one that was inserted has a larger id than
-- all that were counted before, and one whose status changed has another status than the one that was counted. After
-- the statement there is no such job, so no plain statement can make counters and jobs disagree, at O(1) per change.

DROP INDEX jobs_by_status;
-- With the duration at its end, what a batch's jobs took is read without them; the entry moves with the status anyway.
CREATE INDEX jobs_by_status ON jobs (batch_id, status, ordinal, duration_ms);

DROP TRIGGER job_is_counted_i;
DROP TRIGGER job_is_counted_u;
DROP TRIGGER counters_follow_jobs;
DROP TRIGGER counted_follows_moves;
DROP TABLE job_count_moves; -- with its triggers

ALTER TABLE batches ADD COLUMN counted_to INTEGER NOT NULL DEFAULT 0;  -- the largest id of a job that was counted as new
ALTER TABLE batches ADD COLUMN counted_job INTEGER;                    -- the job whose change of status was counted last
UPDATE batches SET counted_to = coalesce((SELECT max(id) FROM jobs WHERE batch_id = batches.id), 0);

-- `counted` is NULL for a new job, which is counted as pending.
CREATE TRIGGER job_is_counted_i AFTER INSERT ON jobs
BEGIN
  UPDATE batches SET counted_to = NEW.id, jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1
  WHERE id = NEW.batch_id;
END;

CREATE TRIGGER job_is_counted_u AFTER UPDATE OF status ON jobs WHEN NEW.status IS NOT coalesce(NEW.counted, 'pending')
BEGIN
  UPDATE batches SET
    counted_job    = NEW.id,
    jobs_pending   = jobs_pending   + (NEW.status = 'pending')   - (coalesce(NEW.counted, 'pending') = 'pending'),
    jobs_running   = jobs_running   + (NEW.status = 'running')   - (NEW.counted IS 'running'),
    jobs_succeeded = jobs_succeeded + (NEW.status = 'succeeded') - (NEW.counted IS 'succeeded'),
    jobs_failed    = jobs_failed    + (NEW.status = 'failed')    - (NEW.counted IS 'failed'),
    jobs_cancelled = jobs_cancelled + (NEW.status = 'cancelled') - (NEW.counted IS 'cancelled'),
    last_job_finished_at = coalesce(max(coalesce(last_job_finished_at, 0), NEW.completed_at), last_job_finished_at)
  WHERE id = NEW.batch_id;
  UPDATE jobs SET counted = NEW.status WHERE id = NEW.id;
END;

CREATE TRIGGER counters_follow_jobs
BEFORE UPDATE OF counted_to, counted_job,
  jobs_total, jobs_pending, jobs_running, jobs_succeeded, jobs_failed, jobs_cancelled ON batches
WHEN NOT EXISTS (
  SELECT 1 FROM jobs j WHERE j.id = NEW.counted_to AND j.batch_id = NEW.id AND NEW.counted_to > OLD.counted_to
    AND NEW.counted_job IS OLD.counted_job
    AND NEW.jobs_total     = OLD.jobs_total + 1
    AND NEW.jobs_pending   = OLD.jobs_pending + 1
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

-- Only to the status the job has already, which is no change but while the trigger above counts it.
CREATE TRIGGER counted_follows_status BEFORE UPDATE OF counted ON jobs
WHEN NEW.counted IS NOT NEW.status OR NEW.status IS NOT OLD.status
BEGIN SELECT RAISE(ABORT, 'counted is kept by triggers'); END;

-- A new batch counts from nothing.
DROP TRIGGER batch_starts_uncounted;
CREATE TRIGGER batch_starts_uncounted BEFORE INSERT ON batches
WHEN NEW.jobs_total <> 0 OR NEW.counted_to IS NOT 0 OR NEW.counted_job IS NOT NULL
  OR EXISTS (SELECT 1 FROM jobs WHERE batch_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a new batch has no jobs yet'); END;
