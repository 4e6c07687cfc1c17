-- Monthly appraisal: a group of raters, their marks for each household, and the way the village voted to make one of them.

-- How a village makes one grade of several marks; no row: the median.
CREATE TABLE appraisal_way (
  village    BIGINT NOT NULL PRIMARY KEY,
  method     TEXT   NOT NULL, -- median trimmed
  minutes_no TEXT   NOT NULL, -- of the meeting that chose it
  by_name    TEXT   NOT NULL,
  changed_ms BIGINT NOT NULL
) STRICT;

CREATE TABLE appraisal (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  rule      TEXT   NOT NULL,
  month     BIGINT NOT NULL, -- yyyymm
  day       BIGINT NOT NULL, -- of the claims; in the month
  title     TEXT   NOT NULL,
  method    TEXT   NOT NULL, -- median trimmed; as the village had chosen when it was opened
  state     TEXT   NOT NULL, -- open claimed cancelled
  reason    TEXT   NOT NULL, -- of a cancellation
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  claimed_name TEXT NOT NULL,
  claimed_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX appraisal_month ON appraisal (village, month, id);

CREATE TABLE appraisal_rater (
  village   BIGINT NOT NULL,
  appraisal BIGINT NOT NULL,
  no        BIGINT NOT NULL, -- 1, 2, 3 … as on the paper
  name      TEXT   NOT NULL,
  household BIGINT NOT NULL, -- the rater's own, which the rater does not mark; 0 if it is not of the village
  PRIMARY KEY (village, appraisal, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE appraisal_mark (
  village   BIGINT NOT NULL,
  appraisal BIGINT NOT NULL,
  household BIGINT NOT NULL,
  rater     BIGINT NOT NULL,
  mark      BIGINT NOT NULL, -- 0 no grade, 1 the lowest grade of the rule …
  by_name   TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, appraisal, household, rater)
) STRICT, WITHOUT ROWID;

-- The sheets of claims an appraisal became, and who was left out of them with the code of the reason.
CREATE TABLE appraisal_sheet (
  village   BIGINT NOT NULL,
  appraisal BIGINT NOT NULL,
  sheet     BIGINT NOT NULL,
  claims    BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  PRIMARY KEY (village, appraisal, sheet)
) STRICT, WITHOUT ROWID;
CREATE TABLE appraisal_left (
  village   BIGINT NOT NULL,
  appraisal BIGINT NOT NULL,
  household BIGINT NOT NULL,
  code      TEXT   NOT NULL,
  PRIMARY KEY (village, appraisal, household)
) STRICT, WITHOUT ROWID;
