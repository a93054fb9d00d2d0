-- What was done here and the school has yet to answer. Unlike all else in this file it cannot be had again.
CREATE TABLE outbox (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which it was done
  id         TEXT NOT NULL UNIQUE,   -- its name here
  request    TEXT NOT NULL UNIQUE,   -- its name at the school, by which a repeat is known
  sign_in    TEXT NOT NULL,
  account    TEXT NOT NULL,          -- whose it is: it is sent under no other
  function   TEXT NOT NULL,          -- the school's
  arguments  TEXT NOT NULL,          -- JSON, as it is sent, without the request id
  fills      TEXT NOT NULL,          -- JSON: arguments that the parent's answer will tell
  lane       TEXT NOT NULL,          -- the booking or session: in order within it
  parent     TEXT REFERENCES outbox (id),
  written_at INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'answered', 'booked', 'refused', 'dropped')),
  attempts   INTEGER NOT NULL,
  tried_at   INTEGER,
  wait_ms    INTEGER NOT NULL,       -- how long after that it is sent again
  class      TEXT,                   -- what has kept it the last time
  answer     TEXT,                   -- JSON, the school's
  refused_by TEXT,                   -- the code of a refusal
  refused_arguments TEXT,            -- JSON, what belongs to its sentence
  is_carried INTEGER NOT NULL CHECK (is_carried IN (0, 1)),  -- the refusal is the parent's
  CHECK ((state = 'refused') = (refused_by IS NOT NULL)),
  CHECK (state NOT IN ('answered') OR answer IS NOT NULL)
) STRICT;

CREATE INDEX outbox_by_parent ON outbox (parent) WHERE parent IS NOT NULL;
