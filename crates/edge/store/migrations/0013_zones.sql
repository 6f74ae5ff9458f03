-- The zone data that the instants in this database follow: what holds there for all zones, to be compared with other data.
CREATE TABLE zone_data (
  id BIGINT PRIMARY KEY,
  version TEXT NOT NULL,
  -- A line a zone: its name, a tab, its rules.
  rules TEXT NOT NULL,
  seen_at BIGINT NOT NULL
);
-- Other data was found, by whose rules clocks ahead show something else.
CREATE TABLE zone_change (
  id TEXT PRIMARY KEY,
  found_at BIGINT NOT NULL,
  from_version TEXT NOT NULL,
  to_version TEXT NOT NULL,
  -- As in zone_data: the former rules of the zones that differ.
  rules TEXT NOT NULL,
  -- Meetings up to this id were looked at.
  looked_up_to TEXT NOT NULL,
  is_looked_through BIGINT NOT NULL,
  -- Who asked for people to be told, and when.
  told_by TEXT,
  tell_at BIGINT
);
-- A meeting that moves by it.
CREATE TABLE zone_moved (
  change_id TEXT NOT NULL,
  meeting TEXT NOT NULL,
  occurrences BIGINT NOT NULL,
  -- The first date that moves, by its original local start; when it was to start, and when it starts.
  recurrence TEXT NOT NULL,
  was_at BIGINT NOT NULL,
  is_at BIGINT NOT NULL,
  told_at BIGINT,
  PRIMARY KEY (change_id, meeting)
){{sqlite:  WITHOUT ROWID}};
