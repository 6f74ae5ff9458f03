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

-- All meetings of somebody who leaves, on their way to another organizer.
CREATE TABLE handover (
  id TEXT PRIMARY KEY,
  -- Whose meetings they were, the name in lower case.
  former TEXT NOT NULL,
  former_jid TEXT NOT NULL,
  organizer_jid TEXT NOT NULL,
  notify TEXT NOT NULL,
  stays BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  address TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX handover_by_former ON handover (former_jid, created_at);

CREATE TABLE handover_meeting (
  handover TEXT NOT NULL,
  meeting TEXT NOT NULL,
  summary TEXT NOT NULL,
  -- organizer, or coOrganizer of somebody else's.
  was TEXT NOT NULL,
  -- waiting, done or refused.
  state TEXT NOT NULL,
  code TEXT,
  reason TEXT,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  PRIMARY KEY (handover, meeting)
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX handover_meeting_due ON handover_meeting (next_at) WHERE state = 'waiting';

-- What was imported of whose calendars, so that the same file twice makes nothing twice.
CREATE TABLE imported (
  organizer TEXT NOT NULL,
  -- As the file has it.
  uid TEXT NOT NULL,
  meeting TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  PRIMARY KEY (organizer, uid)
){{sqlite:  WITHOUT ROWID}};
