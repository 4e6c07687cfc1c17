-- Party members' points: what a village's Party branch keeps for its own members, seen inside the branch only. The points
-- themselves are lines of the village's book, on one account for each member and calendar year.

CREATE TABLE branch_member (
  village    BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  resident   BIGINT NOT NULL,
  class      TEXT   NOT NULL, -- ordinary elderly floating probationary
  joined_day BIGINT NOT NULL,
  left_day   BIGINT NOT NULL, -- 0 while a member of this branch
  version    BIGINT NOT NULL,
  PRIMARY KEY (village, id),
  UNIQUE (village, resident)
) STRICT, WITHOUT ROWID;

-- The scheme of a calendar year: drafted, voted on by the branch's meeting, in force, and closed by the evaluation.
CREATE TABLE branch_scheme (
  village    BIGINT NOT NULL,
  year       BIGINT NOT NULL,
  state      TEXT   NOT NULL, -- draft in_force evaluated
  body       TEXT   NOT NULL, -- JSON: name of the branch, bases by class, items, grades, days to answer
  from_day   BIGINT NOT NULL, -- deeds count from this day; 0 while a draft
  vote_day   BIGINT NOT NULL,
  due        BIGINT NOT NULL,
  present    BIGINT NOT NULL,
  in_favour  BIGINT NOT NULL,
  minutes_no TEXT   NOT NULL,
  by_name    TEXT   NOT NULL, -- who drafted it last, then who recorded the vote
  changed_ms BIGINT NOT NULL,
  version    BIGINT NOT NULL,
  PRIMARY KEY (village, year)
) STRICT, WITHOUT ROWID;

-- A member's year: the owner of the account in the book.
CREATE TABLE branch_year (
  village BIGINT NOT NULL,
  id      BIGINT NOT NULL,
  year    BIGINT NOT NULL,
  member  BIGINT NOT NULL,
  class   TEXT   NOT NULL, -- as it was when the year was opened
  base    BIGINT NOT NULL,
  PRIMARY KEY (village, id),
  UNIQUE (village, year, member)
) STRICT, WITHOUT ROWID;

-- An addition, a deduction or the taking back of one: proposed by one person, decided on by another.
CREATE TABLE branch_entry (
  village      BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  owner        BIGINT NOT NULL, -- branch_year
  year         BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- proposed posted refused withdrawn
  item         TEXT   NOT NULL, -- code in the scheme
  times        BIGINT NOT NULL,
  points       BIGINT NOT NULL, -- with its sign
  day          BIGINT NOT NULL, -- of the deed
  note         TEXT   NOT NULL, -- what happened, or where the proof lies
  undoes       BIGINT NOT NULL, -- entry it takes back, or 0
  undone_by    BIGINT NOT NULL, -- posted entry that took it back, or 0
  told_day     BIGINT NOT NULL, -- when the member was told, for what takes points; else 0
  until_day    BIGINT NOT NULL, -- last day to answer
  answer       TEXT   NOT NULL, -- what the member said
  answer_day   BIGINT NOT NULL,
  by_id        BIGINT NOT NULL,
  by_name      TEXT   NOT NULL,
  created_ms   BIGINT NOT NULL,
  decided_name TEXT   NOT NULL,
  decided_ms   BIGINT NOT NULL,
  reason       TEXT   NOT NULL, -- why it was refused
  line         BIGINT NOT NULL, -- in the book; 0 until posted
  version      BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX branch_entry_year ON branch_entry (village, year, id);
CREATE INDEX branch_entry_owner ON branch_entry (village, owner, id);

-- What the branch's meeting decided at the year's end; the newest row of a year counts, older ones were corrected.
CREATE TABLE branch_evaluation (
  village    BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  year       BIGINT NOT NULL,
  day        BIGINT NOT NULL,
  due        BIGINT NOT NULL,
  present    BIGINT NOT NULL,
  minutes_no TEXT   NOT NULL,
  body       TEXT   NOT NULL, -- JSON: for each member the points of the book, the grade and the votes for it
  reason     TEXT   NOT NULL, -- why it corrects the one before; '' for the first
  by_name    TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX branch_evaluation_year ON branch_evaluation (village, year, id);
