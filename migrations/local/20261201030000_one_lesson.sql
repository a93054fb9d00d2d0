-- A lesson of which several sources tell rings once: for which reminders the ring of another session of it stands.
CREATE TABLE rings_for (
  workspace    TEXT NOT NULL,
  session_id   TEXT NOT NULL,
  starts_at    INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  lead         INTEGER NOT NULL,
  by_workspace TEXT NOT NULL,        -- whose ring it is
  by_session   TEXT NOT NULL,
  PRIMARY KEY (workspace, session_id, starts_at, kind, lead)
) STRICT, WITHOUT ROWID;
