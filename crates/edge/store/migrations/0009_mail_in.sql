-- Mails that came in, so that each counts once: by whichever way, in whichever scheduler, and however often it is delivered.
CREATE TABLE mail_received (
  -- SHA-256 of what makes a mail what it is, in hexadecimal.
  digest TEXT PRIMARY KEY,
  -- What became of it: a stable word.
  outcome TEXT NOT NULL,
  meeting TEXT,
  received_at BIGINT NOT NULL
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX mail_received_by_time ON mail_received (received_at);

-- How far a mailbox has been read. It moves in the transaction of what the mails did.
CREATE TABLE mailbox_cursor (
  name TEXT PRIMARY KEY,
  uid_validity BIGINT NOT NULL,
  -- The last mail that was read.
  uid BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- What one scheduler does at a time, by the database's clock.
CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL
);
