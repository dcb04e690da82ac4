-- 007 tokens: who else may call the web host, and how much. Only the hash of a token is kept.

CREATE TABLE tokens (
  name       TEXT    PRIMARY KEY NOT NULL,
  scope      TEXT    NOT NULL,
  hash       TEXT    NOT NULL UNIQUE,       -- SHA-256 of the token, in hex
  created_at INTEGER NOT NULL,
  CONSTRAINT token_scope_is_known CHECK (scope IN ('watch', 'steer')),
  CONSTRAINT token_has_a_name CHECK (length(name) BETWEEN 1 AND 100),
  CONSTRAINT token_hash_is_sha256 CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*')
) STRICT;
