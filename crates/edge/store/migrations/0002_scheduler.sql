-- What the schedulers of a cluster share.

-- A meeting's state; what it says stands in its revisions. Instants are milliseconds since 1970.
CREATE TABLE meeting (
  id TEXT PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  organizer TEXT NOT NULL,
  revision BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  status TEXT NOT NULL,
  space TEXT NOT NULL,
  temporary BIGINT NOT NULL,
  first_start_at BIGINT NOT NULL,
  -- NULL for a series without end.
  last_end_at BIGINT,
  cancelled_at BIGINT,
  space_removed_at BIGINT,
  listing TEXT NOT NULL, -- What lists show, as JSON: small, so that a list reads little.
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX meeting_by_time ON meeting (first_start_at);
CREATE INDEX meeting_by_cancellation ON meeting (cancelled_at) WHERE temporary = 1 AND space_removed_at IS NULL;
CREATE INDEX meeting_by_end ON meeting (last_end_at) WHERE temporary = 1 AND space_removed_at IS NULL;
CREATE INDEX meeting_by_space ON meeting (space);

-- Everything that a meeting said at each of its revisions, as JSON, and who made it so.
CREATE TABLE meeting_revision (
  meeting TEXT NOT NULL,
  revision BIGINT NOT NULL,
  body TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (meeting, revision)
);

-- Whose lists a meeting stands in: a user (u:id) or an address (e:name@example.com).
CREATE TABLE meeting_person (
  person TEXT NOT NULL,
  meeting TEXT NOT NULL,
  recurring BIGINT NOT NULL,
  first_start_at BIGINT NOT NULL,
  -- The greatest BIGINT for a series without end.
  last_end_at BIGINT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (person, meeting)
);
CREATE INDEX meeting_person_by_time ON meeting_person (person, recurring, first_start_at, last_end_at, meeting, role);
CREATE INDEX meeting_person_by_meeting ON meeting_person (meeting);

-- Mails to be sent, written in the transaction of the change that they tell of.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL,
  revision BIGINT NOT NULL,
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  claim TEXT,
  claimed_until BIGINT,
  detail TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX outbox_by_recipient ON outbox (meeting, recipient, revision);

-- Spaces that are to be made for a meeting (by the meeting's id) or to be removed; settled by whichever scheduler.
CREATE TABLE space_intent (
  request TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL
);
CREATE TABLE space_removal (
  space TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL
);
