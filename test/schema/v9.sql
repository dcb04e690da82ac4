-- A database of schema 9: the one of schema 8, migrated. Dumped by sqlite3. Made anew until schema 9 is released; never
-- changed after that.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO configurations VALUES(1,'flood-2026','/srv/flood-2026/flood.slipway.yaml','/srv/flood-2026','7eb2d969236291ea1c33119fa5fe8c00',1795318290184);
INSERT INTO configurations VALUES(2,'tide','/srv/tide/tide.slipway.yaml','/srv/tide','e429a521dfabf84933c9d13f797c5b24',1795349914566);
INSERT INTO configurations VALUES(3,'level','/srv/level/level.slipway.yaml','/srv/level','cc936b3513e659e1ace73b3763696a9e',1795946297911);
INSERT INTO configurations VALUES(4,'chart','/srv/level/chart.slipway.yaml','/srv/level','19ff606040caa09137504284eb7815f1',1795946306580);
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
INSERT INTO hosts VALUES('dba24518-c5cc-4216-a118-88788b77f6d4','cli',2052,'716059','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318288028,1795318288028,0,1795318288164);
INSERT INTO hosts VALUES('620acb25-55f6-40bd-980b-8fffc018a989','cli',2132,'716166','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318289092,1795318289092,0,1795318289159);
INSERT INTO hosts VALUES('a8fb489e-d7c4-40a3-982d-98f5da6f36c6','cli',2237,'716295','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318290127,1795318290127,0,1795318290407);
INSERT INTO hosts VALUES('945d22ef-53d8-47da-85ce-b0cb66ca794e','cli',2376,'716390','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318290697,1795318291743,0,1795318292233);
INSERT INTO hosts VALUES('f0265901-7556-4e47-a848-99d06fc0054b','cli',2673,'716570','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318293235,1795318293235,0,1795318293301);
INSERT INTO hosts VALUES('2be89e1d-1418-468d-9526-8e2fd261a02a','cli',2793,'716682','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318293743,1795318293743,0,1795318293770);
INSERT INTO hosts VALUES('ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','cli',2838,'716723','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318294196,1795318294196,0,1795318294343);
INSERT INTO hosts VALUES('9c698cc8-64b3-4d71-9cbe-2a258b56e184','cli',2917,'716813','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318295130,1795318295130,0,1795318295186);
INSERT INTO hosts VALUES('7718de3c-370e-4597-b1d5-99316a2709bf','cli',2980,'716863','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318295413,1795318295413,0,1795318295638);
INSERT INTO hosts VALUES('bcbf634b-081b-41e7-b528-404d45b54ecd','cli',3027,'716910','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318295874,1795318295874,0,1795318296130);
INSERT INTO hosts VALUES('3661720a-81f2-4509-8bae-066b43379cd1','cli',3108,'716977','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318296437,1795318297498,0,1795946298900);
INSERT INTO hosts VALUES('75633998-b5bd-407f-aa23-b1bd75513d2e','cli',3376,'717178','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318298589,1795318298589,0,1795318298644);
INSERT INTO hosts VALUES('54f2881d-3b53-489b-b7d5-113c81ec8b7f','cli',3443,'717245','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795318299574,1795318299574,0,1795318299679);
INSERT INTO hosts VALUES('9286661e-6ada-4b78-802d-eee073c57897','cli',10693,'1310637','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795324233139,1795324233203,0,1795324233313);
INSERT INTO hosts VALUES('ec2d6b37-a2dc-4a3b-a191-a814240dccdc','cli',13791,'3878787','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795349914566,1795349914566,0,1795349914610);
INSERT INTO hosts VALUES('4287ea60-0c3f-4a98-8870-6f73624437f1','cli',14682,'1005908','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946297798,1795946297798,0,1795946297812);
INSERT INTO hosts VALUES('83564cff-8db4-4278-b3c3-84d47368fcfe','cli',14691,'1005927','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946297909,1795946297909,0,1795946297994);
INSERT INTO hosts VALUES('84c95a4e-14e3-4ea4-ad9c-131fa22552a9','cli',14721,'1005961','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946298351,1795946298351,0,1795946298374);
INSERT INTO hosts VALUES('6c5e4d5e-00e2-4c56-adde-09cb614f09fb','cli',14768,'1006015','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946298892,1795946298900,0,1795946299013);
INSERT INTO hosts VALUES('91a2ce9c-90a0-478a-a267-b62a8631157c','cli',14888,'1006791','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946306578,1795946306578,0,1795946306641);
INSERT INTO hosts VALUES('742132a3-52f1-4ce8-85b1-d4fe1c492aa3','cli',14921,'1006824','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946306910,1795946306910,0,1795946306933);
INSERT INTO hosts VALUES('35899b7c-56dd-49d4-b7c3-d52285e15de2','cli',14931,'1006840','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946307108,1795946307108,0,1795946307173);
INSERT INTO hosts VALUES('e5cde7c9-356f-445f-9a80-0470209163d7','cli',14945,'1006865','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946307327,1795946307327,0,1795946307389);
INSERT INTO hosts VALUES('442682eb-06a4-4b09-a6e1-1f5b4d24227d','cli',14969,'1006902','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946307746,1795946307746,0,1795946307760);
INSERT INTO hosts VALUES('5cf5bbdf-5545-4b0b-afaf-8e0cd7eb79cb','cli',15183,'1007543','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946314086,1795946314086,0,1795946314096);
INSERT INTO hosts VALUES('2cf5daaf-7baa-44b3-a72b-4b873f883d23','cli',15198,'1007556','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946314241,1795946314241,0,1795946314254);
INSERT INTO hosts VALUES('7396abb8-9472-4302-9adf-3d7d4d7ba038','cli',15213,'1007571','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946314369,1795946314369,0,1795946314384);
INSERT INTO hosts VALUES('4da631e6-0028-4e05-bc04-b281c5e736af','cli',15237,'1007584','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946314554,1795946314554,0,1795946314563);
INSERT INTO hosts VALUES('f560722f-c93b-4536-92b1-6fe6e6f41cc0','cli',15259,'1007634','00000000-0000-4000-8000-000000000001','ana','0.1.0',1795946315115,1795946326136,1,NULL);
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
  cleared_at           INTEGER, counted_to INTEGER NOT NULL DEFAULT 0, counted_job INTEGER, expands TEXT NOT NULL DEFAULT 'when-added'
  CONSTRAINT expands_is_known CHECK (expands IN ('when-added', 'when-claimed')), failed_before INTEGER NOT NULL DEFAULT 0, reason_code TEXT, reason_values TEXT, skips_done INTEGER NOT NULL DEFAULT 0
  CONSTRAINT skips_done_is_boolean CHECK (skips_done IN (0, 1)), rerun_since INTEGER, cut_off INTEGER NOT NULL DEFAULT 0
  CONSTRAINT cut_off_is_boolean CHECK (cut_off IN (0, 1)), also_duplicates TEXT NOT NULL DEFAULT '[]', rank INTEGER,
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
INSERT INTO batches VALUES(1,'11aa2f58-993b-441a-9512-5b7e4e3b9470',1,'edm-creation','paused',NULL,0,NULL,NULL,NULL,1,NULL,1795318290184,1795318293248,NULL,1795318292161,NULL,NULL,'wrong file',3,1,0,2,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":1,"delayMs":10,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{"REGION":"north"},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,2,NULL,NULL,NULL,3,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(2,'8186593f-8897-4999-93e2-ba8d60116617',1,'portfolio','queued',5,0,NULL,NULL,NULL,1,NULL,1795318290184,1795318290184,NULL,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,5,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',5242880);
INSERT INTO batches VALUES(3,'02af5611-8f5d-4693-b424-6d8a6533afe5',1,'evolve','completed',NULL,2,NULL,0,9,1,NULL,1795318290184,1795318290184,1795318290736,1795318291216,1795318291217,NULL,NULL,10,0,0,10,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,15,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(4,'bcdf3765-6104-4046-acda-990fbee61665',1,'evolve','completed',NULL,2,NULL,10,19,1,NULL,1795318290184,1795318290184,1795318291217,1795318291659,1795318291659,NULL,NULL,10,0,0,10,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,25,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(5,'947b06c1-bc31-409f-8a63-a6472637deb3',1,'evolve','completed',NULL,2,NULL,20,29,1,NULL,1795318290184,1795318290184,1795318291659,1795318291971,1795318291977,NULL,NULL,10,0,0,10,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,35,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(6,'e55d897b-5e5b-424d-8596-2710db373ad1',1,'evolve','cancelled',NULL,2,NULL,0,9,1,NULL,1795318294213,1795318294213,NULL,1795318295150,1795318295150,NULL,'not needed',10,0,0,0,0,10,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'command',NULL,NULL,45,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(7,'1d57b889-e862-41e4-acae-9253ace1249c',1,'evolve','queued',2,2,NULL,10,19,1,NULL,1795318294213,1795318294213,NULL,NULL,NULL,NULL,NULL,10,10,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,55,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',2097152);
INSERT INTO batches VALUES(8,'22a936a1-5427-480e-b096-0a6110748946',1,'evolve','queued',3,2,NULL,20,29,1,NULL,1795318294213,1795318294213,NULL,NULL,NULL,NULL,NULL,10,10,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":2,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,65,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',3145728);
INSERT INTO batches VALUES(9,'df9fc137-8485-420f-9fc7-ee4182e5d96a',1,'portfolio','queued',6,0,'8186593f-8897-4999-93e2-ba8d60116617',NULL,NULL,1,NULL,1795318295435,1795318295435,NULL,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,67,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',6291456);
INSERT INTO batches VALUES(10,'8a4850b4-0cbe-45de-8931-9fc8970acb56',1,'long','paused',NULL,9,NULL,1,2,1,'0a23f560-a400-480c-a9f5-32c8571eca4b',1795318295885,1795318295885,1795318296452,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":2,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,69,69,'when-added',0,'restart-policy','{}',0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(11,'02a38790-194a-40e9-8ff3-01d4b9da005b',1,'long','initiated',NULL,0,'8a4850b4-0cbe-45de-8931-9fc8970acb56',1,2,1,NULL,1795318299574,NULL,NULL,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":2,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,71,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(12,'8063b4e9-3a2a-492d-a93e-9514f409b093',1,'check','completed_with_errors',NULL,0,NULL,NULL,NULL,1,NULL,1795324233139,1795324233139,1795324233213,1795324233247,1795324233247,NULL,NULL,3,0,0,2,1,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,74,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(13,'d4a66dde-02ee-4ad3-a443-42f901debc4e',1,'strict','failed',NULL,0,NULL,1,3,1,NULL,1795324233139,1795324233139,1795324233247,1795324233259,1795324233259,NULL,'stopped at the first failure (stop-on-failure: first)',3,0,0,0,1,2,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"first"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/flood-2026","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,77,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(14,'848f08e0-11a3-4155-bb32-40745bc7c4ee',2,'gauge','queued',7,0,NULL,1,3,1,NULL,1795349914566,1795349914566,NULL,NULL,NULL,NULL,NULL,3,3,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/tide","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,80,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',7340032);
INSERT INTO batches VALUES(15,'26ba1463-7dde-44fe-a87c-a81084b59103',2,'later','queued',8,0,NULL,0,1,1,NULL,1795349914566,1795349914566,NULL,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/tide","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,82,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',8388608);
INSERT INTO batches VALUES(16,'da925263-6fec-408e-8ac5-e0f1163db751',2,'later','queued',9,0,NULL,2,3,1,NULL,1795349914566,1795349914566,NULL,NULL,NULL,NULL,NULL,2,2,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/tide","env":{},"shell":false,"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,84,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',9437184);
INSERT INTO batches VALUES(17,'5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',3,'level','completed',NULL,9,NULL,NULL,NULL,1,NULL,1795946297911,1795946297911,1795946298958,1795946298975,1795946298975,NULL,NULL,3,0,0,3,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/level","env":{},"shell":false,"reads":["/usr/bin/cp"],"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'event',NULL,NULL,87,87,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(18,'5d5d21b4-df5d-4ded-bd61-50f392e33f17',4,'level2','running',0,9,NULL,NULL,NULL,1,'68fea703-08ee-4faf-a043-bfab7e1021a6',1795946306580,1795946314088,1795946315157,NULL,NULL,NULL,NULL,1,0,1,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/level","env":{},"shell":false,"reads":["/usr/bin/sleep"],"searchPath":"/usr/local/bin:/usr/bin:/bin"}','f560722f-c93b-4536-92b1-6fe6e6f41cc0',0,NULL,1,NULL,NULL,NULL,88,88,'when-added',0,NULL,NULL,0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(19,'0fb71f29-e7c3-426c-b821-ce7e5aace8b8',4,'chart','queued',1,9,NULL,NULL,NULL,0,NULL,1795946306580,1795946314242,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/level","env":{},"shell":false,"reads":["/usr/bin/cat"],"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,NULL,NULL,NULL,0,NULL,'when-claimed',0,NULL,NULL,0,NULL,0,'[]',1048576);
INSERT INTO batches VALUES(20,'dd1b20f0-d165-4bfa-bc44-540d7c58e25c',3,'level','cancelled',NULL,1,NULL,NULL,NULL,1,NULL,1795946307112,1795946307112,NULL,1795946307331,1795946307331,NULL,NULL,3,0,0,0,0,3,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/level","env":{},"shell":false,"reads":["/usr/bin/cp"],"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,NULL,1,'command',NULL,NULL,91,91,'when-added',0,'continued','{"by":21}',0,NULL,0,'[]',NULL);
INSERT INTO batches VALUES(21,'9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',3,'level','queued',4,1,NULL,NULL,NULL,1,NULL,1795946307331,1795946307112,NULL,NULL,NULL,NULL,NULL,3,3,0,0,0,0,'{"parallel":1,"timeoutMs":null,"retries":{"times":0,"delayMs":0,"backoff":1},"stopOnFailure":{"kind":"never"},"logLimitBytes":67108864,"priority":0,"cwd":"/srv/level","env":{},"shell":false,"reads":["/usr/bin/cp"],"searchPath":"/usr/local/bin:/usr/bin:/bin"}',NULL,0,'dd1b20f0-d165-4bfa-bc44-540d7c58e25c',1,NULL,NULL,NULL,94,NULL,'when-added',0,NULL,NULL,0,NULL,0,'[]',4194304);
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
  counted      TEXT, done_by INTEGER,                              -- the status the batch's counters know; kept by triggers
  CONSTRAINT job_id_is_positive CHECK (id > 0),
  CONSTRAINT job_status_is_known CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  CONSTRAINT job_finished_if_final CHECK (
    (completed_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
  CONSTRAINT job_place UNIQUE (batch_id, ordinal)
) STRICT;
INSERT INTO jobs VALUES(1,'11aa2f58-993b-441a-9512-5b7e4e3b9470',1,'succeeded','data/a.csv',1,0,1795318291977,1795318291999,NULL,NULL,13,0,0,NULL,'{"argv":["./edm.sh","data/a.csv","a"],"expect":[{"file":"/srv/flood-2026/results/a.json","nonEmpty":true}]}','49958fa96654a542728ea40661e0a890','008a33ed-05ca-4f94-9add-297421a1450a','succeeded',NULL);
INSERT INTO jobs VALUES(2,'11aa2f58-993b-441a-9512-5b7e4e3b9470',2,'succeeded','data/b.csv',1,0,1795318292007,1795318292029,NULL,NULL,12,0,0,NULL,'{"argv":["./edm.sh","data/b.csv","b"],"expect":[{"file":"/srv/flood-2026/results/b.json","nonEmpty":true}]}','46681c217704291efb03041dac377aa5','008a33ed-05ca-4f94-9add-297421a1450a','succeeded',NULL);
INSERT INTO jobs VALUES(3,'11aa2f58-993b-441a-9512-5b7e4e3b9470',3,'pending','data/c.csv',2,NULL,1795318292152,NULL,NULL,NULL,0,0,0,NULL,'{"argv":["./edm.sh","data/c.csv","c"],"expect":[{"file":"/srv/flood-2026/results/c.json","nonEmpty":true}]}','7ed943dccc64a112d992a5de483acac0','008a33ed-05ca-4f94-9add-297421a1450a','pending',NULL);
INSERT INTO jobs VALUES(4,'8186593f-8897-4999-93e2-ba8d60116617',1,'pending','north',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","north"]}','c8b9f4f7fb7f7ed90a610c223cfc95fd',NULL,'pending',NULL);
INSERT INTO jobs VALUES(5,'8186593f-8897-4999-93e2-ba8d60116617',2,'pending','south',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","south"]}','c30ecd1c9fbb8db9ac241e51d5b52a93',NULL,'pending',NULL);
INSERT INTO jobs VALUES(6,'02af5611-8f5d-4693-b424-6d8a6533afe5',1,'succeeded','0',1,0,1795318290737,1795318290802,NULL,NULL,19,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","0"]}','1eae833d949b5ee6961aa37b01937ef1','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(7,'02af5611-8f5d-4693-b424-6d8a6533afe5',2,'succeeded','1',1,0,1795318290849,1795318290890,NULL,NULL,34,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","1"]}','7462b6df86881adf74b3c9d62f464fbd','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(8,'02af5611-8f5d-4693-b424-6d8a6533afe5',3,'succeeded','2',1,0,1795318290890,1795318290960,NULL,NULL,12,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","2"]}','edf6144bd8b2ec05723024ada1581b72','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(9,'02af5611-8f5d-4693-b424-6d8a6533afe5',4,'succeeded','3',1,0,1795318290978,1795318291026,NULL,NULL,29,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","3"]}','ca910a3ba35e1f91f6ac17a14269b6c2','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(10,'02af5611-8f5d-4693-b424-6d8a6533afe5',5,'succeeded','4',1,0,1795318291027,1795318291051,NULL,NULL,17,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","4"]}','4e862c17215d2544f83898b6bc2a537c','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(11,'02af5611-8f5d-4693-b424-6d8a6533afe5',6,'succeeded','5',1,0,1795318291052,1795318291076,NULL,NULL,16,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","5"]}','ad295a09ec4738e47cd25b9bdf5fa560','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(12,'02af5611-8f5d-4693-b424-6d8a6533afe5',7,'succeeded','6',1,0,1795318291080,1795318291101,NULL,NULL,16,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","6"]}','1a6bcf99512537b9c5fd8fb39fac0927','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(13,'02af5611-8f5d-4693-b424-6d8a6533afe5',8,'succeeded','7',1,0,1795318291114,1795318291135,NULL,NULL,12,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","7"]}','8489e640d5ca3b2ca1cd47a281d322af','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(14,'02af5611-8f5d-4693-b424-6d8a6533afe5',9,'succeeded','8',1,0,1795318291142,1795318291190,NULL,NULL,44,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","8"]}','dde9d1d41242c0cdc85ae11f1c41ab5f','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(15,'02af5611-8f5d-4693-b424-6d8a6533afe5',10,'succeeded','9',1,0,1795318291195,1795318291216,NULL,NULL,12,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","9"]}','c701b8ad34ff2449b411986415b1fe7b','b6730e11-faa1-416a-a0b0-d27c120621c2','succeeded',NULL);
INSERT INTO jobs VALUES(16,'bcdf3765-6104-4046-acda-990fbee61665',1,'succeeded','10',1,0,1795318291218,1795318291261,NULL,NULL,16,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","10"]}','7a3d44e04e8b3510fefddb9ddaff8571','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(17,'bcdf3765-6104-4046-acda-990fbee61665',2,'succeeded','11',1,0,1795318291343,1795318291374,NULL,NULL,20,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","11"]}','bf761f3a6c9a1ef0661368923dd62107','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(18,'bcdf3765-6104-4046-acda-990fbee61665',3,'succeeded','12',1,0,1795318291375,1795318291413,NULL,NULL,33,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","12"]}','be77f2af74dd9e324c4f9a94337dbc3b','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(19,'bcdf3765-6104-4046-acda-990fbee61665',4,'succeeded','13',1,0,1795318291414,1795318291440,NULL,NULL,18,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","13"]}','92230029d5ab9c6410648efa1425782b','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(20,'bcdf3765-6104-4046-acda-990fbee61665',5,'succeeded','14',1,0,1795318291442,1795318291497,NULL,NULL,25,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","14"]}','17f873ef38a657c79135148a44e47ab4','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(21,'bcdf3765-6104-4046-acda-990fbee61665',6,'succeeded','15',1,0,1795318291507,1795318291535,NULL,NULL,17,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","15"]}','2499b2a7557867c5c8a47aaa3bd449c9','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(22,'bcdf3765-6104-4046-acda-990fbee61665',7,'succeeded','16',1,0,1795318291540,1795318291562,NULL,NULL,14,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","16"]}','dd97333251080b49ef0720219f5d5d38','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(23,'bcdf3765-6104-4046-acda-990fbee61665',8,'succeeded','17',1,0,1795318291565,1795318291596,NULL,NULL,13,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","17"]}','30f9f831b21902c0dcf5a693ab68d2ac','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(24,'bcdf3765-6104-4046-acda-990fbee61665',9,'succeeded','18',1,0,1795318291600,1795318291635,NULL,NULL,23,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","18"]}','fbd6618d1d228ad1be40f34309fbd475','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(25,'bcdf3765-6104-4046-acda-990fbee61665',10,'succeeded','19',1,0,1795318291636,1795318291659,NULL,NULL,11,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","19"]}','2755b25168bf217b401e3f6214cd7afc','4d84c539-a325-4d01-a282-c9b2994bebab','succeeded',NULL);
INSERT INTO jobs VALUES(26,'947b06c1-bc31-409f-8a63-a6472637deb3',1,'succeeded','20',1,0,1795318291660,1795318291689,NULL,NULL,29,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","20"]}','9b7a027edfcd3f609b139975d5bfeee1','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(27,'947b06c1-bc31-409f-8a63-a6472637deb3',2,'succeeded','21',1,0,1795318291691,1795318291716,NULL,NULL,13,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","21"]}','a2b55d185d2cd02c6d43a3c5ad2a36c6','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(28,'947b06c1-bc31-409f-8a63-a6472637deb3',3,'succeeded','22',1,0,1795318291716,1795318291737,NULL,NULL,17,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","22"]}','6a5b33f9110f7c7e54dd2cc1af2a9080','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(29,'947b06c1-bc31-409f-8a63-a6472637deb3',4,'succeeded','23',1,0,1795318291739,1795318291763,NULL,NULL,20,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","23"]}','e09bc95e297d0705fd62257dd93d3a6d','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(30,'947b06c1-bc31-409f-8a63-a6472637deb3',5,'succeeded','24',1,0,1795318291766,1795318291787,NULL,NULL,12,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","24"]}','e3d3cb2f320f04bcafbcf59fa2c5c465','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(31,'947b06c1-bc31-409f-8a63-a6472637deb3',6,'succeeded','25',1,0,1795318291819,1795318291838,NULL,NULL,17,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","25"]}','eed0441052c4625fb60af55a3cda6cd2','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(32,'947b06c1-bc31-409f-8a63-a6472637deb3',7,'succeeded','26',1,0,1795318291839,1795318291868,NULL,NULL,17,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","26"]}','610dc8b108aff2dc0485e5e3b2a8da8b','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(33,'947b06c1-bc31-409f-8a63-a6472637deb3',8,'succeeded','27',1,0,1795318291870,1795318291913,NULL,NULL,12,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","27"]}','2d97279b01f04636ea7814bd80c287fd','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(34,'947b06c1-bc31-409f-8a63-a6472637deb3',9,'succeeded','28',1,0,1795318291916,1795318291940,NULL,NULL,15,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","28"]}','b79883a6db7c631e18a6460e67230f1f','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(35,'947b06c1-bc31-409f-8a63-a6472637deb3',10,'succeeded','29',1,0,1795318291946,1795318291971,NULL,NULL,16,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","29"]}','fc1acae473c888e020796c59bc58007a','de5ebe69-99d5-4d0d-9b38-4c6226415c81','succeeded',NULL);
INSERT INTO jobs VALUES(36,'e55d897b-5e5b-424d-8596-2710db373ad1',1,'cancelled','0',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","0"]}','1eae833d949b5ee6961aa37b01937ef1',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(37,'e55d897b-5e5b-424d-8596-2710db373ad1',2,'cancelled','1',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","1"]}','7462b6df86881adf74b3c9d62f464fbd',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(38,'e55d897b-5e5b-424d-8596-2710db373ad1',3,'cancelled','2',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","2"]}','edf6144bd8b2ec05723024ada1581b72',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(39,'e55d897b-5e5b-424d-8596-2710db373ad1',4,'cancelled','3',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","3"]}','ca910a3ba35e1f91f6ac17a14269b6c2',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(40,'e55d897b-5e5b-424d-8596-2710db373ad1',5,'cancelled','4',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","4"]}','4e862c17215d2544f83898b6bc2a537c',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(41,'e55d897b-5e5b-424d-8596-2710db373ad1',6,'cancelled','5',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","5"]}','ad295a09ec4738e47cd25b9bdf5fa560',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(42,'e55d897b-5e5b-424d-8596-2710db373ad1',7,'cancelled','6',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","6"]}','1a6bcf99512537b9c5fd8fb39fac0927',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(43,'e55d897b-5e5b-424d-8596-2710db373ad1',8,'cancelled','7',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","7"]}','8489e640d5ca3b2ca1cd47a281d322af',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(44,'e55d897b-5e5b-424d-8596-2710db373ad1',9,'cancelled','8',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","8"]}','dde9d1d41242c0cdc85ae11f1c41ab5f',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(45,'e55d897b-5e5b-424d-8596-2710db373ad1',10,'cancelled','9',0,NULL,NULL,1795318295150,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","9"]}','c701b8ad34ff2449b411986415b1fe7b',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(46,'1d57b889-e862-41e4-acae-9253ace1249c',1,'pending','10',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","10"]}','7a3d44e04e8b3510fefddb9ddaff8571',NULL,'pending',NULL);
INSERT INTO jobs VALUES(47,'1d57b889-e862-41e4-acae-9253ace1249c',2,'pending','11',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","11"]}','bf761f3a6c9a1ef0661368923dd62107',NULL,'pending',NULL);
INSERT INTO jobs VALUES(48,'1d57b889-e862-41e4-acae-9253ace1249c',3,'pending','12',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","12"]}','be77f2af74dd9e324c4f9a94337dbc3b',NULL,'pending',NULL);
INSERT INTO jobs VALUES(49,'1d57b889-e862-41e4-acae-9253ace1249c',4,'pending','13',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","13"]}','92230029d5ab9c6410648efa1425782b',NULL,'pending',NULL);
INSERT INTO jobs VALUES(50,'1d57b889-e862-41e4-acae-9253ace1249c',5,'pending','14',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","14"]}','17f873ef38a657c79135148a44e47ab4',NULL,'pending',NULL);
INSERT INTO jobs VALUES(51,'1d57b889-e862-41e4-acae-9253ace1249c',6,'pending','15',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","15"]}','2499b2a7557867c5c8a47aaa3bd449c9',NULL,'pending',NULL);
INSERT INTO jobs VALUES(52,'1d57b889-e862-41e4-acae-9253ace1249c',7,'pending','16',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","16"]}','dd97333251080b49ef0720219f5d5d38',NULL,'pending',NULL);
INSERT INTO jobs VALUES(53,'1d57b889-e862-41e4-acae-9253ace1249c',8,'pending','17',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","17"]}','30f9f831b21902c0dcf5a693ab68d2ac',NULL,'pending',NULL);
INSERT INTO jobs VALUES(54,'1d57b889-e862-41e4-acae-9253ace1249c',9,'pending','18',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","18"]}','fbd6618d1d228ad1be40f34309fbd475',NULL,'pending',NULL);
INSERT INTO jobs VALUES(55,'1d57b889-e862-41e4-acae-9253ace1249c',10,'pending','19',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","19"]}','2755b25168bf217b401e3f6214cd7afc',NULL,'pending',NULL);
INSERT INTO jobs VALUES(56,'22a936a1-5427-480e-b096-0a6110748946',1,'pending','20',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","20"]}','9b7a027edfcd3f609b139975d5bfeee1',NULL,'pending',NULL);
INSERT INTO jobs VALUES(57,'22a936a1-5427-480e-b096-0a6110748946',2,'pending','21',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","21"]}','a2b55d185d2cd02c6d43a3c5ad2a36c6',NULL,'pending',NULL);
INSERT INTO jobs VALUES(58,'22a936a1-5427-480e-b096-0a6110748946',3,'pending','22',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","22"]}','6a5b33f9110f7c7e54dd2cc1af2a9080',NULL,'pending',NULL);
INSERT INTO jobs VALUES(59,'22a936a1-5427-480e-b096-0a6110748946',4,'pending','23',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","23"]}','e09bc95e297d0705fd62257dd93d3a6d',NULL,'pending',NULL);
INSERT INTO jobs VALUES(60,'22a936a1-5427-480e-b096-0a6110748946',5,'pending','24',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","24"]}','e3d3cb2f320f04bcafbcf59fa2c5c465',NULL,'pending',NULL);
INSERT INTO jobs VALUES(61,'22a936a1-5427-480e-b096-0a6110748946',6,'pending','25',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","25"]}','eed0441052c4625fb60af55a3cda6cd2',NULL,'pending',NULL);
INSERT INTO jobs VALUES(62,'22a936a1-5427-480e-b096-0a6110748946',7,'pending','26',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","26"]}','610dc8b108aff2dc0485e5e3b2a8da8b',NULL,'pending',NULL);
INSERT INTO jobs VALUES(63,'22a936a1-5427-480e-b096-0a6110748946',8,'pending','27',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","27"]}','2d97279b01f04636ea7814bd80c287fd',NULL,'pending',NULL);
INSERT INTO jobs VALUES(64,'22a936a1-5427-480e-b096-0a6110748946',9,'pending','28',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","28"]}','b79883a6db7c631e18a6460e67230f1f',NULL,'pending',NULL);
INSERT INTO jobs VALUES(65,'22a936a1-5427-480e-b096-0a6110748946',10,'pending','29',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","29"]}','fc1acae473c888e020796c59bc58007a',NULL,'pending',NULL);
INSERT INTO jobs VALUES(66,'df9fc137-8485-420f-9fc7-ee4182e5d96a',1,'pending','north',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","north"]}','c8b9f4f7fb7f7ed90a610c223cfc95fd',NULL,'pending',NULL);
INSERT INTO jobs VALUES(67,'df9fc137-8485-420f-9fc7-ee4182e5d96a',2,'pending','south',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 0.01","sh","south"]}','c30ecd1c9fbb8db9ac241e51d5b52a93',NULL,'pending',NULL);
INSERT INTO jobs VALUES(68,'8a4850b4-0cbe-45de-8931-9fc8970acb56',1,'pending','1',1,NULL,1795318296453,NULL,'its host died while it ran',NULL,628002465,0,1,NULL,'{"argv":["sh","-c","sleep 20","sh","1"]}','0065601628c3e3b8d35fe7d915fe2012','0a23f560-a400-480c-a9f5-32c8571eca4b','pending',NULL);
INSERT INTO jobs VALUES(69,'8a4850b4-0cbe-45de-8931-9fc8970acb56',2,'pending','2',1,NULL,1795318296454,NULL,'its host died while it ran',NULL,628002469,0,1,NULL,'{"argv":["sh","-c","sleep 20","sh","2"]}','355ceb93cbb71a604db38f9e3780834f','0a23f560-a400-480c-a9f5-32c8571eca4b','pending',NULL);
INSERT INTO jobs VALUES(70,'02a38790-194a-40e9-8ff3-01d4b9da005b',1,'pending','1',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 20","sh","1"]}','0065601628c3e3b8d35fe7d915fe2012',NULL,'pending',NULL);
INSERT INTO jobs VALUES(71,'02a38790-194a-40e9-8ff3-01d4b9da005b',2,'pending','2',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","sleep 20","sh","2"]}','355ceb93cbb71a604db38f9e3780834f',NULL,'pending',NULL);
INSERT INTO jobs VALUES(72,'8063b4e9-3a2a-492d-a93e-9514f409b093',1,'succeeded','a1',1,0,1795324233215,1795324233230,NULL,NULL,1,0,0,NULL,'{"argv":["sh","-c","if [ \"$1\" = 2 ]; then echo \"no column area\" >&2; exit 3; fi","sh","a1"]}','e739179fcc0167bb436cb8a2a5013549','4c3b8a1e-7db0-49bf-8e86-f8bc7e066f25','succeeded',NULL);
INSERT INTO jobs VALUES(73,'8063b4e9-3a2a-492d-a93e-9514f409b093',2,'failed','2',1,3,1795324233232,1795324233237,'no column area',NULL,1,1,0,NULL,'{"argv":["sh","-c","if [ \"$1\" = 2 ]; then echo \"no column area\" >&2; exit 3; fi","sh","2"]}','055ca8583717132c227000507454ad95','4c3b8a1e-7db0-49bf-8e86-f8bc7e066f25','failed',NULL);
INSERT INTO jobs VALUES(74,'8063b4e9-3a2a-492d-a93e-9514f409b093',3,'succeeded','a3',1,0,1795324233238,1795324233247,NULL,NULL,1,0,0,NULL,'{"argv":["sh","-c","if [ \"$1\" = 2 ]; then echo \"no column area\" >&2; exit 3; fi","sh","a3"]}','c9cdbf544853b3da35b13a816e8da03e','4c3b8a1e-7db0-49bf-8e86-f8bc7e066f25','succeeded',NULL);
INSERT INTO jobs VALUES(75,'d4a66dde-02ee-4ad3-a443-42f901debc4e',1,'failed','1',1,4,1795324233248,1795324233254,'broken from the start',NULL,0,1,0,NULL,'{"argv":["sh","-c","echo \"broken from the start\" >&2; exit 4","sh","1"]}','b84a41af137901f7d2a7fac43eb99a9c','2b4a163a-2a95-4771-857b-3c2f1261dddc','failed',NULL);
INSERT INTO jobs VALUES(76,'d4a66dde-02ee-4ad3-a443-42f901debc4e',2,'cancelled','2',0,NULL,NULL,1795324233259,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","echo \"broken from the start\" >&2; exit 4","sh","2"]}','41a4038bb40a7737b2822e5fea7d7ff8',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(77,'d4a66dde-02ee-4ad3-a443-42f901debc4e',3,'cancelled','3',0,NULL,NULL,1795324233259,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","echo \"broken from the start\" >&2; exit 4","sh","3"]}','c32f2df3c1a68d0c79455b0eedb4b866',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(78,'848f08e0-11a3-4155-bb32-40745bc7c4ee',1,'pending','1',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","test $0 != 2","1"]}','f80584d4ffb5c0378fbef07bce13bd20',NULL,NULL,NULL);
INSERT INTO jobs VALUES(79,'848f08e0-11a3-4155-bb32-40745bc7c4ee',2,'pending','2',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","test $0 != 2","2"]}','97eaa4ad65fb3ee51a4a3611e7f20943',NULL,NULL,NULL);
INSERT INTO jobs VALUES(80,'848f08e0-11a3-4155-bb32-40745bc7c4ee',3,'pending','3',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sh","-c","test $0 != 2","3"]}','e3b24a4fd92f300bc08ce48fc5da8245',NULL,NULL,NULL);
INSERT INTO jobs VALUES(81,'26ba1463-7dde-44fe-a87c-a81084b59103',1,'pending','0',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["echo","0"]}','d8935daa7623ad2a00f855aa62bb5599',NULL,NULL,NULL);
INSERT INTO jobs VALUES(82,'26ba1463-7dde-44fe-a87c-a81084b59103',2,'pending','1',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["echo","1"]}','9d0a99a7a8e7fcf3352c89601931f227',NULL,NULL,NULL);
INSERT INTO jobs VALUES(83,'da925263-6fec-408e-8ac5-e0f1163db751',1,'pending','2',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["echo","2"]}','2b4743bbfe0dca7c053e8acce0b82f40',NULL,NULL,NULL);
INSERT INTO jobs VALUES(84,'da925263-6fec-408e-8ac5-e0f1163db751',2,'pending','3',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["echo","3"]}','15a0130093788bb53b99e60848993ac7',NULL,NULL,NULL);
INSERT INTO jobs VALUES(85,'5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',1,'succeeded','data/a.csv',1,0,1795946298960,1795946298966,NULL,NULL,2,0,0,NULL,'{"argv":["cp","data/a.csv","out/a"],"expect":[{"file":"/srv/level/out/a","nonEmpty":false}],"reads":["/srv/level/data/a.csv"]}','a615c5c2b510f7bde19efa49bc8bacae','f25ca200-f9b0-4dd2-9315-3f9d8fa08c1d','succeeded',NULL);
INSERT INTO jobs VALUES(86,'5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',2,'succeeded','data/b.csv',1,0,1795946298969,1795946298972,NULL,NULL,0,0,0,NULL,'{"argv":["cp","data/b.csv","out/b"],"expect":[{"file":"/srv/level/out/b","nonEmpty":false}],"reads":["/srv/level/data/b.csv"]}','f48418fd62c7c2293d9def50e09703a9','f25ca200-f9b0-4dd2-9315-3f9d8fa08c1d','succeeded',NULL);
INSERT INTO jobs VALUES(87,'5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',3,'succeeded','data/c.csv',1,0,1795946298973,1795946298975,NULL,NULL,0,0,0,NULL,'{"argv":["cp","data/c.csv","out/c"],"expect":[{"file":"/srv/level/out/c","nonEmpty":false}],"reads":["/srv/level/data/c.csv"]}','c5018a430f8ce9e1efabbd209e03398b','f25ca200-f9b0-4dd2-9315-3f9d8fa08c1d','succeeded',NULL);
INSERT INTO jobs VALUES(88,'5d5d21b4-df5d-4ded-bd61-50f392e33f17',1,'running','',1,NULL,1795946315160,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["sleep","600"]}','e3c35a4cc8ba153d10bf4cf9d09d1a89','68fea703-08ee-4faf-a043-bfab7e1021a6','running',NULL);
INSERT INTO jobs VALUES(89,'dd1b20f0-d165-4bfa-bc44-540d7c58e25c',1,'cancelled','data/a.csv',0,NULL,NULL,1795946307331,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/a.csv","out/a"],"expect":[{"file":"/srv/level/out/a","nonEmpty":false}],"reads":["/srv/level/data/a.csv"]}','a615c5c2b510f7bde19efa49bc8bacae',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(90,'dd1b20f0-d165-4bfa-bc44-540d7c58e25c',2,'cancelled','data/b.csv',0,NULL,NULL,1795946307331,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/b.csv","out/b"],"expect":[{"file":"/srv/level/out/b","nonEmpty":false}],"reads":["/srv/level/data/b.csv"]}','f48418fd62c7c2293d9def50e09703a9',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(91,'dd1b20f0-d165-4bfa-bc44-540d7c58e25c',3,'cancelled','data/c.csv',0,NULL,NULL,1795946307331,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/c.csv","out/c"],"expect":[{"file":"/srv/level/out/c","nonEmpty":false}],"reads":["/srv/level/data/c.csv"]}','c5018a430f8ce9e1efabbd209e03398b',NULL,'cancelled',NULL);
INSERT INTO jobs VALUES(92,'9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',1,'pending','data/a.csv',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/a.csv","out/a"],"expect":[{"file":"/srv/level/out/a","nonEmpty":false}],"reads":["/srv/level/data/a.csv"]}','a615c5c2b510f7bde19efa49bc8bacae',NULL,NULL,NULL);
INSERT INTO jobs VALUES(93,'9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',2,'pending','data/b.csv',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/b.csv","out/b"],"expect":[{"file":"/srv/level/out/b","nonEmpty":false}],"reads":["/srv/level/data/b.csv"]}','f48418fd62c7c2293d9def50e09703a9',NULL,NULL,NULL);
INSERT INTO jobs VALUES(94,'9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',3,'pending','data/c.csv',0,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,'{"argv":["cp","data/c.csv","out/c"],"expect":[{"file":"/srv/level/out/c","nonEmpty":false}],"reads":["/srv/level/data/c.csv"]}','c5018a430f8ce9e1efabbd209e03398b',NULL,NULL,NULL);
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
  host_id    TEXT, node TEXT, queued_ms INTEGER,
  CONSTRAINT one_verdict_per_attempt PRIMARY KEY (job_id, number),
  CONSTRAINT outcome_is_known CHECK (outcome IN ('succeeded', 'failed', 'cancelled', 'interrupted'))
) STRICT, WITHOUT ROWID;
INSERT INTO attempts VALUES(1,1,'succeeded',1795318291987,1795318291999,13,0,NULL,NULL,2,0,2012,19,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(2,1,'succeeded',1795318292017,1795318292029,12,0,NULL,NULL,1,0,2028,19,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(3,1,'failed',1795318292053,1795318292054,0,3,NULL,'no column ''area''',0,0,1608,36,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(3,2,'failed',1795318292161,1795318292161,0,3,NULL,'no column ''area''',0,0,1608,36,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(6,1,'succeeded',1795318290784,1795318290802,19,0,NULL,NULL,1,0,1684,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(7,1,'succeeded',1795318290856,1795318290890,34,0,NULL,NULL,1,0,1700,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(8,1,'succeeded',1795318290948,1795318290960,12,0,NULL,NULL,1,0,1684,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(9,1,'succeeded',1795318290996,1795318291026,29,0,NULL,NULL,1,0,1684,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(10,1,'succeeded',1795318291034,1795318291051,17,0,NULL,NULL,1,0,1696,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(11,1,'succeeded',1795318291060,1795318291076,16,0,NULL,NULL,1,0,1668,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(12,1,'succeeded',1795318291086,1795318291101,16,0,NULL,NULL,1,0,1780,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(13,1,'succeeded',1795318291122,1795318291135,12,0,NULL,NULL,1,0,1644,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(14,1,'succeeded',1795318291146,1795318291190,44,0,NULL,NULL,1,0,1696,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(15,1,'succeeded',1795318291204,1795318291216,12,0,NULL,NULL,1,0,1700,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(16,1,'succeeded',1795318291246,1795318291261,16,0,NULL,NULL,0,0,1696,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(17,1,'succeeded',1795318291355,1795318291374,20,0,NULL,NULL,1,0,1780,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(18,1,'succeeded',1795318291381,1795318291413,33,0,NULL,NULL,1,0,1608,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(19,1,'succeeded',1795318291423,1795318291440,18,0,NULL,NULL,1,0,1700,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(20,1,'succeeded',1795318291472,1795318291497,25,0,NULL,NULL,0,0,1684,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(21,1,'succeeded',1795318291519,1795318291535,17,0,NULL,NULL,1,0,1700,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(22,1,'succeeded',1795318291549,1795318291562,14,0,NULL,NULL,1,0,1696,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(23,1,'succeeded',1795318291582,1795318291596,13,0,NULL,NULL,0,0,1660,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(24,1,'succeeded',1795318291612,1795318291635,23,0,NULL,NULL,1,0,1696,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(25,1,'succeeded',1795318291647,1795318291659,11,0,NULL,NULL,1,0,1668,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(26,1,'succeeded',1795318291661,1795318291689,29,0,NULL,NULL,1,0,1644,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(27,1,'succeeded',1795318291702,1795318291716,13,0,NULL,NULL,1,0,1668,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(28,1,'succeeded',1795318291719,1795318291737,17,0,NULL,NULL,1,0,1648,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(29,1,'succeeded',1795318291744,1795318291763,20,0,NULL,NULL,0,0,1660,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(30,1,'succeeded',1795318291775,1795318291787,12,0,NULL,NULL,1,0,1644,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(31,1,'succeeded',1795318291821,1795318291838,17,0,NULL,NULL,1,0,1608,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(32,1,'succeeded',1795318291852,1795318291868,17,0,NULL,NULL,1,0,1660,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(33,1,'succeeded',1795318291901,1795318291913,12,0,NULL,NULL,1,0,1780,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(34,1,'succeeded',1795318291925,1795318291940,15,0,NULL,NULL,1,0,1676,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(35,1,'succeeded',1795318291955,1795318291971,16,0,NULL,NULL,1,0,1636,0,'945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL);
INSERT INTO attempts VALUES(68,1,'interrupted',1795318296453,1795946298918,628002465,NULL,NULL,'its host died while it ran',NULL,NULL,NULL,0,'6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL);
INSERT INTO attempts VALUES(69,1,'interrupted',1795318296454,1795946298923,628002469,NULL,NULL,'its host died while it ran',NULL,NULL,NULL,0,'6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL);
INSERT INTO attempts VALUES(72,1,'succeeded',1795324233230,1795324233230,1,0,NULL,NULL,0,0,1508,0,'9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL);
INSERT INTO attempts VALUES(73,1,'failed',1795324233236,1795324233237,1,3,NULL,'no column area',0,0,1524,15,'9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL);
INSERT INTO attempts VALUES(74,1,'succeeded',1795324233246,1795324233247,1,0,NULL,NULL,0,0,1544,0,'9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL);
INSERT INTO attempts VALUES(75,1,'failed',1795324233253,1795324233254,0,4,NULL,'broken from the start',0,0,1528,22,'9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL);
INSERT INTO attempts VALUES(85,1,'succeeded',1795946298965,1795946298966,2,0,NULL,NULL,1,0,2120,0,'6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL);
INSERT INTO attempts VALUES(86,1,'succeeded',1795946298972,1795946298972,0,0,NULL,NULL,0,1,2116,0,'6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL);
INSERT INTO attempts VALUES(87,1,'succeeded',1795946298975,1795946298975,0,0,NULL,NULL,1,0,2248,0,'6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL);
CREATE TABLE batch_after (
  batch_id       TEXT NOT NULL,
  after_type     TEXT NOT NULL,
  predecessor_id TEXT NOT NULL DEFAULT '',      -- '' until a batch of that type exists
  PRIMARY KEY (batch_id, after_type, predecessor_id)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_after VALUES('8186593f-8897-4999-93e2-ba8d60116617','edm-creation','11aa2f58-993b-441a-9512-5b7e4e3b9470');
INSERT INTO batch_after VALUES('df9fc137-8485-420f-9fc7-ee4182e5d96a','edm-creation','11aa2f58-993b-441a-9512-5b7e4e3b9470');
INSERT INTO batch_after VALUES('0fb71f29-e7c3-426c-b821-ce7e5aace8b8','level2','5d5d21b4-df5d-4ded-bd61-50f392e33f17');
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
  origin_command      TEXT,
  reason      TEXT,
  details     TEXT    NOT NULL DEFAULT '{}', reason_code TEXT, reason_values TEXT, origin_from TEXT, origin_folder TEXT, origin TEXT AS (
  CASE origin_from WHEN 'panel' THEN 'panel: ' || origin_command
                   WHEN 'desktop' THEN 'desktop app'
                   ELSE origin_command || coalesce(' (in ' || origin_folder || ')', '') END) VIRTUAL,
  CONSTRAINT event_id_is_positive CHECK (id > 0)
) STRICT;
INSERT INTO events VALUES(1,1795318288028,'setting_changed',NULL,NULL,NULL,NULL,'ana','dba24518-c5cc-4216-a118-88788b77f6d4','slipway settings theme dark',NULL,'{"key":"theme","from":"system","to":"dark"}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(2,1795318289100,'setting_changed',NULL,NULL,NULL,NULL,'ana','620acb25-55f6-40bd-980b-8fffc018a989','slipway settings restart-policy pause',NULL,'{"key":"restart-policy","from":"continue","to":"pause"}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(3,1795318290184,'batch_created','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,NULL,'initiated','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":3,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(4,1795318290184,'batch_created','8186593f-8897-4999-93e2-ba8d60116617',NULL,NULL,'initiated','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":2,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(5,1795318290184,'batch_created','02af5611-8f5d-4693-b424-6d8a6533afe5',NULL,NULL,'initiated','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(6,1795318290184,'batch_created','bcdf3765-6104-4046-acda-990fbee61665',NULL,NULL,'initiated','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(7,1795318290184,'batch_created','947b06c1-bc31-409f-8a63-a6472637deb3',NULL,NULL,'initiated','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(8,1795318290184,'batch_sealed','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,NULL,NULL,'ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(9,1795318290184,'batch_sealed','8186593f-8897-4999-93e2-ba8d60116617',NULL,NULL,NULL,'ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(10,1795318290184,'batch_sealed','02af5611-8f5d-4693-b424-6d8a6533afe5',NULL,NULL,NULL,'ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(11,1795318290184,'batch_sealed','bcdf3765-6104-4046-acda-990fbee61665',NULL,NULL,NULL,'ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(12,1795318290184,'batch_sealed','947b06c1-bc31-409f-8a63-a6472637deb3',NULL,NULL,NULL,'ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(13,1795318290184,'batch_enqueued','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,'initiated','queued','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(14,1795318290184,'batch_enqueued','8186593f-8897-4999-93e2-ba8d60116617',NULL,'initiated','queued','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(15,1795318290184,'batch_enqueued','02af5611-8f5d-4693-b424-6d8a6533afe5',NULL,'initiated','queued','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(16,1795318290184,'batch_enqueued','bcdf3765-6104-4046-acda-990fbee61665',NULL,'initiated','queued','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(17,1795318290184,'batch_enqueued','947b06c1-bc31-409f-8a63-a6472637deb3',NULL,'initiated','queued','ana','a8fb489e-d7c4-40a3-982d-98f5da6f36c6','slipway add flood.slipway.yaml edm-creation portfolio evolve',NULL,'{"position":3}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(18,1795318290736,'batch_claimed','02af5611-8f5d-4693-b424-6d8a6533afe5',NULL,'queued','running','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(19,1795318291217,'batch_completed','02af5611-8f5d-4693-b424-6d8a6533afe5',NULL,'running','completed','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{"succeeded":10,"failed":0,"cancelled":0,"total":10,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(20,1795318291217,'batch_claimed','bcdf3765-6104-4046-acda-990fbee61665',NULL,'queued','running','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(21,1795318291659,'batch_completed','bcdf3765-6104-4046-acda-990fbee61665',NULL,'running','completed','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{"succeeded":10,"failed":0,"cancelled":0,"total":10,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(22,1795318291659,'batch_claimed','947b06c1-bc31-409f-8a63-a6472637deb3',NULL,'queued','running','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(23,1795318291977,'batch_completed','947b06c1-bc31-409f-8a63-a6472637deb3',NULL,'running','completed','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{"succeeded":10,"failed":0,"cancelled":0,"total":10,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(24,1795318291977,'batch_claimed','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,'queued','running','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(25,1795318292078,'job_retried','11aa2f58-993b-441a-9512-5b7e4e3b9470',3,'running','pending','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,'no column ''area''','{"ordinal":3,"attempt":1,"notBefore":1795318292064}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(26,1795318292162,'job_failed','11aa2f58-993b-441a-9512-5b7e4e3b9470',3,'running','failed','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,'no column ''area''','{"ordinal":3,"attempt":2,"exitCode":3,"signal":null}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(27,1795318292162,'batch_completed_with_errors','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,'running','completed_with_errors','executor','945d22ef-53d8-47da-85ce-b0cb66ca794e',NULL,NULL,'{"succeeded":2,"failed":1,"cancelled":0,"total":3,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(28,1795318293248,'batch_retried','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,'completed_with_errors','queued','ana','f0265901-7556-4e47-a848-99d06fc0054b','slipway retry 1',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(29,1795318293747,'batch_paused','11aa2f58-993b-441a-9512-5b7e4e3b9470',NULL,'queued','paused','ana','2be89e1d-1418-468d-9526-8e2fd261a02a','slipway pause 1 --reason ''wrong file''','wrong file','{}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(30,1795318294213,'batch_created','e55d897b-5e5b-424d-8596-2710db373ad1',NULL,NULL,'initiated','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(31,1795318294213,'batch_created','1d57b889-e862-41e4-acae-9253ace1249c',NULL,NULL,'initiated','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(32,1795318294213,'batch_created','22a936a1-5427-480e-b096-0a6110748946',NULL,NULL,'initiated','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":10,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(33,1795318294213,'batch_sealed','e55d897b-5e5b-424d-8596-2710db373ad1',NULL,NULL,NULL,'ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(34,1795318294213,'batch_sealed','1d57b889-e862-41e4-acae-9253ace1249c',NULL,NULL,NULL,'ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(35,1795318294213,'batch_sealed','22a936a1-5427-480e-b096-0a6110748946',NULL,NULL,NULL,'ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"jobs":10}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(36,1795318294213,'batch_enqueued','e55d897b-5e5b-424d-8596-2710db373ad1',NULL,'initiated','queued','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(37,1795318294213,'batch_enqueued','1d57b889-e862-41e4-acae-9253ace1249c',NULL,'initiated','queued','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(38,1795318294213,'batch_enqueued','22a936a1-5427-480e-b096-0a6110748946',NULL,'initiated','queued','ana','ecb8bb1c-fdda-4b67-9d25-ebbbe2e1b0aa','slipway add flood.slipway.yaml evolve --if-exists allow',NULL,'{"position":3}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(39,1795318295150,'batch_cancelled','e55d897b-5e5b-424d-8596-2710db373ad1',NULL,'queued','cancelled','ana','9c698cc8-64b3-4d71-9cbe-2a258b56e184','slipway cancel 6 --reason ''not needed''','not needed','{"succeeded":0,"failed":0,"cancelled":10,"total":10,"closedBy":"command"}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(40,1795318295435,'batch_created','df9fc137-8485-420f-9fc7-ee4182e5d96a',NULL,NULL,'initiated','ana','7718de3c-370e-4597-b1d5-99316a2709bf','slipway add flood.slipway.yaml portfolio --if-exists allow',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":2,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(41,1795318295435,'batch_sealed','df9fc137-8485-420f-9fc7-ee4182e5d96a',NULL,NULL,NULL,'ana','7718de3c-370e-4597-b1d5-99316a2709bf','slipway add flood.slipway.yaml portfolio --if-exists allow',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(42,1795318295435,'batch_enqueued','df9fc137-8485-420f-9fc7-ee4182e5d96a',NULL,'initiated','queued','ana','7718de3c-370e-4597-b1d5-99316a2709bf','slipway add flood.slipway.yaml portfolio --if-exists allow',NULL,'{"position":4}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(43,1795318295885,'batch_created','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,NULL,'initiated','ana','bcbf634b-081b-41e7-b528-404d45b54ecd','slipway add flood.slipway.yaml long --priority 9',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":2,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(44,1795318295885,'batch_sealed','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,NULL,NULL,'ana','bcbf634b-081b-41e7-b528-404d45b54ecd','slipway add flood.slipway.yaml long --priority 9',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(45,1795318295885,'batch_enqueued','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,'initiated','queued','ana','bcbf634b-081b-41e7-b528-404d45b54ecd','slipway add flood.slipway.yaml long --priority 9',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(46,1795318296452,'batch_claimed','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,'queued','running','executor','3661720a-81f2-4509-8bae-066b43379cd1',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(47,1795318298589,'stop_after_set','1d57b889-e862-41e4-acae-9253ace1249c',NULL,NULL,NULL,'ana','75633998-b5bd-407f-aa23-b1bd75513d2e','slipway stop-after 7',NULL,'{}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(48,1795318299574,'batch_created','02a38790-194a-40e9-8ff3-01d4b9da005b',NULL,NULL,'initiated','ana','54f2881d-3b53-489b-b7d5-113c81ec8b7f','slipway add flood.slipway.yaml long --if-exists allow --hold',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":2,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(49,1795318299574,'batch_sealed','02a38790-194a-40e9-8ff3-01d4b9da005b',NULL,NULL,NULL,'ana','54f2881d-3b53-489b-b7d5-113c81ec8b7f','slipway add flood.slipway.yaml long --if-exists allow --hold',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(50,1795324233139,'batch_created','8063b4e9-3a2a-492d-a93e-9514f409b093',NULL,NULL,'initiated','ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":3,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(51,1795324233139,'batch_created','d4a66dde-02ee-4ad3-a443-42f901debc4e',NULL,NULL,'initiated','ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"configuration":"flood-2026","file":"/srv/flood-2026/flood.slipway.yaml","jobs":3,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(52,1795324233139,'batch_sealed','8063b4e9-3a2a-492d-a93e-9514f409b093',NULL,NULL,NULL,'ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(53,1795324233139,'batch_sealed','d4a66dde-02ee-4ad3-a443-42f901debc4e',NULL,NULL,NULL,'ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(54,1795324233139,'batch_enqueued','8063b4e9-3a2a-492d-a93e-9514f409b093',NULL,'initiated','queued','ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(55,1795324233139,'batch_enqueued','d4a66dde-02ee-4ad3-a443-42f901debc4e',NULL,'initiated','queued','ana','9286661e-6ada-4b78-802d-eee073c57897','slipway run flood.slipway.yaml',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/flood-2026');
INSERT INTO events VALUES(56,1795324233213,'batch_claimed','8063b4e9-3a2a-492d-a93e-9514f409b093',NULL,'queued','running','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(57,1795324233238,'job_failed','8063b4e9-3a2a-492d-a93e-9514f409b093',73,'running','failed','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,'no column area','{"ordinal":2,"attempt":1,"exitCode":3,"signal":null}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(58,1795324233247,'batch_completed_with_errors','8063b4e9-3a2a-492d-a93e-9514f409b093',NULL,'running','completed_with_errors','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL,'{"succeeded":2,"failed":1,"cancelled":0,"total":3,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(59,1795324233247,'batch_claimed','d4a66dde-02ee-4ad3-a443-42f901debc4e',NULL,'queued','running','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(60,1795324233259,'job_failed','d4a66dde-02ee-4ad3-a443-42f901debc4e',75,'running','failed','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,'broken from the start','{"ordinal":1,"attempt":1,"exitCode":4,"signal":null}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(61,1795324233259,'batch_failed','d4a66dde-02ee-4ad3-a443-42f901debc4e',NULL,'running','failed','executor','9286661e-6ada-4b78-802d-eee073c57897',NULL,'stopped at the first failure (stop-on-failure: first)','{"succeeded":0,"failed":1,"cancelled":2,"total":3,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(62,1795349914566,'batch_created','848f08e0-11a3-4155-bb32-40745bc7c4ee',NULL,NULL,'initiated','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"configuration":"tide","file":"/srv/tide/tide.slipway.yaml","jobs":3,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(63,1795349914566,'batch_created','26ba1463-7dde-44fe-a87c-a81084b59103',NULL,NULL,'initiated','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"configuration":"tide","file":"/srv/tide/tide.slipway.yaml","jobs":2,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(64,1795349914566,'batch_created','da925263-6fec-408e-8ac5-e0f1163db751',NULL,NULL,'initiated','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"configuration":"tide","file":"/srv/tide/tide.slipway.yaml","jobs":2,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(65,1795349914566,'batch_sealed','848f08e0-11a3-4155-bb32-40745bc7c4ee',NULL,NULL,NULL,'ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(66,1795349914566,'batch_sealed','26ba1463-7dde-44fe-a87c-a81084b59103',NULL,NULL,NULL,'ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(67,1795349914566,'batch_sealed','da925263-6fec-408e-8ac5-e0f1163db751',NULL,NULL,NULL,'ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"jobs":2}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(68,1795349914566,'batch_enqueued','848f08e0-11a3-4155-bb32-40745bc7c4ee',NULL,'initiated','queued','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"position":5}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(69,1795349914566,'batch_enqueued','26ba1463-7dde-44fe-a87c-a81084b59103',NULL,'initiated','queued','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"position":6}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(70,1795349914566,'batch_enqueued','da925263-6fec-408e-8ac5-e0f1163db751',NULL,'initiated','queued','ana','ec2d6b37-a2dc-4a3b-a191-a814240dccdc','slipway add tide.slipway.yaml',NULL,'{"position":7}',NULL,NULL,'command-line','/srv/tide');
INSERT INTO events VALUES(71,1795946297800,'batch_pause_requested','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,NULL,NULL,'ana','4287ea60-0c3f-4a98-8870-6f73624437f1','slipway pause 10',NULL,'{"now":false}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(72,1795946297911,'batch_created','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,NULL,'initiated','ana','83564cff-8db4-4278-b3c3-84d47368fcfe','slipway add level.slipway.yaml --priority 9',NULL,'{"configuration":"level","file":"/srv/level/level.slipway.yaml","jobs":3,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(73,1795946297911,'batch_sealed','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,NULL,NULL,'ana','83564cff-8db4-4278-b3c3-84d47368fcfe','slipway add level.slipway.yaml --priority 9',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(74,1795946297911,'batch_enqueued','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,'initiated','queued','ana','83564cff-8db4-4278-b3c3-84d47368fcfe','slipway add level.slipway.yaml --priority 9',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(75,1795946298357,'stop_after_set','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,NULL,NULL,'ana','84c95a4e-14e3-4ea4-ad9c-131fa22552a9','slipway stop-after 17',NULL,'{}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(76,1795946298900,'host_took_over',NULL,NULL,NULL,NULL,'rescuer','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{"from":"3661720a-81f2-4509-8bae-066b43379cd1","fromKind":"cli","fromPid":3108}','process-gone','{}',NULL,NULL);
INSERT INTO events VALUES(77,1795946298908,'batch_taken_over','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,NULL,NULL,'rescuer','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,'its host is gone','{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(78,1795946298908,'batch_pause_requested','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,NULL,NULL,'rescuer','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{"now":false}','restart-policy','{}',NULL,NULL);
INSERT INTO events VALUES(79,1795946298941,'job_interrupted','8a4850b4-0cbe-45de-8931-9fc8970acb56',68,'running','pending','executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,'its host died while it ran','{"ordinal":1,"attempt":1}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(80,1795946298941,'job_interrupted','8a4850b4-0cbe-45de-8931-9fc8970acb56',69,'running','pending','executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,'its host died while it ran','{"ordinal":2,"attempt":1}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(81,1795946298941,'batch_paused','8a4850b4-0cbe-45de-8931-9fc8970acb56',NULL,'running','paused','executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(82,1795946298958,'batch_claimed','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,'queued','running','executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(83,1795946298975,'batch_completed','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,'running','completed','executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{"succeeded":3,"failed":0,"cancelled":0,"total":3,"closedBy":"event"}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(84,1795946298975,'stop_after_reached','5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',NULL,NULL,NULL,'executor','6c5e4d5e-00e2-4c56-adde-09cb614f09fb',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(85,1795946306580,'batch_created','5d5d21b4-df5d-4ded-bd61-50f392e33f17',NULL,NULL,'initiated','ana','91a2ce9c-90a0-478a-a267-b62a8631157c','slipway add chart.slipway.yaml --priority 9 --hold',NULL,'{"configuration":"chart","file":"/srv/level/chart.slipway.yaml","jobs":1,"ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(86,1795946306580,'batch_created','0fb71f29-e7c3-426c-b821-ce7e5aace8b8',NULL,NULL,'initiated','ana','91a2ce9c-90a0-478a-a267-b62a8631157c','slipway add chart.slipway.yaml --priority 9 --hold',NULL,'{"configuration":"chart","file":"/srv/level/chart.slipway.yaml","ifExists":"fail","variables":{}}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(87,1795946306580,'batch_sealed','5d5d21b4-df5d-4ded-bd61-50f392e33f17',NULL,NULL,NULL,'ana','91a2ce9c-90a0-478a-a267-b62a8631157c','slipway add chart.slipway.yaml --priority 9 --hold',NULL,'{"jobs":1}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(88,1795946306580,'batch_deferred','0fb71f29-e7c3-426c-b821-ce7e5aace8b8',NULL,NULL,NULL,'ana','91a2ce9c-90a0-478a-a267-b62a8631157c','slipway add chart.slipway.yaml --priority 9 --hold',NULL,'{}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(89,1795946307112,'batch_created','dd1b20f0-d165-4bfa-bc44-540d7c58e25c',NULL,NULL,'initiated','ana','35899b7c-56dd-49d4-b7c3-d52285e15de2','slipway add level.slipway.yaml --if-exists allow --priority 1',NULL,'{"configuration":"level","file":"/srv/level/level.slipway.yaml","jobs":3,"ifExists":"allow","variables":{}}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(90,1795946307112,'batch_sealed','dd1b20f0-d165-4bfa-bc44-540d7c58e25c',NULL,NULL,NULL,'ana','35899b7c-56dd-49d4-b7c3-d52285e15de2','slipway add level.slipway.yaml --if-exists allow --priority 1',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(91,1795946307112,'batch_enqueued','dd1b20f0-d165-4bfa-bc44-540d7c58e25c',NULL,'initiated','queued','ana','35899b7c-56dd-49d4-b7c3-d52285e15de2','slipway add level.slipway.yaml --if-exists allow --priority 1',NULL,'{"position":3}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(92,1795946307331,'batch_created','9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',NULL,NULL,'initiated','ana','e5cde7c9-356f-445f-9a80-0470209163d7','slipway add level.slipway.yaml --if-exists remaining',NULL,'{"configuration":"level","file":"/srv/level/level.slipway.yaml","jobs":3,"ifExists":"remaining","variables":{}}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(93,1795946307331,'batch_sealed','9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',NULL,NULL,NULL,'ana','e5cde7c9-356f-445f-9a80-0470209163d7','slipway add level.slipway.yaml --if-exists remaining',NULL,'{"jobs":3}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(94,1795946307331,'batch_enqueued','9afa6a65-8671-4d41-9b9d-d9a80de7e3c5',NULL,'initiated','queued','ana','e5cde7c9-356f-445f-9a80-0470209163d7','slipway add level.slipway.yaml --if-exists remaining',NULL,'{"position":3}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(95,1795946307331,'batch_cancelled','dd1b20f0-d165-4bfa-bc44-540d7c58e25c',NULL,'queued','cancelled','ana','e5cde7c9-356f-445f-9a80-0470209163d7','slipway add level.slipway.yaml --if-exists remaining',NULL,'{"succeeded":0,"failed":0,"cancelled":3,"total":3,"closedBy":"command"}','continued','{"by":21}','command-line','/srv/level');
INSERT INTO events VALUES(96,1795946307752,'stop_after_set','1d57b889-e862-41e4-acae-9253ace1249c',NULL,NULL,NULL,'ana','442682eb-06a4-4b09-a6e1-1f5b4d24227d','slipway stop-after 7',NULL,'{}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(97,1795946314088,'batch_enqueued','5d5d21b4-df5d-4ded-bd61-50f392e33f17',NULL,'initiated','queued','ana','5cf5bbdf-5545-4b0b-afaf-8e0cd7eb79cb','slipway resume 18',NULL,'{"position":1}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(98,1795946314242,'batch_enqueued','0fb71f29-e7c3-426c-b821-ce7e5aace8b8',NULL,'initiated','queued','ana','2cf5daaf-7baa-44b3-a72b-4b873f883d23','slipway resume 19',NULL,'{"position":2}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(99,1795946314375,'batch_moved','5d5d21b4-df5d-4ded-bd61-50f392e33f17',NULL,NULL,NULL,'ana','7396abb8-9472-4302-9adf-3d7d4d7ba038','slipway move 18 --to 1',NULL,'{"from":1,"to":1}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(100,1795946314559,'queue_resumed',NULL,NULL,NULL,NULL,'ana','4da631e6-0028-4e05-bc04-b281c5e736af','slipway resume',NULL,'{}',NULL,NULL,'command-line','/srv/level');
INSERT INTO events VALUES(101,1795946315157,'batch_claimed','5d5d21b4-df5d-4ded-bd61-50f392e33f17',NULL,'queued','running','executor','f560722f-c93b-4536-92b1-6fe6e6f41cc0',NULL,NULL,'{}',NULL,NULL,NULL,NULL);
CREATE TABLE run_summaries (
  batch_id   TEXT    NOT NULL,
  run        INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  summary    TEXT,                               -- JSON; NULL when making it failed
  error      TEXT,
  PRIMARY KEY (batch_id, run),
  CONSTRAINT summary_or_error CHECK ((summary IS NULL) <> (error IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO run_summaries VALUES('02af5611-8f5d-4693-b424-6d8a6533afe5',1,1795318291251,'{"batchId":"02af5611-8f5d-4693-b424-6d8a6533afe5","number":3,"configuration":"flood-2026","type":"evolve","range":{"start":0,"end":9},"status":"completed","reason":null,"run":1,"jobs":{"total":10,"pending":0,"running":0,"succeeded":10,"failed":0,"cancelled":0},"successRate":1,"createdAt":1795318290184,"startedAt":1795318290736,"completedAt":1795318291217,"waitedMs":552,"wallMs":481,"awakeMs":481,"pausedMs":0,"durations":{"p50Ms":16.5,"p95Ms":39.499999999999986,"maxMs":44},"histogram":[{"fromMs":12,"toMs":15,"count":3},{"fromMs":15,"toMs":20,"count":4},{"fromMs":20,"toMs":25,"count":0},{"fromMs":25,"toMs":30,"count":1},{"fromMs":30,"toMs":40,"count":1},{"fromMs":40,"toMs":50,"count":1}],"jobsPerMinute":1247.4012474012475,"attempts":10,"interrupted":0,"failures":[],"slowest":[{"ordinal":9,"input":"8","durationMs":44},{"ordinal":2,"input":"1","durationMs":34},{"ordinal":4,"input":"3","durationMs":29},{"ordinal":1,"input":"0","durationMs":19},{"ordinal":5,"input":"4","durationMs":17},{"ordinal":6,"input":"5","durationMs":16},{"ordinal":7,"input":"6","durationMs":16},{"ordinal":3,"input":"2","durationMs":12},{"ordinal":8,"input":"7","durationMs":12},{"ordinal":10,"input":"9","durationMs":12}],"outputs":{"declared":0,"present":0,"bytes":0,"suspicious":[]},"cpuMs":10,"maxRssKb":1780,"logBytes":0,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('11aa2f58-993b-441a-9512-5b7e4e3b9470',1,1795318292165,'{"batchId":"11aa2f58-993b-441a-9512-5b7e4e3b9470","number":1,"configuration":"flood-2026","type":"edm-creation","range":null,"status":"completed_with_errors","reason":null,"run":1,"jobs":{"total":3,"pending":0,"running":0,"succeeded":2,"failed":1,"cancelled":0},"successRate":0.6666666666666666,"createdAt":1795318290184,"startedAt":1795318291977,"completedAt":1795318292162,"waitedMs":1793,"wallMs":185,"awakeMs":185,"pausedMs":0,"durations":{"p50Ms":12,"p95Ms":12.9,"maxMs":13},"histogram":[{"fromMs":0,"toMs":1,"count":1},{"fromMs":1,"toMs":2,"count":0},{"fromMs":2,"toMs":5,"count":0},{"fromMs":5,"toMs":10,"count":0},{"fromMs":10,"toMs":20,"count":2}],"jobsPerMinute":972.972972972973,"attempts":4,"interrupted":0,"failures":[{"message":"no column ''area''","exitCode":3,"signal":null,"count":1,"examples":[{"jobId":3,"ordinal":3,"input":"data/c.csv","error":"no column ''area''"}]}],"slowest":[{"ordinal":1,"input":"data/a.csv","durationMs":13},{"ordinal":2,"input":"data/b.csv","durationMs":12},{"ordinal":3,"input":"data/c.csv","durationMs":0}],"outputs":{"declared":3,"present":2,"bytes":4,"suspicious":[]},"cpuMs":3,"maxRssKb":2028,"logBytes":110,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('5975d79f-1f39-4cd3-a0ed-568ee9a4d4be',1,1795946298991,'{"batchId":"5975d79f-1f39-4cd3-a0ed-568ee9a4d4be","number":17,"configuration":"level","type":"level","range":null,"status":"completed","reason":null,"run":1,"jobs":{"total":3,"pending":0,"running":0,"succeeded":3,"failed":0,"cancelled":0},"successRate":1,"createdAt":1795946297911,"startedAt":1795946298958,"completedAt":1795946298975,"waitedMs":1047,"wallMs":17,"awakeMs":17,"pausedMs":0,"durations":{"p50Ms":0,"p95Ms":1.7999999999999998,"maxMs":2},"histogram":[{"fromMs":0,"toMs":1,"count":2},{"fromMs":1,"toMs":2,"count":0},{"fromMs":2,"toMs":5,"count":1}],"jobsPerMinute":10588.235294117647,"attempts":3,"interrupted":0,"failures":[],"slowest":[{"ordinal":1,"input":"data/a.csv","durationMs":2},{"ordinal":2,"input":"data/b.csv","durationMs":0},{"ordinal":3,"input":"data/c.csv","durationMs":0}],"outputs":{"declared":3,"present":3,"bytes":6,"first":"/srv/level/out/a","suspicious":[]},"cpuMs":3,"maxRssKb":2248,"logBytes":0,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('8063b4e9-3a2a-492d-a93e-9514f409b093',1,1795324233255,'{"batchId":"8063b4e9-3a2a-492d-a93e-9514f409b093","number":12,"configuration":"flood-2026","type":"check","range":null,"status":"completed_with_errors","reason":null,"run":1,"jobs":{"total":3,"pending":0,"running":0,"succeeded":2,"failed":1,"cancelled":0},"successRate":0.6666666666666666,"createdAt":1795324233139,"startedAt":1795324233213,"completedAt":1795324233247,"waitedMs":74,"wallMs":34,"awakeMs":34,"pausedMs":0,"durations":{"p50Ms":1,"p95Ms":1,"maxMs":1},"histogram":[{"fromMs":1,"toMs":2,"count":3}],"jobsPerMinute":5294.117647058823,"attempts":3,"interrupted":0,"failures":[{"message":"no column area","exitCode":3,"signal":null,"count":1,"examples":[{"jobId":2,"ordinal":2,"input":"2","error":"no column area"}]}],"slowest":[{"ordinal":1,"input":"a1","durationMs":1},{"ordinal":2,"input":"2","durationMs":1},{"ordinal":3,"input":"a3","durationMs":1}],"outputs":{"declared":0,"present":0,"bytes":0,"suspicious":[]},"cpuMs":0,"maxRssKb":1544,"logBytes":15,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('947b06c1-bc31-409f-8a63-a6472637deb3',1,1795318291988,'{"batchId":"947b06c1-bc31-409f-8a63-a6472637deb3","number":5,"configuration":"flood-2026","type":"evolve","range":{"start":20,"end":29},"status":"completed","reason":null,"run":1,"jobs":{"total":10,"pending":0,"running":0,"succeeded":10,"failed":0,"cancelled":0},"successRate":1,"createdAt":1795318290184,"startedAt":1795318291659,"completedAt":1795318291977,"waitedMs":1475,"wallMs":318,"awakeMs":318,"pausedMs":0,"durations":{"p50Ms":16.5,"p95Ms":24.94999999999999,"maxMs":29},"histogram":[{"fromMs":12,"toMs":15,"count":3},{"fromMs":15,"toMs":20,"count":5},{"fromMs":20,"toMs":25,"count":1},{"fromMs":25,"toMs":30,"count":1}],"jobsPerMinute":1886.7924528301887,"attempts":10,"interrupted":0,"failures":[],"slowest":[{"ordinal":1,"input":"20","durationMs":29},{"ordinal":4,"input":"23","durationMs":20},{"ordinal":3,"input":"22","durationMs":17},{"ordinal":6,"input":"25","durationMs":17},{"ordinal":7,"input":"26","durationMs":17},{"ordinal":10,"input":"29","durationMs":16},{"ordinal":9,"input":"28","durationMs":15},{"ordinal":2,"input":"21","durationMs":13},{"ordinal":5,"input":"24","durationMs":12},{"ordinal":8,"input":"27","durationMs":12}],"outputs":{"declared":0,"present":0,"bytes":0,"suspicious":[]},"cpuMs":9,"maxRssKb":1780,"logBytes":0,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('bcdf3765-6104-4046-acda-990fbee61665',1,1795318291660,'{"batchId":"bcdf3765-6104-4046-acda-990fbee61665","number":4,"configuration":"flood-2026","type":"evolve","range":{"start":10,"end":19},"status":"completed","reason":null,"run":1,"jobs":{"total":10,"pending":0,"running":0,"succeeded":10,"failed":0,"cancelled":0},"successRate":1,"createdAt":1795318290184,"startedAt":1795318291217,"completedAt":1795318291659,"waitedMs":1033,"wallMs":442,"awakeMs":442,"pausedMs":0,"durations":{"p50Ms":17.5,"p95Ms":29.39999999999999,"maxMs":33},"histogram":[{"fromMs":10,"toMs":12,"count":1},{"fromMs":12,"toMs":15,"count":2},{"fromMs":15,"toMs":20,"count":3},{"fromMs":20,"toMs":25,"count":2},{"fromMs":25,"toMs":30,"count":1},{"fromMs":30,"toMs":40,"count":1}],"jobsPerMinute":1357.4660633484164,"attempts":10,"interrupted":0,"failures":[],"slowest":[{"ordinal":3,"input":"12","durationMs":33},{"ordinal":5,"input":"14","durationMs":25},{"ordinal":9,"input":"18","durationMs":23},{"ordinal":2,"input":"11","durationMs":20},{"ordinal":4,"input":"13","durationMs":18},{"ordinal":6,"input":"15","durationMs":17},{"ordinal":1,"input":"10","durationMs":16},{"ordinal":7,"input":"16","durationMs":14},{"ordinal":8,"input":"17","durationMs":13},{"ordinal":10,"input":"19","durationMs":11}],"outputs":{"declared":0,"present":0,"bytes":0,"suspicious":[]},"cpuMs":7,"maxRssKb":1780,"logBytes":0,"closedBy":"event"}',NULL);
INSERT INTO run_summaries VALUES('d4a66dde-02ee-4ad3-a443-42f901debc4e',1,1795324233260,'{"batchId":"d4a66dde-02ee-4ad3-a443-42f901debc4e","number":13,"configuration":"flood-2026","type":"strict","range":{"start":1,"end":3},"status":"failed","reason":"stopped at the first failure (stop-on-failure: first)","run":1,"jobs":{"total":3,"pending":0,"running":0,"succeeded":0,"failed":1,"cancelled":2},"successRate":0,"createdAt":1795324233139,"startedAt":1795324233247,"completedAt":1795324233259,"waitedMs":108,"wallMs":12,"awakeMs":12,"pausedMs":0,"durations":{"p50Ms":0,"p95Ms":0,"maxMs":0},"histogram":[{"fromMs":0,"toMs":1,"count":1}],"jobsPerMinute":5000,"attempts":1,"interrupted":0,"failures":[{"message":"broken from the start","exitCode":4,"signal":null,"count":1,"examples":[{"jobId":4,"ordinal":1,"input":"1","error":"broken from the start"}]}],"slowest":[{"ordinal":1,"input":"1","durationMs":0}],"outputs":{"declared":0,"present":0,"bytes":0,"suspicious":[]},"cpuMs":0,"maxRssKb":1528,"logBytes":22,"closedBy":"event"}',NULL);
CREATE TABLE settings (
  key        TEXT    PRIMARY KEY NOT NULL,
  value      TEXT    NOT NULL,                   -- JSON
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('restart-policy','"pause"',1795318289100);
INSERT INTO settings VALUES('stop-after','{"batchId":"1d57b889-e862-41e4-acae-9253ace1249c"}',1795946307752);
INSERT INTO settings VALUES('theme','"dark"',1795318288028);
CREATE TABLE batch_transitions (from_status TEXT NOT NULL, to_status TEXT NOT NULL, PRIMARY KEY (from_status, to_status)) STRICT, WITHOUT ROWID;
INSERT INTO batch_transitions VALUES('cancelled','queued');
INSERT INTO batch_transitions VALUES('completed','queued');
INSERT INTO batch_transitions VALUES('completed_with_errors','queued');
INSERT INTO batch_transitions VALUES('failed','queued');
INSERT INTO batch_transitions VALUES('initiated','cancelled');
INSERT INTO batch_transitions VALUES('initiated','queued');
INSERT INTO batch_transitions VALUES('paused','cancelled');
INSERT INTO batch_transitions VALUES('paused','queued');
INSERT INTO batch_transitions VALUES('queued','cancelled');
INSERT INTO batch_transitions VALUES('queued','failed');
INSERT INTO batch_transitions VALUES('queued','paused');
INSERT INTO batch_transitions VALUES('queued','running');
INSERT INTO batch_transitions VALUES('running','cancelled');
INSERT INTO batch_transitions VALUES('running','completed');
INSERT INTO batch_transitions VALUES('running','completed_with_errors');
INSERT INTO batch_transitions VALUES('running','failed');
INSERT INTO batch_transitions VALUES('running','paused');
INSERT INTO batch_transitions VALUES('running','queued');
CREATE TABLE job_transitions (from_status TEXT NOT NULL, to_status TEXT NOT NULL, PRIMARY KEY (from_status, to_status)) STRICT, WITHOUT ROWID;
INSERT INTO job_transitions VALUES('cancelled','pending');
INSERT INTO job_transitions VALUES('failed','pending');
INSERT INTO job_transitions VALUES('pending','cancelled');
INSERT INTO job_transitions VALUES('pending','running');
INSERT INTO job_transitions VALUES('running','cancelled');
INSERT INTO job_transitions VALUES('running','failed');
INSERT INTO job_transitions VALUES('running','pending');
INSERT INTO job_transitions VALUES('running','succeeded');
INSERT INTO job_transitions VALUES('succeeded','pending');
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
INSERT INTO undo_actions VALUES(1,1795946297800,'ana','command line','pause','[{"batch":"8a4850b4-0cbe-45de-8931-9fc8970acb56","before":{"pauseRequested":0},"after":{"pauseRequested":1}}]','{"before":{},"after":{}}',NULL,NULL);
INSERT INTO undo_actions VALUES(2,1795946298357,'ana','command line','stop-after','[]','{"before":{"stop-after":{"batchId":"1d57b889-e862-41e4-acae-9253ace1249c"}},"after":{"stop-after":{"batchId":"5975d79f-1f39-4cd3-a0ed-568ee9a4d4be"}}}',NULL,NULL);
INSERT INTO undo_actions VALUES(3,1795946307752,'ana','command line','stop-after','[]','{"before":{"stop-after":null},"after":{"stop-after":{"batchId":"1d57b889-e862-41e4-acae-9253ace1249c"}}}',NULL,NULL);
INSERT INTO undo_actions VALUES(4,1795946314088,'ana','command line','resume','[{"batch":"5d5d21b4-df5d-4ded-bd61-50f392e33f17","before":{"status":"initiated","place":null},"after":{"status":"queued","place":{"position":1,"behind":null}}}]','{"before":{},"after":{}}',NULL,NULL);
INSERT INTO undo_actions VALUES(5,1795946314242,'ana','command line','resume','[{"batch":"0fb71f29-e7c3-426c-b821-ce7e5aace8b8","before":{"status":"initiated","place":null},"after":{"status":"queued","place":{"position":2,"behind":"5d5d21b4-df5d-4ded-bd61-50f392e33f17"}}}]','{"before":{},"after":{}}',NULL,NULL);
INSERT INTO undo_actions VALUES(6,1795946314559,'ana','command line','resume','[]','{"before":{"queue-paused":{"since":1795946298975,"by":"executor","reason":null,"kind":"stop-after","batch":17,"now":false}},"after":{"queue-paused":null}}',NULL,NULL);
CREATE TABLE batch_sources (
  batch_id  TEXT PRIMARY KEY NOT NULL,
  text      TEXT NOT NULL,                        -- of the file, as it was added and trusted
  variables TEXT NOT NULL DEFAULT '{}',           -- JSON: as given with --var
  skip_done TEXT,                                 -- what is left out because it was done before
  CONSTRAINT skip_done_is_known CHECK (skip_done IN ('changed', 'command'))
) STRICT;
INSERT INTO batch_sources VALUES('0fb71f29-e7c3-426c-b821-ce7e5aace8b8',replace('batches:\n  - { type: level2, run: [sleep, "600"] }\n  - { type: chart, after: level2, over: { files: "out/*" }, run: [cat, "{input}"] }\n','\n',char(10)),'{}',NULL);
CREATE TABLE file_states (
  id       INTEGER PRIMARY KEY,
  path     TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  mtime_ms REAL    NOT NULL,                      -- with the fraction that the file system gives
  hash     TEXT,                                  -- SHA-256 of its bytes, the first 128 bits
  CONSTRAINT one_state UNIQUE (path, size, mtime_ms)
) STRICT;
INSERT INTO file_states VALUES(1,'/usr/bin/cp',151152,1663687647000.0,'e296487a3a8f10a1c55e56056ba4bbb2');
INSERT INTO file_states VALUES(2,'/srv/level/data/a.csv',2,1795773484353.111328,'87428fc522803d31065e7bce3cf03fe4');
INSERT INTO file_states VALUES(3,'/srv/level/data/b.csv',2,1795773484354.4443359,'0263829989b6fd954f72baaf2fc64bc2');
INSERT INTO file_states VALUES(4,'/srv/level/data/c.csv',2,1795773484355.8305664,'a3a5e715f0cc574a73c3f9bebb6bc24f');
CREATE TABLE job_files (
  job_id  INTEGER NOT NULL,
  role    TEXT    NOT NULL,
  file_id INTEGER NOT NULL,
  PRIMARY KEY (job_id, role, file_id),
  CONSTRAINT role_is_known CHECK (role = 'read')
) STRICT, WITHOUT ROWID;
INSERT INTO job_files VALUES(85,'read',1);
INSERT INTO job_files VALUES(85,'read',2);
INSERT INTO job_files VALUES(86,'read',1);
INSERT INTO job_files VALUES(86,'read',3);
INSERT INTO job_files VALUES(87,'read',1);
INSERT INTO job_files VALUES(87,'read',4);
CREATE TABLE batch_continues (
  batch_id     TEXT NOT NULL,
  continues_id TEXT NOT NULL,
  PRIMARY KEY (batch_id, continues_id),
  CONSTRAINT continues_another CHECK (batch_id <> continues_id)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_continues VALUES('9afa6a65-8671-4d41-9b9d-d9a80de7e3c5','dd1b20f0-d165-4bfa-bc44-540d7c58e25c');
CREATE TABLE claim_tokens (token TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO claim_tokens VALUES('008a33ed-05ca-4f94-9add-297421a1450a');
INSERT INTO claim_tokens VALUES('0a23f560-a400-480c-a9f5-32c8571eca4b');
INSERT INTO claim_tokens VALUES('2b4a163a-2a95-4771-857b-3c2f1261dddc');
INSERT INTO claim_tokens VALUES('4c3b8a1e-7db0-49bf-8e86-f8bc7e066f25');
INSERT INTO claim_tokens VALUES('4d84c539-a325-4d01-a282-c9b2994bebab');
INSERT INTO claim_tokens VALUES('68fea703-08ee-4faf-a043-bfab7e1021a6');
INSERT INTO claim_tokens VALUES('9968b38a-2e18-453b-89d6-cd98da0de8f3');
INSERT INTO claim_tokens VALUES('b6730e11-faa1-416a-a0b0-d27c120621c2');
INSERT INTO claim_tokens VALUES('de5ebe69-99d5-4d0d-9b38-4c6226415c81');
INSERT INTO claim_tokens VALUES('f25ca200-f9b0-4dd2-9315-3f9d8fa08c1d');
CREATE TABLE job_fills (                          -- without a key: comparing one would copy all the jobs behind it
  batch_id TEXT NOT NULL,
  jobs     TEXT NOT NULL                          -- JSON: [ordinal, input, command, command_hash] for each
) STRICT;
CREATE TABLE position_moves (
  number   INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE TABLE tokens (
  name       TEXT    PRIMARY KEY NOT NULL,
  scope      TEXT    NOT NULL,
  hash       TEXT    NOT NULL UNIQUE,       -- SHA-256 of the token, in hex
  created_at INTEGER NOT NULL,
  CONSTRAINT token_scope_is_known CHECK (scope IN ('watch', 'steer')),
  CONSTRAINT token_has_a_name CHECK (length(name) BETWEEN 1 AND 100),
  CONSTRAINT token_hash_is_sha256 CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*')
) STRICT;
INSERT INTO tokens VALUES('notebook','steer','9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',1795946310000);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('events',101);
INSERT INTO sqlite_sequence VALUES('batches',21);
INSERT INTO sqlite_sequence VALUES('undo_actions',6);
CREATE UNIQUE INDEX one_executor ON hosts (executor) WHERE executor = 1;
CREATE UNIQUE INDEX one_batch_per_position ON batches (position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX one_running_batch ON batches (status) WHERE status = 'running';
CREATE UNIQUE INDEX no_active_duplicate
  ON batches (configuration_id, batch_type, coalesce(range_start, ''), coalesce(range_end, ''))
  WHERE status IN ('initiated', 'queued', 'running', 'paused') AND duplicate_of IS NULL;
CREATE INDEX active_batches ON batches (configuration_id, batch_type, range_start)
  WHERE status IN ('initiated', 'queued', 'running', 'paused');
CREATE INDEX finished_batches ON batches (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX batches_of_type ON batches (configuration_id, batch_type, number);
CREATE INDEX successors ON batch_after (predecessor_id);
CREATE INDEX events_of_batch ON events (batch_id, id) WHERE batch_id IS NOT NULL;
CREATE VIEW batch_status_summary AS
  SELECT id AS batch_id, number, configuration_id, batch_type, status,
         jobs_total AS total, jobs_pending AS pending, jobs_running AS processing,
         jobs_succeeded AS success, jobs_failed AS failed, jobs_cancelled AS cancelled,
         last_job_finished_at
  FROM batches;
CREATE TRIGGER batch_transitions_are_fixed_i BEFORE INSERT ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;
CREATE TRIGGER batch_transitions_are_fixed_u BEFORE UPDATE ON batch_transitions
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
CREATE TRIGGER batch_is_new BEFORE INSERT ON batches
WHEN EXISTS (SELECT 1 FROM batches WHERE id = NEW.id OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'a batch with this id or number exists'); END;
CREATE TRIGGER batch_states_are_given BEFORE INSERT ON batches
WHEN NEW.status IS NULL OR NEW.sealed IS NULL OR NEW.jobs_total IS NULL
BEGIN SELECT RAISE(ABORT, 'status, sealed and counts are never NULL'); END;
CREATE TRIGGER position_is_free_i BEFORE INSERT ON batches
WHEN NEW.position IS NOT NULL AND EXISTS (SELECT 1 FROM batches WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'this position is taken'); END;
CREATE TRIGGER position_is_free_u BEFORE UPDATE OF position ON batches
WHEN NEW.position IS NOT NULL AND NEW.position IS NOT OLD.position
 AND EXISTS (SELECT 1 FROM batches WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'this position is taken'); END;
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
CREATE TRIGGER job_stays_with_its_batch BEFORE DELETE ON jobs
WHEN EXISTS (SELECT 1 FROM batches WHERE id = OLD.batch_id)
BEGIN SELECT RAISE(ABORT, 'jobs are removed only together with their batch'); END;
CREATE TRIGGER seal_is_kept BEFORE UPDATE OF sealed ON batches WHEN OLD.sealed = 1 AND NEW.sealed IS NOT 1
BEGIN SELECT RAISE(ABORT, 'a sealed batch stays sealed'); END;
CREATE TRIGGER end_closes_open_jobs AFTER UPDATE OF status ON batches
WHEN NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL AND NEW.jobs_pending + NEW.jobs_running > 0
BEGIN
  UPDATE jobs SET status = 'cancelled', completed_at = NEW.completed_at, not_before = NULL
  WHERE batch_id = NEW.id AND status IN ('pending', 'running');
END;
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
CREATE TRIGGER event_is_new BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_kept_d BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER attempt_is_kept_u BEFORE UPDATE ON attempts
BEGIN SELECT RAISE(ABORT, 'a verdict is recorded once'); END;
CREATE TRIGGER attempt_is_kept_d BEFORE DELETE ON attempts
WHEN EXISTS (SELECT 1 FROM jobs j JOIN batches b ON b.id = j.batch_id WHERE j.id = OLD.job_id)
BEGIN SELECT RAISE(ABORT, 'a verdict is recorded once'); END;
CREATE INDEX jobs_by_status ON jobs (batch_id, status, ordinal, duration_ms);
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
CREATE TRIGGER batch_starts_uncounted BEFORE INSERT ON batches
WHEN NEW.jobs_total <> 0 OR NEW.counted_to IS NOT 0 OR NEW.counted_job IS NOT NULL
  OR EXISTS (SELECT 1 FROM jobs WHERE batch_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a new batch has no jobs yet'); END;
CREATE INDEX undoable_actions ON undo_actions (actor, surface, id) WHERE undone_at IS NULL AND refused_at IS NULL;
CREATE TRIGGER removed_batch_takes_its_source AFTER DELETE ON batches
BEGIN DELETE FROM batch_sources WHERE batch_id = OLD.id; END;
CREATE INDEX batches_by_status ON batches (status, sealed) WHERE cleared_at IS NULL;
CREATE INDEX unseen_batches ON batches (completed_at)
  WHERE completed_at IS NOT NULL AND seen_at IS NULL AND cleared_at IS NULL;
CREATE INDEX queue_times ON batches (queued_at) WHERE completed_at IS NULL;
CREATE INDEX waiting_for_type ON batch_after (after_type, predecessor_id);
CREATE INDEX active_range_lengths ON batches (configuration_id, batch_type, range_end - range_start)
  WHERE status IN ('initiated', 'queued', 'running', 'paused') AND range_start IS NOT NULL;
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
CREATE TRIGGER batch_number_is_fixed BEFORE UPDATE ON batches WHEN NEW.number IS NOT OLD.number
BEGIN SELECT RAISE(ABORT, 'a batch keeps its id and number'); END;
CREATE TRIGGER batch_id_is_fixed BEFORE UPDATE OF id ON batches WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'a batch keeps its id and number'); END;
CREATE TRIGGER batch_transitions_are_fixed_d BEFORE DELETE ON batch_transitions
BEGIN SELECT RAISE(ABORT, 'the legal batch transitions are part of the schema'); END;
CREATE INDEX states_without_hash ON file_states (id) WHERE hash IS NULL;
CREATE TRIGGER removed_job_takes_its_files AFTER DELETE ON jobs
BEGIN DELETE FROM job_files WHERE job_id = OLD.id; END;
CREATE INDEX continued_by ON batch_continues (continues_id);
CREATE TRIGGER batch_takes_its_links AFTER DELETE ON batches
BEGIN DELETE FROM batch_continues WHERE batch_id = OLD.id OR continues_id = OLD.id; END;
CREATE TRIGGER cut_off_is_kept BEFORE UPDATE OF cut_off ON batches
WHEN (OLD.cut_off = 1 AND NEW.cut_off IS NOT 1) OR NEW.cut_off NOT IN (0, 1)
BEGIN
  SELECT RAISE(ABORT, 'a batch that was cut off stays so') WHERE OLD.cut_off = 1;
  SELECT RAISE(ABORT, 'cut_off_is_boolean');
END;
CREATE TRIGGER cut_off_batch_stays_ended BEFORE UPDATE OF completed_at ON batches
WHEN OLD.cut_off = 1 AND OLD.completed_at IS NOT NULL AND NEW.completed_at IS NULL
BEGIN SELECT RAISE(ABORT, 'this batch has not all its jobs'); END;
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
CREATE TRIGGER batch_identity_agrees BEFORE UPDATE OF range_start, range_end, duplicate_of, continues, expands ON batches
BEGIN
  SELECT RAISE(ABORT, 'range_is_whole') WHERE (NEW.range_start IS NULL) <> (NEW.range_end IS NULL) OR NEW.range_start > NEW.range_end;
  SELECT RAISE(ABORT, 'duplicates_another') WHERE NEW.duplicate_of = NEW.id;
  SELECT RAISE(ABORT, 'a batch continues another one') WHERE NEW.continues = NEW.id;
  SELECT RAISE(ABORT, 'a batch keeps when its inputs are looked up') WHERE NEW.expands IS NOT OLD.expands;
END;
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
END
;
CREATE TRIGGER job_identity_is_fixed BEFORE UPDATE ON jobs
WHEN NEW.id IS NOT OLD.id OR NEW.batch_id IS NOT OLD.batch_id OR NEW.ordinal IS NOT OLD.ordinal
  OR (NEW.counted IS NOT OLD.counted AND (NEW.counted IS NOT NEW.status OR NEW.status IS NOT OLD.status))
BEGIN
  SELECT RAISE(ABORT, 'counted is kept by triggers')
    WHERE NEW.id IS OLD.id AND NEW.batch_id IS OLD.batch_id AND NEW.ordinal IS OLD.ordinal;
  SELECT RAISE(ABORT, 'a job keeps its id, batch and ordinal');
END;
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
CREATE TRIGGER claim_writes_a_fresh_token AFTER UPDATE OF status ON batches
WHEN NEW.status = 'running' AND OLD.status <> 'running'
 AND (NEW.claim_token IS NULL OR NEW.claim_token IS OLD.claim_token)
BEGIN UPDATE batches SET claim_token = lower(hex(randomblob(16))) WHERE number = NEW.number; END;
CREATE TRIGGER begun_job_carries_the_claim AFTER UPDATE OF status ON jobs
WHEN NEW.status = 'running' AND OLD.status <> 'running'
 AND (NEW.claim_token IS OLD.claim_token OR NEW.attempts = OLD.attempts)
BEGIN
  UPDATE jobs SET attempts = OLD.attempts + 1,
    claim_token = CASE WHEN NEW.claim_token IS OLD.claim_token
                       THEN (SELECT claim_token FROM batches WHERE id = NEW.batch_id) ELSE NEW.claim_token END
  WHERE id = NEW.id;
END;
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
CREATE TRIGGER batch_waits_for_another BEFORE INSERT ON batch_after WHEN NEW.predecessor_id = NEW.batch_id
BEGIN SELECT RAISE(ABORT, 'a batch waits for another one'); END;
CREATE TRIGGER batch_after_is_kept BEFORE UPDATE ON batch_after WHEN NEW.predecessor_id = NEW.batch_id
BEGIN SELECT RAISE(ABORT, 'a batch waits for another one'); END;
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
CREATE TRIGGER job_is_counted_i AFTER INSERT ON jobs
WHEN NOT EXISTS (SELECT 1 FROM job_fills WHERE batch_id = NEW.batch_id)
BEGIN
  SELECT RAISE(ABORT, 'job_id_is_positive') WHERE NEW.id < 1;
  UPDATE batches SET counted_to = NEW.id, jobs_total = jobs_total + 1, jobs_pending = jobs_pending + 1
  WHERE id = NEW.batch_id;
END;
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
CREATE INDEX queue_order ON batches (rank) WHERE rank IS NOT NULL;
CREATE TRIGGER new_batch_has_no_rank BEFORE INSERT ON batches WHEN NEW.rank IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a queued batch, and no other, has a rank'); END;
CREATE TRIGGER rank_is_of_the_queue BEFORE UPDATE OF rank ON batches
WHEN (NEW.status = 'queued') <> (NEW.rank IS NOT NULL) OR NEW.rank NOT BETWEEN -4503599627370496 AND 4503599627370496
BEGIN
  SELECT RAISE(ABORT, 'rank_is_in_bounds: a rank is at most 2^52') WHERE (NEW.status = 'queued') = (NEW.rank IS NOT NULL);
  SELECT RAISE(ABORT, 'a queued batch, and no other, has a rank');
END;
CREATE TRIGGER rank_follows_status AFTER UPDATE OF status ON batches
WHEN (NEW.status = 'queued') <> (NEW.rank IS NOT NULL)
BEGIN
  UPDATE batches SET rank = CASE NEW.status WHEN 'queued' THEN
    coalesce((SELECT max(rank) FROM batches WHERE rank IS NOT NULL), 0) + 1048576 END
  WHERE number = NEW.number;
END;
CREATE TRIGGER position_move_is_made AFTER INSERT ON position_moves
BEGIN
  UPDATE batches SET position = NEW.position WHERE number = NEW.number;
  DELETE FROM position_moves;
END;
CREATE TRIGGER position_move_is_kept BEFORE UPDATE ON position_moves
BEGIN SELECT RAISE(ABORT, 'a move exists only while it is made'); END;
CREATE TRIGGER rank_follows_position AFTER UPDATE OF position ON batches
WHEN NEW.status = 'queued' AND OLD.status = 'queued' AND NEW.position IS NOT OLD.position
 AND NOT EXISTS (SELECT 1 FROM position_moves)
BEGIN
  UPDATE batches SET rank = (
    SELECT CASE WHEN front IS NULL THEN coalesce(back - 1048576, NEW.rank) WHEN back IS NULL THEN front + 1048576
                ELSE (front + back) / 2 END
    FROM (SELECT (SELECT rank FROM batches WHERE position < NEW.position AND position > 0 ORDER BY position DESC LIMIT 1) AS front,
                 (SELECT rank FROM batches WHERE position > NEW.position ORDER BY position LIMIT 1) AS back))
  WHERE number = NEW.number;
END;
CREATE TRIGGER event_id_is_positive AFTER INSERT ON events WHEN NEW.id NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'event_id_is_in_bounds: an event''s id is below 2^53') WHERE NEW.id > 0;
  SELECT RAISE(ABORT, 'event_id_is_positive');
END;
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
CREATE TRIGGER event_is_kept_u BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
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
CREATE TRIGGER batch_columns_agree_u BEFORE UPDATE OF status, position, completed_at ON batches
BEGIN
  SELECT RAISE(ABORT, 'position_says_status: 0 is for the running batch, 1 to 2^52 for queued ones') WHERE NOT
    CASE NEW.status WHEN 'running' THEN NEW.position IS 0
                    WHEN 'queued'  THEN NEW.position IS NOT NULL AND NEW.position BETWEEN 1 AND 4503599627370496
                    ELSE NEW.position IS NULL END;
  SELECT RAISE(ABORT, 'finished_if_final') WHERE (NEW.completed_at IS NOT NULL)
    <> (NEW.status IN ('completed', 'completed_with_errors', 'failed', 'cancelled'));
END;
CREATE INDEX queue_events ON events (id)
  WHERE kind IN ('queue_paused', 'queue_resumed', 'stop_after_reached', 'machine_slept');
CREATE INDEX odd_events ON events (id)
  WHERE kind IN ('finalizer_rescued', 'summary_failed', 'job_interrupted', 'job_failed', 'enqueue_conflicted');
COMMIT;
PRAGMA application_id = 1397510231;
PRAGMA user_version = 9;
