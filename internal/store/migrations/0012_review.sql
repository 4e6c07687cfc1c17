-- Second reviews, relatives of those who review, and what was decided when.

-- How many claims a second person reviews. The strictest of county, township and village holds.
CREATE TABLE review_setting (
  village   BIGINT NOT NULL, -- or the township or county it is set for
  percent   BIGINT NOT NULL, -- of all claims, drawn by lot; 0 none
  above     BIGINT NOT NULL, -- and every claim of more points than this; 0 none
  by_name   TEXT   NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village)
) STRICT, WITHOUT ROWID;

-- A claim that waits for its second review is still submitted, and bears who reviewed it first.
ALTER TABLE claim ADD COLUMN first_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE claim ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE claim ADD COLUMN first_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX claim_first ON claim (village, month, id) WHERE first_by <> 0;

-- Every decision on a claim, also those a later one took back.
CREATE TABLE review (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  month     BIGINT NOT NULL, -- of the decision, yyyymm
  claim     BIGINT NOT NULL,
  reviewer  BIGINT NOT NULL,
  reviewer_name TEXT NOT NULL,
  by_kind   TEXT   NOT NULL, -- who submitted
  by_id     BIGINT NOT NULL, -- 0 for a household
  by_name   TEXT   NOT NULL,
  outcome   TEXT   NOT NULL, -- approved returned rejected
  second    BIGINT NOT NULL, -- 1 for a second review
  together  BIGINT NOT NULL, -- claims decided by the same command
  wait_ms   BIGINT NOT NULL, -- since it was submitted, or reviewed first
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_month ON review (village, month, id);
CREATE INDEX review_claim ON review (village, claim, id);

-- Relatives: of a household, another household of the village or somebody who works here. It holds in both directions.
CREATE TABLE kin (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  household BIGINT NOT NULL, -- the smaller id of two households
  other     BIGINT NOT NULL, -- the other household, 0 for staff
  staff     BIGINT NOT NULL, -- 0 for a household
  staff_name TEXT  NOT NULL,
  relation  TEXT   NOT NULL, -- spouse parent child sibling inlaw other
  from_day  BIGINT NOT NULL,
  until_day BIGINT NOT NULL, -- last day; 0 while it lasts
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX kin_pair ON kin (village, household, other, staff) WHERE until_day = 0;

-- Who has the same telephone number as a reviewer's household.
CREATE INDEX resident_phone ON resident (village, phone);
