-- What a school has told one sign-in. The school is the truth; all of this can be had again, but for what the person did
-- here. Wiping a sign-in is deleting the file. Instants are milliseconds since 1970-01-01T00:00:00Z.

-- How far pulling has come. There is one row.
CREATE TABLE pull_state (
  is_the_one  INTEGER PRIMARY KEY CHECK (is_the_one = 1),
  account     TEXT,                  -- whose rows these are
  epoch       TEXT,                  -- the school's; another one after it was restored
  shown       INTEGER NOT NULL,      -- the copy that is read
  filling     INTEGER,               -- the copy that a whole pull under way fills; the same, if it is the first
  has_all     INTEGER NOT NULL CHECK (has_all IN (0, 1)),    -- the copy that is read was pulled whole
  under_way   INTEGER NOT NULL CHECK (under_way IN (0, 1)),  -- the cursor stands between two pages of a pass
  cursor      TEXT,                  -- for the next page; stored with the page before it
  to_come     INTEGER,               -- rows of the pass under way that are still to come, as the school said
  school_schema INTEGER,             -- the number of the school's schema
  school_now  INTEGER,               -- the school's clock at the end of the last whole pass
  whole_at    INTEGER,               -- this computer's clock then
  read_fields INTEGER NOT NULL,      -- which fields the client that pulled could read
  projected   INTEGER NOT NULL       -- by which rules the tables below were made of the rows
) STRICT;

-- Rows as the school gave them, so that another client can make more of them without asking. What a session is made of
-- is found by it.
CREATE TABLE rows (
  copy       INTEGER NOT NULL,
  tbl        TEXT NOT NULL,
  id         TEXT NOT NULL,
  row        TEXT NOT NULL,          -- JSON
  session_id TEXT,                   -- the session that it belongs to; of a session itself, its id
  person_id  TEXT,                   -- the tutor of a session, whoever has a place in one, whom a link is about
  PRIMARY KEY (copy, tbl, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rows_by_session ON rows (copy, session_id, tbl) WHERE session_id IS NOT NULL;
CREATE INDEX rows_by_person ON rows (copy, person_id) WHERE person_id IS NOT NULL;

-- From here on what the rows mean, in the shapes of this computer's own tables (migrations/local), which are read by the
-- same statements.

CREATE TABLE people (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  zone     TEXT,
  is_group INTEGER NOT NULL DEFAULT 0 CHECK (is_group IN (0, 1))  -- those who come to one lesson together, by their first names
) STRICT;
CREATE INDEX people_by_name ON people (name);
CREATE INDEX people_groups ON people (id) WHERE is_group = 1;

-- None yet: weekly lessons of a school are bookings with one series id.
CREATE TABLE series (
  id     TEXT PRIMARY KEY,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
  id             TEXT PRIMARY KEY,
  source         TEXT NOT NULL CHECK (source = 'school'),
  series_id      TEXT,
  title          TEXT NOT NULL,
  person_id      TEXT,
  subject        TEXT,
  starts_at      INTEGER NOT NULL,
  ends_at        INTEGER NOT NULL CHECK (ends_at >= starts_at),
  zone           TEXT NOT NULL,
  wall           TEXT,
  decided_by     TEXT,
  original       TEXT,
  place          TEXT,
  join_url       TEXT,
  room           TEXT,
  door_opens_at  INTEGER,
  door_closes_at INTEGER,
  own_link       INTEGER NOT NULL DEFAULT 0 CHECK (own_link IN (0, 1)),
  description    TEXT,
  said           TEXT,
  homework       TEXT NOT NULL DEFAULT '',
  plan           TEXT NOT NULL DEFAULT '',
  notes          TEXT NOT NULL DEFAULT '',
  status         TEXT NOT NULL CHECK (status IN
                   ('SCHEDULED', 'COMPLETED', 'EARLY_END', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR', 'CANCELLED')),
  cancelled_at   INTEGER,
  cancelled_by   TEXT CHECK (cancelled_by IN ('you', 'tutor', 'student', 'guardian', 'school')),
  bell           INTEGER NOT NULL CHECK (bell IN (0, 1)),
  opened_at      INTEGER,            -- when the person last pressed Join, here or elsewhere
  created_at     INTEGER NOT NULL,   -- when it could first be known here
  version        INTEGER NOT NULL DEFAULT 1  -- the school's
) STRICT;

CREATE INDEX sessions_by_start ON sessions (starts_at);
CREATE INDEX sessions_by_end ON sessions (ends_at);
CREATE INDEX sessions_by_room ON sessions (room, starts_at) WHERE room IS NOT NULL;
CREATE INDEX sessions_by_person ON sessions (person_id, starts_at) WHERE person_id IS NOT NULL;
CREATE INDEX sessions_that_ring ON sessions (starts_at) WHERE bell = 1 AND status = 'SCHEDULED';
CREATE INDEX sessions_by_door_opening ON sessions (door_opens_at) WHERE door_opens_at IS NOT NULL;
CREATE INDEX sessions_by_door_closing ON sessions (door_closes_at) WHERE door_closes_at IS NOT NULL;

-- What happened, as far as it is told in one line: what the school says, and what was done here ('you', 'bell').
CREATE TABLE session_events (
  id         INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('you', 'bell', 'tutor', 'student', 'guardian', 'school')),
  detail     INTEGER,
  is_here    INTEGER NOT NULL DEFAULT 1 CHECK (is_here IN (0, 1))  -- it was done here, and the school knows nothing of it
) STRICT;
CREATE INDEX session_events_by_session ON session_events (session_id, id);

-- Sessions that were here and are no more, for whoever would wonder.
CREATE TABLE sessions_left (
  session_id TEXT PRIMARY KEY,
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  title      TEXT NOT NULL,
  person     TEXT,
  status     TEXT NOT NULL,
  why        TEXT NOT NULL CHECK (why IN ('gone', 'not_yours', 'unknown')),
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX left_by_time ON sessions_left (at);
