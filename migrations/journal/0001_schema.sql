-- What a terminal keeps for itself. Every record is sealed: nothing here can be read without journal.key.
BEGIN IMMEDIATE;
CREATE TABLE draft (
  id     TEXT PRIMARY KEY,   -- of the claim, made at the sheet's first key
  record BLOB NOT NULL
) STRICT;
CREATE TABLE reference (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  record BLOB NOT NULL
) STRICT;
PRAGMA user_version = 1;
COMMIT;
