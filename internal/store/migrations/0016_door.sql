-- Evidence beside a claim, bounds on what is sent, and the code at a gathering's door.

-- Which roll a sheet of claims came from, and what belongs to a claim or a gathering.
CREATE INDEX gathering_sheet_sheet ON gathering_sheet (village, sheet);
CREATE INDEX appraisal_sheet_sheet ON appraisal_sheet (village, sheet);
CREATE INDEX file_owner ON file (village, owner, owner_id, id);

-- What was sent on a day, by a household, by one of the staff, and in the whole village.
CREATE TABLE file_day (
  village   BIGINT NOT NULL,
  day       BIGINT NOT NULL,
  by_kind   TEXT   NOT NULL, -- household staff village
  by_id     BIGINT NOT NULL, -- 0 for the village
  files     BIGINT NOT NULL,
  bytes     BIGINT NOT NULL,
  PRIMARY KEY (village, day, by_kind, by_id)
) STRICT, WITHOUT ROWID;

-- A gathering whose door has a code, with the hours in which it is good for anything.
CREATE TABLE gathering_door (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  secret    BLOB   NOT NULL,
  from_min  BIGINT NOT NULL, -- minutes after midnight of the gathering's day
  to_min    BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, gathering)
) STRICT, WITHOUT ROWID;

-- A household that scanned the code: a proposal to whoever calls the roll, and no mark. Nothing here says where.
CREATE TABLE gathering_scan (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  household BIGINT NOT NULL,
  how       TEXT   NOT NULL, -- screen print
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, gathering, household)
) STRICT, WITHOUT ROWID;
