-- Room for what is decided at a school: nothing of it is here yet, and nothing of this computer changes.

-- Names are not unique: people get an id of their own, and each name that is known becomes one person.
CREATE TABLE people_anew (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  zone TEXT                          -- the zone they live in (IANA), if known
) STRICT;
-- A UUID of version 4 (RFC 9562, 5.4) for each.
INSERT INTO people_anew (id, name, zone)
  SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
               || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
         known.name, (SELECT p.zone FROM people AS p WHERE p.name = known.name)
  FROM (SELECT name FROM people UNION SELECT person FROM sessions WHERE person IS NOT NULL) AS known;
DROP TABLE people;
ALTER TABLE people_anew RENAME TO people;
CREATE INDEX people_by_name ON people (name);

ALTER TABLE sessions ADD COLUMN person_id TEXT REFERENCES people (id);
UPDATE sessions SET person_id = (SELECT p.id FROM people AS p WHERE p.name = sessions.person) WHERE person IS NOT NULL;
DROP INDEX sessions_by_person;
ALTER TABLE sessions DROP COLUMN person;
CREATE INDEX sessions_by_person ON sessions (person_id, starts_at) WHERE person_id IS NOT NULL;

-- The ledger of the bell, for the sessions of whatever workspace. A reminder is keyed by (workspace, session, start,
-- kind, lead), so that a moved session rings anew. It outlives its session on purpose.
CREATE TABLE rings_anew (
  workspace  TEXT NOT NULL,          -- 'this_computer', or the id of a sign-in at a school
  session_id TEXT NOT NULL,
  starts_at  INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('before_start', 'at_start', 'late')),
  lead       INTEGER NOT NULL CHECK (lead >= 0),  -- how long before the start, in seconds
  number     INTEGER NOT NULL,       -- 1 is the first ring; a snooze makes the next
  due_at     INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('planned', 'submitting', 'submitted')),
  rung_at    INTEGER,
  outcome    TEXT CHECK (outcome IN
               ('joined', 'snoozed', 'opened', 'dismissed', 'timed_out', 'withdrawn', 'missed', 'failed')),
  seen       INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),  -- a missed ring the person was told of
  PRIMARY KEY (workspace, session_id, starts_at, kind, lead, number)
) STRICT, WITHOUT ROWID;
-- Until now each ring was of this computer, five minutes before the start.
INSERT INTO rings_anew (workspace, session_id, starts_at, kind, lead, number, due_at, state, rung_at, outcome, seen)
  SELECT 'this_computer', session_id, starts_at, kind, 300, number, due_at, state, rung_at, outcome, seen FROM rings;
DROP TABLE rings;
ALTER TABLE rings_anew RENAME TO rings;
CREATE INDEX rings_waiting ON rings (due_at) WHERE outcome IS NULL AND state <> 'submitted';
CREATE INDEX rings_shown ON rings (rung_at) WHERE rung_at IS NOT NULL;
CREATE INDEX rings_missed ON rings (session_id) WHERE outcome = 'missed' AND seen = 0;

-- What belongs to the sessions rather than to the person: which table of zones made their instants.
CREATE TABLE local_state (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO local_state (key, value) SELECT key, value FROM settings WHERE key = 'zone_table';
DELETE FROM settings WHERE key = 'zone_table';
