-- The last text of invitations that was found at the addresses of a branding profile, for when they are out of reach.
CREATE TABLE invitation_template_last (
  -- The SHA-256 of the addresses, which may be secrets.
  source TEXT PRIMARY KEY,
  -- The text, in invitation_template.
  digest TEXT NOT NULL,
  found_at BIGINT NOT NULL
);
