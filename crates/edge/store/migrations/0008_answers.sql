-- What people answer. None of it is a change of the meeting: it makes no revision, and nobody's If-Match misses for it.

-- What somebody said last of a meeting, of one occurrence, or of one and those after it.
CREATE TABLE answer (
  meeting TEXT NOT NULL,
  -- The address in lower case.
  person TEXT NOT NULL,
  -- '' for all of it, else an original.
  recurrence TEXT NOT NULL,
  -- 1: and those after it.
  following BIGINT NOT NULL,
  partstat TEXT NOT NULL,
  -- mail, link, web or organizer.
  source TEXT NOT NULL,
  comment TEXT NOT NULL,
  -- The SEQUENCE that was answered.
  sequence BIGINT NOT NULL,
  -- When it was given, by the clock of whoever gave it: the later one holds.
  stamped_at BIGINT NOT NULL,
  -- When the person last chose that all these dates are meant; NULL when they never did.
  meant_at BIGINT,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (meeting, person, recurrence, following)
){{sqlite:  WITHOUT ROWID}};

-- Every answer that ever came, for the history, and for the mails that tell of them.
CREATE TABLE answer_log (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL,
  person TEXT NOT NULL,
  recurrence TEXT NOT NULL,
  following BIGINT NOT NULL,
  partstat TEXT NOT NULL,
  source TEXT NOT NULL,
  comment TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  stamped_at BIGINT NOT NULL,
  meant_at BIGINT,
  -- taken, older, outOfDate, late or refused.
  outcome TEXT NOT NULL,
  -- Who entered it, when that was not the person.
  entered_by TEXT,
  address TEXT,
  -- The other time that was proposed with it.
  proposal TEXT,
  -- The mail that tells the organizer of it.
  note TEXT,
  at BIGINT NOT NULL
);
CREATE INDEX answer_log_by_meeting ON answer_log (meeting, id);
CREATE INDEX answer_log_by_note ON answer_log (note) WHERE note IS NOT NULL;

-- Another time that somebody would rather have.
CREATE TABLE proposal (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL,
  person TEXT NOT NULL,
  recurrence TEXT NOT NULL,
  -- Local times of the meeting's zone.
  dt_start TEXT NOT NULL,
  dt_end TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  comment TEXT NOT NULL,
  source TEXT NOT NULL,
  -- open, accepted, declined or superseded.
  state TEXT NOT NULL,
  -- The SEQUENCE that it is about.
  sequence BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  settled_at BIGINT,
  settled_by TEXT
);
CREATE INDEX proposal_by_meeting ON proposal (meeting);

-- Replies that were not taken, because nothing proves that they are from the person in whose name they come.
CREATE TABLE reply_refused (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL,
  -- In whose name it came.
  claimed TEXT NOT NULL,
  -- Who sent it.
  sender TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- What it says, as JSON.
  said TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  settled_at BIGINT,
  settled_by TEXT
);
CREATE INDEX reply_refused_by_meeting ON reply_refused (meeting);

-- Personal links that were revoked: those of an earlier epoch are void. Nobody stands here whose link never was.
CREATE TABLE answer_link (
  meeting TEXT NOT NULL,
  person TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  PRIMARY KEY (meeting, person)
){{sqlite:  WITHOUT ROWID}};

-- Keys that schedulers share, each made by whichever needs it first.
CREATE TABLE scheduler_key (
  name TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
