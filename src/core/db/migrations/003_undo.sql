-- 003 undo: what persons and scripts did to batches and the queue, as it was before and after, so that `undo` can take
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
