-- The recipient is a key, compared as it stands; how the address is spelt stands in the meeting.
UPDATE outbox SET recipient = lower(recipient) WHERE recipient <> lower(recipient);

-- 0: what somebody waits for at this moment; 1: the rest.
ALTER TABLE outbox ADD COLUMN lane BIGINT NOT NULL DEFAULT 1;
-- The revision that the recipient was told last; NULL: the one before.
ALTER TABLE outbox ADD COLUMN told BIGINT;
-- What the mail is about beyond its kind, as JSON.
ALTER TABLE outbox ADD COLUMN about TEXT;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (lane, next_at) WHERE state IN ('queued', 'deferred');
