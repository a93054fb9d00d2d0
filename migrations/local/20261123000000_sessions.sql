-- The sessions of this computer. SQLite is the truth here: one person, no account.
-- All instants are milliseconds since 1970-01-01T00:00:00Z; `zone` is the IANA zone of record beside them.

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- People met in sessions. The zone is what shows "10:00 for Ben (New York)".
CREATE TABLE people (
  name TEXT PRIMARY KEY,
  zone TEXT
) STRICT;

-- A UID of a calendar file, or a weekly series added by hand. The components are kept as text so that
-- occurrences can be extended as time goes on, and a later file can change one of them.
CREATE TABLE series (
  id             TEXT PRIMARY KEY,
  source         TEXT NOT NULL CHECK (source IN ('this_computer', 'calendar_file', 'sample')),
  uid            TEXT NOT NULL,
  choice         TEXT NOT NULL CHECK (choice IN ('bell', 'no_bell', 'leave_out')),
  link           TEXT,               -- a join URL that the person added to the whole series
  local_zone     TEXT NOT NULL,      -- what floating times were read in; re-reading must not move them
  has_rule       INTEGER NOT NULL,
  extended_until INTEGER NOT NULL,
  UNIQUE (source, uid)
) STRICT;

CREATE TABLE series_components (
  series_id     TEXT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  recurrence_id TEXT NOT NULL,       -- '' for the master
  text          TEXT NOT NULL,
  PRIMARY KEY (series_id, recurrence_id)
) STRICT;

CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  source       TEXT NOT NULL CHECK (source IN ('this_computer', 'calendar_file', 'sample')),
  series_id    TEXT REFERENCES series (id) ON DELETE SET NULL,
  title        TEXT NOT NULL,
  person       TEXT,
  subject      TEXT,
  starts_at    INTEGER NOT NULL,
  ends_at      INTEGER NOT NULL CHECK (ends_at >= starts_at),
  zone         TEXT NOT NULL,
  place        TEXT,
  join_url     TEXT,
  room         TEXT,                 -- the same for every link into one room: when the next session takes it over
  own_link     INTEGER NOT NULL DEFAULT 0 CHECK (own_link IN (0, 1)),  -- the person's link wins over the file's
  description  TEXT,                 -- what the calendar file says about it
  said         TEXT,                 -- what the file last said of time, title, place, link: only news from it counts
  homework     TEXT NOT NULL DEFAULT '',
  plan         TEXT NOT NULL DEFAULT '',
  notes        TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL CHECK (status IN
                 ('SCHEDULED', 'COMPLETED', 'EARLY_END', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR', 'CANCELLED')),
  cancelled_at INTEGER,
  cancelled_by TEXT CHECK (cancelled_by IN ('you', 'calendar_file')),
  bell         INTEGER NOT NULL CHECK (bell IN (0, 1)),
  opened_at    INTEGER,              -- when the person last pressed Join
  created_at   INTEGER NOT NULL,
  version      INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX sessions_by_start ON sessions (starts_at);
CREATE INDEX sessions_by_end ON sessions (ends_at);
CREATE INDEX sessions_by_series ON sessions (series_id, starts_at);
CREATE INDEX sessions_by_room ON sessions (room, starts_at) WHERE room IS NOT NULL;
CREATE INDEX sessions_by_person ON sessions (person, starts_at) WHERE person IS NOT NULL;
CREATE INDEX sessions_that_ring ON sessions (starts_at) WHERE bell = 1 AND status = 'SCHEDULED';
CREATE INDEX sessions_opened ON sessions (ends_at) WHERE opened_at IS NOT NULL;

-- What happened to a session, in order; only ever added to.
CREATE TABLE session_events (
  id         INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('you', 'calendar_file', 'bell')),
  detail     INTEGER                 -- an instant that belongs to it: where a moved session stood before
) STRICT;

CREATE INDEX session_events_by_session ON session_events (session_id, id);

-- The ledger of the bell: each ring of each reminder, and what became of it. A reminder is keyed by
-- (session, start, kind), so that a moved session rings anew. It outlives its session on purpose.
CREATE TABLE rings (
  session_id TEXT NOT NULL,
  starts_at  INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('before_start')),
  number     INTEGER NOT NULL,       -- 1 is the first ring; a snooze makes the next
  due_at     INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('planned', 'submitting', 'submitted')),
  rung_at    INTEGER,
  outcome    TEXT CHECK (outcome IN
               ('joined', 'snoozed', 'opened', 'dismissed', 'timed_out', 'withdrawn', 'missed', 'failed')),
  seen       INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),  -- a missed ring the person was told of
  PRIMARY KEY (session_id, starts_at, kind, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX rings_waiting ON rings (due_at) WHERE outcome IS NULL AND state <> 'submitted';
CREATE INDEX rings_shown ON rings (rung_at) WHERE rung_at IS NOT NULL;
CREATE INDEX rings_missed ON rings (session_id) WHERE outcome = 'missed' AND seen = 0;
