-- 009 events: the few that code looks for among all of them, found without a walk. A batch that waited in a queue of ten
-- thousand has tens of thousands of others' events between its first and its last.
CREATE INDEX queue_events ON events (id)
  WHERE kind IN ('queue_paused', 'queue_resumed', 'stop_after_reached', 'machine_slept');
CREATE INDEX odd_events ON events (id)
  WHERE kind IN ('finalizer_rescued', 'summary_failed', 'job_interrupted', 'job_failed', 'enqueue_conflicted');
