-- When the door of a session is open, where a school says so. Nothing of this computer has one: its own are computed. And
-- new words: a session, a cancellation and a line of what happened can be a school's.
ALTER TABLE sessions ADD COLUMN door_opens_at INTEGER;
ALTER TABLE sessions ADD COLUMN door_closes_at INTEGER;
CREATE INDEX sessions_by_door_opening ON sessions (door_opens_at) WHERE door_opens_at IS NOT NULL;
CREATE INDEX sessions_by_door_closing ON sessions (door_closes_at) WHERE door_closes_at IS NOT NULL;
