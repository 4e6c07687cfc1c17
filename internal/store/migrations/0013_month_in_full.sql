-- The life of a list beside the claims on it, the reminder to close a month, and a village's vote on the expiry of points.

ALTER TABLE notice ADD COLUMN down_ms BIGINT NOT NULL DEFAULT 0; -- when its page was taken down; 0 while it is up
ALTER TABLE notice ADD COLUMN fixed_no BIGINT NOT NULL DEFAULT 0; -- the book's newest line at publication: corrections up to it are on this list or on one before
CREATE INDEX notice_up ON notice (to_day, village) WHERE down_ms = 0;

-- Where else a list was posted, by whom, and when it was taken away.
CREATE TABLE notice_copy (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  notice    BIGINT NOT NULL,
  way       TEXT   NOT NULL, -- board_a4 board_a3 chat
  place     TEXT   NOT NULL, -- which board or which group, in words
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  posted_ms BIGINT NOT NULL,
  down_name TEXT   NOT NULL,
  down_ms   BIGINT NOT NULL, -- 0 while it is up
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_copy_of ON notice_copy (village, notice, id);

CREATE INDEX objection_notice ON objection (village, notice, id);
CREATE INDEX objection_due ON objection (due_day, village) WHERE state = 'open';

-- One row for each month a village was reminded to close.
CREATE TABLE month_reminder (
  village   BIGINT NOT NULL,
  month     BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, month)
) STRICT, WITHOUT ROWID;

-- What a village voted on the expiry of points; the newest row that is in force counts, and without one nothing expires.
CREATE TABLE expiry_vote (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  months    BIGINT NOT NULL, -- 24 or more; 0 ends the expiry
  from_day  BIGINT NOT NULL, -- a month's first day
  since_day BIGINT NOT NULL, -- points earned before count as earned on it: nothing reaches back
  vote_day  BIGINT NOT NULL,
  vote_due  BIGINT NOT NULL,
  vote_present BIGINT NOT NULL,
  vote_for  BIGINT NOT NULL,
  minutes_no TEXT  NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

-- What the close of a month let expire, for its certificate; the lines themselves are in the book.
CREATE TABLE month_expiry (
  village   BIGINT NOT NULL,
  month     BIGINT NOT NULL,
  households BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  first_no  BIGINT NOT NULL,
  last_no   BIGINT NOT NULL,
  PRIMARY KEY (village, month)
) STRICT, WITHOUT ROWID;
