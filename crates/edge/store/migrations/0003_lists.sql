-- A list is one look into one tree: whose, whether it recurs, when. SQLite keeps the rows in the tree itself.
CREATE TABLE meeting_listed (
  person TEXT NOT NULL,
  recurring BIGINT NOT NULL,
  first_start_at BIGINT NOT NULL,
  meeting TEXT NOT NULL,
  -- The greatest BIGINT for a series without end.
  last_end_at BIGINT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (person, recurring, first_start_at, meeting){{postgres:  INCLUDE (last_end_at, role)}}
){{sqlite:  WITHOUT ROWID}};
INSERT INTO meeting_listed (person, recurring, first_start_at, meeting, last_end_at, role)
  SELECT person, recurring, first_start_at, meeting, last_end_at, role FROM meeting_person;
DROP TABLE meeting_person;

-- Users who were removed, so that every scheduler refuses their tokens soon; kept as long as a token may live.
CREATE TABLE user_removed (
  user_id TEXT PRIMARY KEY,
  removed_at BIGINT NOT NULL
);
CREATE INDEX user_removed_by_time ON user_removed (removed_at);
