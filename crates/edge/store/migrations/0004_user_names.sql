-- A person is found by the user part of the JID as well. What stands before the last @, in words that both engines know.
INSERT INTO object_key (scope, value, object, owner)
  SELECT 'userName', rtrim(rtrim(value, replace(value, '@', '')), '@'), object, owner FROM object_key WHERE scope = 'jid';
