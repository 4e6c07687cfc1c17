-- Proofs: the keys that sign, the hashes of books and audit trails, and the checkpoints (docs/proof.md).

-- The public keys, for ever: a paper of ten years ago names one. The one in use has no end.
CREATE TABLE sign_key (
  name      TEXT   NOT NULL PRIMARY KEY,
  public    TEXT   NOT NULL, -- as proof.PublicKey writes it
  from_ms   BIGINT NOT NULL,
  until_ms  BIGINT NOT NULL  -- 0 for the one in use
) STRICT;
CREATE UNIQUE INDEX sign_key_current ON sign_key (until_ms) WHERE until_ms = 0;

-- Hashes of a tree, 256 in a row: level 0 has those of the entries, level 1 the roots of full rows of level 0, and so on.
CREATE TABLE seal_tile (
  village   BIGINT NOT NULL, -- or the wider area whose audit trail it is
  tree      BIGINT NOT NULL, -- seal.Kind: 1 the book, 2 the audit trail
  hashing   BIGINT NOT NULL, -- proof.Hashing
  level     BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  hashes    BLOB   NOT NULL, -- 32 bytes each
  PRIMARY KEY (village, tree, hashing, level, n)
) STRICT;

CREATE TABLE checkpoint (
  village   BIGINT NOT NULL,
  tree      BIGINT NOT NULL,
  hashing   BIGINT NOT NULL,
  size      BIGINT NOT NULL, -- entries covered
  at_ms     BIGINT NOT NULL,
  note      TEXT   NOT NULL, -- the signed note
  PRIMARY KEY (village, tree, hashing, size)
) STRICT, WITHOUT ROWID;

-- The order in which audit lines entered their tree. Lines may be committed out of the order of their ids.
CREATE TABLE audit_leaf (
  village   BIGINT NOT NULL,
  no        BIGINT NOT NULL, -- 1, 2, 3 … within the area
  id        BIGINT NOT NULL,
  PRIMARY KEY (village, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX audit_leaf_id ON audit_leaf (village, id);
