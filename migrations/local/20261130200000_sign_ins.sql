-- Sign-ins at schools. No token, code or password is here: they lie in the keychain, under the name in `entry`.
CREATE TABLE sign_ins (
  id       TEXT PRIMARY KEY,         -- random; the name of the workspace, and of its file
  entry    TEXT NOT NULL UNIQUE,     -- random; the name of its entry in the keychain, another one each time somebody signs in
  address  TEXT NOT NULL,            -- of the school's server
  key      TEXT NOT NULL,            -- the school's publishable key
  school   TEXT NOT NULL,            -- what the school is called
  email    TEXT NOT NULL,
  account  TEXT,                     -- the account at the school, once it is known
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'in', 'ended')),
  ended    TEXT,                     -- the code by which the school has ended it
  standing TEXT,                     -- who the account is at the school, as the school last said (JSON)
  keychain TEXT,                     -- which keychain holds the entry
  made_at  INTEGER NOT NULL
) STRICT;

-- Sign-outs that the school has not answered yet: names of entries that no way of signing in reads.
CREATE TABLE revocations (
  entry TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
