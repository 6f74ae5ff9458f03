-- Who changed a meeting from where, and what it was that they did.

ALTER TABLE meeting_revision ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE meeting_revision ADD COLUMN address TEXT;
ALTER TABLE meeting_revision ADD COLUMN change TEXT NOT NULL DEFAULT '';

-- The meetings that a series was parted into, each naming its neighbours.
ALTER TABLE meeting ADD COLUMN follows TEXT;
ALTER TABLE meeting ADD COLUMN followed_by TEXT;

-- They share a temporary space, which goes when none of them needs it any more.
CREATE INDEX meeting_by_temporary_space ON meeting (space) WHERE temporary = 1;

-- Not before then: single occurrences may still be in a space that their meeting has left.
ALTER TABLE space_removal ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;

-- A write that its caller named, so that the same request again gives the same answer.
CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  status BIGINT NOT NULL,
  meeting TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (caller, key)
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX idempotency_by_time ON idempotency (created_at);
