-- 005 order: what a long queue is ordered by. A position is stored in each row, and a batch that is moved to the top of
-- ten thousand moves all others; so the order is a rank, of which one row changes, and positions follow it.

ALTER TABLE batches ADD COLUMN rank INTEGER;          -- of a queued batch: the order of the queue, in steps of 2^20
UPDATE batches SET rank = position * 1048576 WHERE status = 'queued';
CREATE INDEX queue_order ON batches (rank) WHERE rank IS NOT NULL;

CREATE TRIGGER new_batch_has_no_rank BEFORE INSERT ON batches WHEN NEW.rank IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a queued batch, and no other, has a rank'); END;
CREATE TRIGGER rank_is_of_the_queue BEFORE UPDATE OF rank ON batches
WHEN (NEW.status = 'queued') <> (NEW.rank IS NOT NULL) OR NEW.rank NOT BETWEEN -4503599627370496 AND 4503599627370496
BEGIN
  SELECT RAISE(ABORT, 'rank_is_in_bounds: a rank is at most 2^52') WHERE (NEW.status = 'queued') = (NEW.rank IS NOT NULL);
  SELECT RAISE(ABORT, 'a queued batch, and no other, has a rank');
END;
-- Whoever enters the queue is its last until it is given another rank.
CREATE TRIGGER rank_follows_status AFTER UPDATE OF status ON batches
WHEN (NEW.status = 'queued') <> (NEW.rank IS NOT NULL)
BEGIN
  UPDATE batches SET rank = CASE NEW.status WHEN 'queued' THEN
    coalesce((SELECT max(rank) FROM batches WHERE rank IS NOT NULL), 0) + 1048576 END
  WHERE number = NEW.number;
END;

-- Slipway moves positions after the ranks, by a row here for each, which exists only while it is inserted. Who changes
-- a position by hand changes the order, so the rank follows.
CREATE TABLE position_moves (
  number   INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;
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
