-- The reminder of a meeting that goes out next, one a meeting and distance, whatever number of people and occurrences there are.
CREATE TABLE reminder (
  meeting TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  -- The occurrence, by its original local start, and when it begins.
  recurrence TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  PRIMARY KEY (meeting, minutes)
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX reminder_due ON reminder (next_at);
