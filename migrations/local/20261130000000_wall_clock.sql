-- The wall clock of a session's start as it was decided, without an offset, and who made the instant of it: IANA's
-- table of `zone` ('iana', or 'floating' where the time was written without a zone), the calendar file's own VTIMEZONE
-- ('file'), or nobody, because it was written in UTC ('utc'). A newer table puts the first two right. Rows of before
-- are given theirs at the next start; the setting `zone_table` says by which table the instants were made.
ALTER TABLE sessions ADD COLUMN wall TEXT;
ALTER TABLE sessions ADD COLUMN decided_by TEXT CHECK (decided_by IN ('iana', 'file', 'utc', 'floating'));
-- Which occurrence of its series it is: the wall clock of the original start.
ALTER TABLE sessions ADD COLUMN original TEXT;

-- Sessions that a newer table has moved, until the person was told.
CREATE TABLE clock_changes (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  zone       TEXT NOT NULL,      -- whose clocks changed
  seen       INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
  PRIMARY KEY (session_id, zone)
) STRICT, WITHOUT ROWID;

CREATE INDEX clock_changes_unseen ON clock_changes (zone) WHERE seen = 0;

-- What happened may have been done by a table of zones too. A CHECK cannot be changed, so the table is made anew.
CREATE TABLE session_events_anew (
  id         INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('you', 'calendar_file', 'bell', 'zones')),
  detail     INTEGER                 -- an instant that belongs to it: where a moved session stood before
) STRICT;
INSERT INTO session_events_anew (id, session_id, at, kind, source, detail)
  SELECT id, session_id, at, kind, source, detail FROM session_events;
DROP TABLE session_events;
ALTER TABLE session_events_anew RENAME TO session_events;
CREATE INDEX session_events_by_session ON session_events (session_id, id);
