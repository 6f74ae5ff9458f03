-- The language and the zone that somebody's mails are in, from `since` on. A mail is written with what held when it was queued, so that it
-- is the same at every try; what held before is kept as long as such a mail may be tried.
CREATE TABLE person_preference (
  -- The address in lower case.
  person TEXT NOT NULL,
  since BIGINT NOT NULL,
  -- Empty where nothing is preferred.
  language TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  PRIMARY KEY (person, since)
){{sqlite:  WITHOUT ROWID}};

-- What was answered to a named write that shows no meeting, as JSON.
ALTER TABLE idempotency ADD COLUMN answer TEXT;
