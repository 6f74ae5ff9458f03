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

-- For whom somebody entered an answer who did so for the organizer.
ALTER TABLE answer_log ADD COLUMN on_behalf_of TEXT;

-- Users who may act for another user, and as whom the directory knew both then.
CREATE TABLE delegate (
  owner TEXT NOT NULL,
  delegate TEXT NOT NULL,
  owner_jid TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  owner_email TEXT NOT NULL,
  delegate_jid TEXT NOT NULL,
  delegate_name TEXT NOT NULL,
  delegate_email TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (owner, delegate)
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX delegate_by_delegate ON delegate (delegate);
