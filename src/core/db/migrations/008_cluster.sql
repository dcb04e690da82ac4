-- 008 cluster: where an attempt ran, and how long it waited there, for those that a cluster ran.

ALTER TABLE attempts ADD COLUMN node TEXT;
-- From the claim to the start, in ms of the clock on the wall.
ALTER TABLE attempts ADD COLUMN queued_ms INTEGER;
