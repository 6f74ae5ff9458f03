-- A webhook whose receiver fails pauses as a whole, and is disabled by how long it has failed.

-- When the first try failed since the last one that did not.
ALTER TABLE webhook ADD COLUMN failing_since BIGINT;
-- When it is told something again at the earliest.
ALTER TABLE webhook ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;

-- Preferences that were replaced are looked for by how old they are.
CREATE INDEX person_preference_by_age ON person_preference (since);
