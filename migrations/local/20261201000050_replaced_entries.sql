-- Entries of the keychain that a new sign-in takes the place of. They go once the new one is stored; where the program
-- ended before that, the sign-in goes back to them.
CREATE TABLE replaced_entries (
  entry   TEXT PRIMARY KEY,
  sign_in TEXT NOT NULL,             -- may be gone
  address TEXT NOT NULL,             -- of the school that gave its token, which goes nowhere else
  key     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
