-- What the call bridges of a cluster share.

-- One row: the cluster's id and the key that web-app tokens are signed with.
CREATE TABLE cluster_key (
  kid TEXT PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  private_key TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Counts changes by topic, so that other processes notice them cheaply.
CREATE TABLE change (
  topic TEXT PRIMARY KEY,
  version BIGINT NOT NULL
);

-- Every object of the Call Bridge's API, of whatever kind; fields is a JSON object of texts.
CREATE TABLE object (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  search TEXT NOT NULL,
  fields TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX object_by_kind ON object (kind, parent, created_at, id);
CREATE INDEX object_by_parent ON object (parent);

-- Which object names which in which field; the named one can't go unnoticed.
CREATE TABLE object_reference (
  object TEXT NOT NULL,
  field TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (object, field)
);
CREATE INDEX object_reference_by_target ON object_reference (target, field);

-- What objects are found by exactly, and what must not be taken twice: a URI, a call id, an address. The owner is
-- the object that several may share a value under (a space and its access methods).
CREATE TABLE object_key (
  scope TEXT NOT NULL,
  value TEXT NOT NULL,
  object TEXT NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY (scope, value, object)
);
CREATE INDEX object_key_by_object ON object_key (object);

-- Passwords of the built-in directory (argon2id), and when who signed in last.
CREATE TABLE user_password (
  user_id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE user_sign_in (
  user_id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  address TEXT NOT NULL,
  previous_at BIGINT,
  previous_address TEXT
);

-- Who may use the API by Basic sign-in: role admin or api.
CREATE TABLE operator (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
