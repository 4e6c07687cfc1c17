-- A month that is being closed in steps: while book.closing names it, nothing else changes the village's claims.

ALTER TABLE book ADD COLUMN closing BIGINT NOT NULL DEFAULT 0;

CREATE TABLE closing (
  village   BIGINT NOT NULL PRIMARY KEY,
  month     BIGINT NOT NULL,
  household BIGINT NOT NULL, -- of the newest claim that is posted: they are posted by household and then by id
  claim     BIGINT NOT NULL,
  first_no  BIGINT NOT NULL,
  last_no   BIGINT NOT NULL,
  claims    BIGINT NOT NULL, -- posted so far
  points    BIGINT NOT NULL,
  deducted  BIGINT NOT NULL,
  actor     BIGINT NOT NULL, -- who began it
  actor_name TEXT  NOT NULL,
  begun_ms  BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
