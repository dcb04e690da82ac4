-- 001 foundation: the eight rules of the design, kept by the database itself.
-- Append-only: once released this text never changes (a checksum test says so). No statement here relies on
-- pragmas of the connection (foreign_keys, recursive_triggers): the sqlite3 shell sets neither.
-- Three traps of SQLite that these triggers step around: `UPDATE OF id` does not see `SET rowid = …`, so what
-- guards a key names no column; a BEFORE trigger sees NULL where OR REPLACE puts a default later, so NULLs are
-- refused by name; and NEW.id is -1 while SQLite has yet to choose it, so ids are positive.
-- Times are integer milliseconds since 1970, UTC.

CREATE TABLE configurations (
  id             INTEGER PRIMARY KEY,
  name           TEXT    NOT NULL,
  spec_path      TEXT    NOT NULL,
  project_path   TEXT    NOT NULL,
  trusted_digest TEXT,
  created_at     INTEGER NOT NULL,
  CONSTRAINT configuration_identity UNIQUE (spec_path, project_path),
  CONSTRAINT configuration_id_is_positive CHECK (id > 0)
) STRICT;

CREATE TABLE hosts (
  id                 TEXT    PRIMARY KEY NOT NULL,
  kind               TEXT    NOT NULL,
  pid                INTEGER NOT NULL,
  process_started_at TEXT    NOT NULL,   -- the kernel's start time: tells a reused pid
  boot_id            TEXT    NOT NULL,
  user               TEXT    NOT NULL DEFAULT '',
  version            TEXT    NOT NULL DEFAULT '',
  started_at         INTEGER NOT NULL,
  heartbeat_at       INTEGER NOT NULL,
  executor           INTEGER NOT NULL DEFAULT 0,
  ended_at           INTEGER,
  CONSTRAINT executor_is_boolean CHECK (executor IN (0, 1)),
  CONSTRAINT ended_host_executes_nothing CHECK (ended_at IS NULL OR executor = 0)
) STRICT;
CREATE UNIQUE INDEX one_executor ON hosts (executor) WHERE executor = 1;

CREATE TABLE batches (
  number               INTEGER PRIMARY KEY AUTOINCREMENT,   -- what people say: #42; never given twice
  id                   TEXT    NOT NULL UNIQUE,             -- UUID
  configuration_id     INTEGER NOT NULL,
  batch_type           TEXT    NOT NULL,
  status               TEXT    NOT NULL DEFAULT 'initiated',
  position             INTEGER,
  priority             INTEGER NOT NULL DEFAULT 0,
  duplicate_of         TEXT,
  range_start          INTEGER,
  range_end            INTEGER,
  sealed               INTEGER NOT NULL DEFAULT 0,
  claim_token          TEXT,
  created_at           INTEGER NOT NULL,
  queued_at            INTEGER,
  started_at           INTEGER,
  last_job_finished_at INTEGER,
  completed_at         INTEGER,
  error                TEXT,
  reason               TEXT,
  jobs_total           INTEGER NOT NULL DEFAULT 0,
  jobs_pending         INTEGER NOT NULL DEFAULT 0,
  jobs_running         INTEGER NOT NULL DEFAULT 0,
  jobs_succeeded       INTEGER NOT NULL DEFAULT 0,
  jobs_failed          INTEGER NOT NULL DEFAULT 0,
  jobs_cancelled       INTEGER NOT NULL DEFAULT 0,
  options              TEXT    NOT NULL DEFAULT '{}',        -- how to run: parallel, timeout, retries, env, …
  host_id              TEXT,                                 -- who fills it, or who has the claim
  pause_requested      INTEGER NOT NULL DEFAULT 0,           -- a running batch pauses when its jobs have ended
  continues            TEXT,                                 -- the batch whose remaining inputs this one runs
  run                  INTEGER NOT NULL DEFAULT 1,           -- +1 for each retry
  closed_by            TEXT,                                 -- which layer of the finalizer closed it
  seen_at              INTEGER,
  cleared_at           INTEGER,
  CONSTRAINT number_is_positive CHECK (number > 0),
  CONSTRAINT status_is_known CHECK (status IN
    ('initiated', 'queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled')),
  CONSTRAINT sealed_is_boolean CHECK (sealed IN (0, 1)),
  CONSTRAINT position_says_status CHECK (
    CASE status WHEN 'running' THEN position IS 0
                WHEN 'queued'  THEN position IS NOT NULL AND position >= 1
                ELSE position IS NULL END),
  CONSTRAINT range_is_whole CHECK ((range_start IS NULL) = (range_end IS NULL) AND coalesce(range_start <= range_end, 1)),
  CONSTRAINT finished_if_final CHECK (
    (completed_at IS NOT NULL) = (status IN ('completed', 'completed_with_errors', 'failed', 'cancelled'))),
  CONSTRAINT sealed_before_finished CHECK (
    sealed = 1 OR status NOT IN ('completed', 'completed_with_errors', 'failed', 'cancelled')),
  CONSTRAINT counts_add_up CHECK (
    jobs_total = jobs_pending + jobs_running + jobs_succeeded + jobs_failed + jobs_cancelled
    AND min(jobs_pending, jobs_running, jobs_succeeded, jobs_failed, jobs_cancelled) >= 0),
  CONSTRAINT duplicates_another CHECK (duplicate_of IS NULL OR duplicate_of <> id)
) STRICT;

CREATE UNIQUE INDEX one_batch_per_position ON batches (position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX one_running_batch ON batches (status) WHERE status = 'running';
CREATE UNIQUE INDEX no_active_duplicate
  ON batches (configuration_id, batch_type, coalesce(range_start, ''), coalesce(range_end, ''))
  WHERE status IN ('initiated', 'queued', 'running', 'paused') AND duplicate_of IS NULL;
-- Active batches of one identity or type, for conflicts and ranges; and history, newest first.
CREATE INDEX active_batches ON batches (configuration_id, batch_type, range_start)
  WHERE status IN ('initiated', 'queued', 'running', 'paused');
CREATE INDEX finished_batches ON batches (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX batches_of_type ON batches (configuration_id, batch_type, number);

CREATE TABLE jobs (
  id           INTEGER PRIMARY KEY,
  batch_id     TEXT    NOT NULL,
  ordinal      INTEGER NOT NULL,                  -- 1-based
  status       TEXT    NOT NULL DEFAULT 'pending',
  input        TEXT    NOT NULL DEFAULT '',
  attempts     INTEGER NOT NULL DEFAULT 0,        -- attempts begun
  exit_code    INTEGER,
  started_at   INTEGER,
  completed_at INTEGER,
  error        TEXT,
  signal       TEXT,
  duration_ms  INTEGER,                           -- awake time of the last attempt that ended
  failures     INTEGER NOT NULL DEFAULT 0,        -- failed attempts since the batch was last opened: retries used
  host_losses  INTEGER NOT NULL DEFAULT 0,        -- how often its host died while it ran
  not_before   INTEGER,                           -- a retry waits until then
  command      TEXT    NOT NULL DEFAULT '{}',     -- JSON: argv, and cwd, env, expect where a job has its own
  command_hash TEXT    NOT NULL DEFAULT '',
  claim_token  TEXT,
  counted      TEXT,                              -- the status the batch's counters know; kept by triggers
  CONSTRAINT job_id_is_positive CHECK (id > 0),
  CONSTRAINT job_status_is_known CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  CONSTRAINT job_finished_if_final CHECK (
    (completed_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
  CONSTRAINT job_place UNIQUE (batch_id, ordinal)
) STRICT;
-- The next pending job, and the jobs table's filters: both walk one status in order.
CREATE INDEX jobs_by_status ON jobs (batch_id, status, ordinal);

CREATE TABLE attempts (
  job_id     INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  outcome    TEXT    NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  awake_ms   INTEGER NOT NULL,
  exit_code  INTEGER,
  signal     TEXT,
  error      TEXT,
  user_ms    INTEGER,
  system_ms  INTEGER,
  max_rss_kb INTEGER,
  log_bytes  INTEGER NOT NULL DEFAULT 0,
  host_id    TEXT,
  CONSTRAINT one_verdict_per_attempt PRIMARY KEY (job_id, number),
  CONSTRAINT outcome_is_known CHECK (outcome IN ('succeeded', 'failed', 'cancelled', 'interrupted'))
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_after (
  batch_id       TEXT NOT NULL,
  after_type     TEXT NOT NULL,
  predecessor_id TEXT NOT NULL DEFAULT '',      -- '' until a batch of that type exists
  PRIMARY KEY (batch_id, after_type, predecessor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX successors ON batch_after (predecessor_id);

CREATE TABLE events (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  batch_id    TEXT,
  job_id      INTEGER,
  from_status TEXT,
  to_status   TEXT,
  actor       TEXT    NOT NULL,
  host_id     TEXT,
  origin      TEXT,
  reason      TEXT,
  details     TEXT    NOT NULL DEFAULT '{}',
  CONSTRAINT event_id_is_positive CHECK (id > 0)
) STRICT;
CREATE INDEX events_of_batch ON events (batch_id, id) WHERE batch_id IS NOT NULL;

CREATE TABLE run_summaries (
  batch_id   TEXT    NOT NULL,
  run        INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  summary    TEXT,                               -- JSON; NULL when making it failed
  error      TEXT,
  PRIMARY KEY (batch_id, run),
  CONSTRAINT summary_or_error CHECK ((summary IS NULL) <> (error IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  key        TEXT    PRIMARY KEY NOT NULL,
  value      TEXT    NOT NULL,                   -- JSON
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW batch_status_summary AS
  SELECT id AS batch_id, number, configuration_id, batch_type, status,
         jobs_total AS total, jobs_pending AS pending, jobs_running AS processing,
         jobs_succeeded AS success, jobs_failed AS failed, jobs_cancelled AS cancelled,
         last_job_finished_at
  FROM batches;

-- Rule 4: only legal transitions ---------------------------------------------------------------------------

CREATE TABLE batch_transitions (from_status TEXT NOT NULL, to_status TEXT NOT NULL, PRIMARY KEY (from_status, to_status)) STRICT, WITHOUT ROWID;
CREATE TABLE job_transitions (from_status TEXT NOT NULL, to_status TEXT NOT NULL, PRIMARY KEY (from_status, to_status)) STRICT, WITHOUT ROWID;
INSERT INTO batch_transitions VALUES
  ('initiated', 'queued'), ('initiated', 'failed'), ('initiated', 'cancelled'),
  ('queued', 'running'), ('queued', 'paused'), ('queued', 'failed'), ('queued', 'cancelled'),
  ('running', 'queued'), ('running', 'paused'), ('running', 'completed'), ('running', 'completed_with_errors'),
  ('running', 'failed'), ('running', 'cancelled'),
  ('paused', 'queued'), ('paused', 'failed'), ('paused', 'cancelled'),
  ('completed', 'queued'), ('completed_with_errors', 'queued'), ('failed', 'queued'), ('cancelled', 'queued');
INSERT INTO job_transitions VALUES
  ('pending', 'running'), ('pending', 'cancelled'),
  ('running', 'pending'), ('running', 'succeeded'), ('running', 'failed'), ('running', 'cancelled'),
  ('succeeded', 'pending'), ('failed', 'pending'), ('cancelled', 'pending');

CREATE TRIGGER batch_transitions_are_fixed_i BEFORE INSERT ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;
CREATE TRIGGER batch_transitions_are_fixed_u BEFORE UPDATE ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;
CREATE TRIGGER batch_transitions_are_fixed_d BEFORE DELETE ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;
CREATE TRIGGER job_transitions_are_fixed_i BEFORE INSERT ON job_transitions
BEGIN SELECT RAISE(ABORT, 'the legal job transitions are part of the schema'); END;
CREATE TRIGGER job_transitions_are_fixed_u BEFORE UPDATE ON job_transitions
BEGIN SELECT RAISE(ABORT, 'the legal job transitions are part of the schema'); END;
CREATE TRIGGER job_transitions_are_fixed_d BEFORE DELETE ON job_transitions
BEGIN SELECT RAISE(ABORT, 'the legal job transitions are part of the schema'); END;

CREATE TRIGGER batch_edge_is_legal BEFORE UPDATE OF status ON batches
WHEN NEW.status IS NOT OLD.status
 AND NOT EXISTS (SELECT 1 FROM batch_transitions WHERE from_status = OLD.status AND to_status = NEW.status)
BEGIN SELECT RAISE(ABORT, 'illegal batch transition'); END;

CREATE TRIGGER job_edge_is_legal BEFORE UPDATE OF status ON jobs
WHEN NEW.status IS NOT OLD.status
 AND NOT EXISTS (SELECT 1 FROM job_transitions WHERE from_status = OLD.status AND to_status = NEW.status)
BEGIN SELECT RAISE(ABORT, 'illegal job transition'); END;

-- Rules 1 and 2 once more, for statements that would resolve a conflict by deleting the other row
-- (INSERT OR REPLACE, UPDATE OR REPLACE): nothing is ever lost that way. ------------------------------------

CREATE TRIGGER batch_is_new BEFORE INSERT ON batches
WHEN EXISTS (SELECT 1 FROM batches WHERE id = NEW.id OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'a batch with this id or number exists'); END;
CREATE TRIGGER batch_states_are_given BEFORE INSERT ON batches
WHEN NEW.status IS NULL OR NEW.sealed IS NULL OR NEW.jobs_total IS NULL
BEGIN SELECT RAISE(ABORT, 'status, sealed and counts are never NULL'); END;
CREATE TRIGGER batch_starts_uncounted BEFORE INSERT ON batches
WHEN NEW.jobs_total <> 0 OR EXISTS (SELECT 1 FROM jobs WHERE batch_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a new batch has no jobs yet'); END;
CREATE TRIGGER position_is_free_i BEFORE INSERT ON batches
WHEN NEW.position IS NOT NULL AND EXISTS (SELECT 1 FROM batches WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'this position is taken'); END;
CREATE TRIGGER position_is_free_u BEFORE UPDATE OF position ON batches
WHEN NEW.position IS NOT NULL AND NEW.position IS NOT OLD.position
 AND EXISTS (SELECT 1 FROM batches WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'this position is taken'); END;
CREATE TRIGGER batch_identity_is_fixed BEFORE UPDATE ON batches
WHEN NEW.id IS NOT OLD.id OR NEW.number IS NOT OLD.number
BEGIN SELECT RAISE(ABORT, 'a batch keeps its id and number'); END;

-- A batch's identity begins with its configuration's, so that one is fixed too.
CREATE TRIGGER configuration_is_new BEFORE INSERT ON configurations
WHEN EXISTS (SELECT 1 FROM configurations
             WHERE id = NEW.id OR (spec_path = NEW.spec_path AND project_path = NEW.project_path))
BEGIN SELECT RAISE(ABORT, 'this configuration exists'); END;
CREATE TRIGGER configuration_identity_is_fixed BEFORE UPDATE ON configurations
WHEN NEW.id IS NOT OLD.id OR NEW.spec_path IS NOT OLD.spec_path OR NEW.project_path IS NOT OLD.project_path
BEGIN SELECT RAISE(ABORT, 'a configuration keeps its id and paths'); END;
CREATE TRIGGER configuration_with_batches_is_kept BEFORE DELETE ON configurations
WHEN EXISTS (SELECT 1 FROM batches WHERE configuration_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'this configuration has batches'); END;
CREATE TRIGGER batch_has_a_configuration_i BEFORE INSERT ON batches
WHEN NOT EXISTS (SELECT 1 FROM configurations WHERE id = NEW.configuration_id)
BEGIN SELECT RAISE(ABORT, 'a batch belongs to an existing configuration'); END;
CREATE TRIGGER batch_has_a_configuration_u BEFORE UPDATE OF configuration_id ON batches
WHEN NOT EXISTS (SELECT 1 FROM configurations WHERE id = NEW.configuration_id)
BEGIN SELECT RAISE(ABORT, 'a batch belongs to an existing configuration'); END;

-- The index cannot see that a knowing duplicate is active too; a newcomer must know of that one as well. What
-- was active before stays so: only a row that becomes active, or changes what it is, is compared.

CREATE TRIGGER no_active_duplicate_i BEFORE INSERT ON batches
WHEN NEW.status IN ('initiated', 'queued', 'running', 'paused') AND NEW.duplicate_of IS NULL
 AND EXISTS (SELECT 1 FROM batches b
             WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
               AND b.range_start IS NEW.range_start AND b.range_end IS NEW.range_end
               AND b.status IN ('initiated', 'queued', 'running', 'paused'))
BEGIN SELECT RAISE(ABORT, 'an active batch with this identity exists'); END;
CREATE TRIGGER no_active_duplicate_u
BEFORE UPDATE OF status, configuration_id, batch_type, range_start, range_end, duplicate_of ON batches
WHEN NEW.status IN ('initiated', 'queued', 'running', 'paused') AND NEW.duplicate_of IS NULL
 AND (OLD.status NOT IN ('initiated', 'queued', 'running', 'paused') OR OLD.duplicate_of IS NOT NULL
      OR NEW.configuration_id IS NOT OLD.configuration_id OR NEW.batch_type IS NOT OLD.batch_type
      OR NEW.range_start IS NOT OLD.range_start OR NEW.range_end IS NOT OLD.range_end)
 AND EXISTS (SELECT 1 FROM batches b
             WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
               AND b.range_start IS NEW.range_start AND b.range_end IS NEW.range_end
               AND b.status IN ('initiated', 'queued', 'running', 'paused')
               AND b.number <> OLD.number)
BEGIN SELECT RAISE(ABORT, 'an active batch with this identity exists'); END;

CREATE TRIGGER duplicate_of_is_kin_i BEFORE INSERT ON batches
WHEN NEW.duplicate_of IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = NEW.duplicate_of
                 AND b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
                 AND ((b.range_start IS NULL AND NEW.range_start IS NULL)
                      OR (b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start)))
BEGIN SELECT RAISE(ABORT, 'duplicate_of must name a batch of the same configuration, type and range'); END;
CREATE TRIGGER duplicate_of_is_kin_u
BEFORE UPDATE OF duplicate_of, configuration_id, batch_type, range_start, range_end ON batches
WHEN NEW.duplicate_of IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = NEW.duplicate_of
                 AND b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
                 AND ((b.range_start IS NULL AND NEW.range_start IS NULL)
                      OR (b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start)))
BEGIN SELECT RAISE(ABORT, 'duplicate_of must name a batch of the same configuration, type and range'); END;

-- Rule 3: no overlapping ranges ----------------------------------------------------------------------------

CREATE TRIGGER no_overlapping_range_i BEFORE INSERT ON batches
WHEN NEW.status IN ('initiated', 'queued', 'running', 'paused') AND NEW.duplicate_of IS NULL
 AND NEW.range_start IS NOT NULL
 AND EXISTS (SELECT 1 FROM batches b
             WHERE b.configuration_id = NEW.configuration_id AND b.batch_type = NEW.batch_type
               AND b.status IN ('initiated', 'queued', 'running', 'paused')
               AND b.range_start <= NEW.range_end AND b.range_end >= NEW.range_start)
BEGIN SELECT RAISE(ABORT, 'the range overlaps that of another active batch'); END;
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
               AND b.number <> OLD.number)
BEGIN SELECT RAISE(ABORT, 'the range overlaps that of another active batch'); END;

-- Rule 6: counters never drift -----------------------------------------------------------------------------
-- A job's change of status is counted through exactly one row of job_count_moves, which exists only inside
-- the statement that caused it. The counters of a batch accept a change only while the matching move is
-- there, a move is accepted only for a job whose status differs from what was counted, and `counted` changes
-- only with a move. So no plain statement can make counters and jobs disagree, at O(1) per change.

CREATE TABLE job_count_moves (
  job_id      INTEGER PRIMARY KEY,
  batch_id    TEXT NOT NULL,
  from_status TEXT,                 -- NULL: the job is new
  to_status   TEXT NOT NULL
) STRICT;

CREATE TRIGGER job_is_new BEFORE INSERT ON jobs
WHEN EXISTS (SELECT 1 FROM jobs WHERE id = NEW.id OR (batch_id = NEW.batch_id AND ordinal = NEW.ordinal))
BEGIN SELECT RAISE(ABORT, 'a job with this id or ordinal exists'); END;
CREATE TRIGGER job_has_unsealed_batch BEFORE INSERT ON jobs
WHEN NOT EXISTS (SELECT 1 FROM batches WHERE id = NEW.batch_id AND sealed = 0)
BEGIN SELECT RAISE(ABORT, 'jobs are added only to an existing batch that is not sealed'); END;
CREATE TRIGGER job_starts_pending BEFORE INSERT ON jobs WHEN NEW.status IS NOT 'pending'
BEGIN SELECT RAISE(ABORT, 'a new job is pending: a verdict needs the claim'); END;
CREATE TRIGGER job_starts_uncounted BEFORE INSERT ON jobs WHEN NEW.counted IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'counted is kept by triggers'); END;
CREATE TRIGGER job_identity_is_fixed BEFORE UPDATE ON jobs
WHEN NEW.id IS NOT OLD.id OR NEW.batch_id IS NOT OLD.batch_id OR NEW.ordinal IS NOT OLD.ordinal
BEGIN SELECT RAISE(ABORT, 'a job keeps its id, batch and ordinal'); END;
CREATE TRIGGER job_stays_with_its_batch BEFORE DELETE ON jobs
WHEN EXISTS (SELECT 1 FROM batches WHERE id = OLD.batch_id)
BEGIN SELECT RAISE(ABORT, 'jobs are removed only together with their batch'); END;

CREATE TRIGGER job_is_counted_i AFTER INSERT ON jobs
BEGIN INSERT INTO job_count_moves VALUES (NEW.id, NEW.batch_id, NULL, NEW.status); END;
CREATE TRIGGER job_is_counted_u AFTER UPDATE OF status ON jobs WHEN NEW.status IS NOT NEW.counted
BEGIN INSERT INTO job_count_moves VALUES (NEW.id, NEW.batch_id, NEW.counted, NEW.status); END;

CREATE TRIGGER count_move_is_true BEFORE INSERT ON job_count_moves
WHEN NOT EXISTS (SELECT 1 FROM jobs WHERE id = NEW.job_id AND batch_id = NEW.batch_id
                 AND status = NEW.to_status AND counted IS NEW.from_status AND status IS NOT counted)
BEGIN SELECT RAISE(ABORT, 'this move was counted already'); END;
CREATE TRIGGER count_move_is_kept BEFORE UPDATE ON job_count_moves
BEGIN SELECT RAISE(ABORT, 'moves are kept by triggers'); END;
CREATE TRIGGER count_move_is_carried_out AFTER INSERT ON job_count_moves
BEGIN
  UPDATE batches SET
    jobs_total     = jobs_total     + (NEW.from_status IS NULL),
    jobs_pending   = jobs_pending   + (NEW.to_status = 'pending')   - (NEW.from_status IS 'pending'),
    jobs_running   = jobs_running   + (NEW.to_status = 'running')   - (NEW.from_status IS 'running'),
    jobs_succeeded = jobs_succeeded + (NEW.to_status = 'succeeded') - (NEW.from_status IS 'succeeded'),
    jobs_failed    = jobs_failed    + (NEW.to_status = 'failed')    - (NEW.from_status IS 'failed'),
    jobs_cancelled = jobs_cancelled + (NEW.to_status = 'cancelled') - (NEW.from_status IS 'cancelled'),
    last_job_finished_at = coalesce(
      max(coalesce(last_job_finished_at, 0), (SELECT completed_at FROM jobs WHERE id = NEW.job_id)),
      last_job_finished_at)
  WHERE id = NEW.batch_id;
  UPDATE jobs SET counted = NEW.to_status WHERE id = NEW.job_id;
  DELETE FROM job_count_moves WHERE job_id = NEW.job_id;
END;
CREATE TRIGGER counters_follow_jobs
BEFORE UPDATE OF jobs_total, jobs_pending, jobs_running, jobs_succeeded, jobs_failed, jobs_cancelled ON batches
WHEN NOT EXISTS (
  SELECT 1 FROM job_count_moves m WHERE m.batch_id = NEW.id
    AND NEW.jobs_total     = OLD.jobs_total     + (m.from_status IS NULL)
    AND NEW.jobs_pending   = OLD.jobs_pending   + (m.to_status = 'pending')   - (m.from_status IS 'pending')
    AND NEW.jobs_running   = OLD.jobs_running   + (m.to_status = 'running')   - (m.from_status IS 'running')
    AND NEW.jobs_succeeded = OLD.jobs_succeeded + (m.to_status = 'succeeded') - (m.from_status IS 'succeeded')
    AND NEW.jobs_failed    = OLD.jobs_failed    + (m.to_status = 'failed')    - (m.from_status IS 'failed')
    AND NEW.jobs_cancelled = OLD.jobs_cancelled + (m.to_status = 'cancelled') - (m.from_status IS 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'counters are kept by triggers from the jobs themselves'); END;
CREATE TRIGGER counted_follows_moves BEFORE UPDATE OF counted ON jobs
WHEN NOT EXISTS (SELECT 1 FROM job_count_moves m
                 WHERE m.job_id = NEW.id AND m.to_status IS NEW.counted AND m.from_status IS OLD.counted)
BEGIN SELECT RAISE(ABORT, 'counted is kept by triggers'); END;

-- Rule 7: a verdict needs the claim ------------------------------------------------------------------------

CREATE TRIGGER claim_writes_a_fresh_token AFTER UPDATE OF status ON batches
WHEN NEW.status = 'running' AND OLD.status <> 'running' AND NEW.claim_token IS OLD.claim_token
BEGIN UPDATE batches SET claim_token = lower(hex(randomblob(16))) WHERE number = NEW.number; END;

CREATE TRIGGER begun_job_carries_the_claim AFTER UPDATE OF status ON jobs
WHEN NEW.status = 'running' AND OLD.status <> 'running' AND NEW.claim_token IS OLD.claim_token
BEGIN
  UPDATE jobs SET claim_token = (SELECT claim_token FROM batches WHERE id = NEW.batch_id) WHERE id = NEW.id;
END;

CREATE TRIGGER verdict_needs_the_claim BEFORE UPDATE OF status ON jobs
WHEN OLD.status = 'running' AND NEW.status IN ('succeeded', 'failed')
 AND NOT EXISTS (SELECT 1 FROM batches
                 WHERE id = NEW.batch_id AND status = 'running' AND claim_token = NEW.claim_token)
BEGIN SELECT RAISE(ABORT, 'this verdict comes from a claim that is no longer valid'); END;

-- Rule 8: sealed before finished ---------------------------------------------------------------------------

CREATE TRIGGER seal_is_kept BEFORE UPDATE OF sealed ON batches WHEN OLD.sealed = 1 AND NEW.sealed IS NOT 1
BEGIN SELECT RAISE(ABORT, 'a sealed batch stays sealed'); END;

-- A batch that ends takes its open jobs with it, whoever ended it.
CREATE TRIGGER end_closes_open_jobs AFTER UPDATE OF status ON batches
WHEN NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL AND NEW.jobs_pending + NEW.jobs_running > 0
BEGIN
  UPDATE jobs SET status = 'cancelled', completed_at = NEW.completed_at, not_before = NULL
  WHERE batch_id = NEW.id AND status IN ('pending', 'running');
END;

-- A batch is removed only when nobody can miss it: an unfinished fill, or a final one by the retention rule.
CREATE TRIGGER active_batch_is_kept BEFORE DELETE ON batches
WHEN OLD.status IN ('queued', 'running', 'paused') OR (OLD.status = 'initiated' AND OLD.sealed = 1)
BEGIN SELECT RAISE(ABORT, 'an active batch is cancelled, not deleted'); END;
CREATE TRIGGER batch_takes_its_rows AFTER DELETE ON batches
BEGIN
  DELETE FROM attempts WHERE job_id IN (SELECT id FROM jobs WHERE batch_id = OLD.id);
  DELETE FROM jobs WHERE batch_id = OLD.id;
  DELETE FROM batch_after WHERE batch_id = OLD.id;
  DELETE FROM run_summaries WHERE batch_id = OLD.id;
END;

-- The audit trail is append-only ---------------------------------------------------------------------------

CREATE TRIGGER event_is_new BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_kept_u BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_kept_d BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER attempt_is_new BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM attempts WHERE job_id = NEW.job_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'this attempt has its verdict'); END;
CREATE TRIGGER attempt_is_kept_u BEFORE UPDATE ON attempts
BEGIN SELECT RAISE(ABORT, 'a verdict is recorded once'); END;
CREATE TRIGGER attempt_is_kept_d BEFORE DELETE ON attempts
WHEN EXISTS (SELECT 1 FROM jobs j JOIN batches b ON b.id = j.batch_id WHERE j.id = OLD.job_id)
BEGIN SELECT RAISE(ABORT, 'a verdict is recorded once'); END;
