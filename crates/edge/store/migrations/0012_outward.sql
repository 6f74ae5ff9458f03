-- What goes out of the house to programs: events to their addresses.

-- Addresses that want to be told what happens to meetings.
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  -- The user whose meetings they are; '' for an operator's: all meetings.
  owner TEXT NOT NULL,
  -- Who made it: user@domain, or an operator's name.
  made_by TEXT NOT NULL,
  url TEXT NOT NULL,
  -- What deliveries are signed with.
  secret TEXT NOT NULL,
  -- Commas on both sides of each: ',created,changed,'.
  events TEXT NOT NULL,
  is_enabled BIGINT NOT NULL,
  -- Why it was disabled, when nobody asked for that.
  disabled_because TEXT,
  -- Tries that failed since the last one that did not.
  failures BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX webhook_by_owner ON webhook (owner, created_at);

-- Events on their way to these addresses, each written in the transaction of what it tells of.
CREATE TABLE webhook_delivery (
  webhook TEXT NOT NULL,
  -- The event's own, the same in each try and for every address.
  id TEXT NOT NULL,
  -- created, changed, cancelled, answered or test.
  event TEXT NOT NULL,
  -- NULL for a test.
  meeting TEXT,
  revision BIGINT NOT NULL,
  -- Which answer, in answer_log; '' for others.
  about TEXT NOT NULL,
  -- queued, deferred, delivered or failed.
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  detail TEXT,
  next_at BIGINT NOT NULL,
  gives_up_at BIGINT NOT NULL,
  claim TEXT,
  claimed_until BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (webhook, id)
){{sqlite:  WITHOUT ROWID}};
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, next_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (created_at);

-- Addresses of calendars to subscribe to: who has one sees the meetings of its user.
CREATE TABLE feed (
  id TEXT PRIMARY KEY,
  -- SHA-256 of the address's secret part; the secret itself is kept by nobody here.
  digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL,
  -- What its user calls it.
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX feed_by_user ON feed (user_id, created_at);

-- Texts of invitations by their SHA-256: what a mail that was queued is written from, whatever becomes of the text's address.
CREATE TABLE invitation_template (
  digest TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  kept_at BIGINT NOT NULL
){{sqlite:  WITHOUT ROWID}};
