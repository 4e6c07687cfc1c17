-- Gatherings (meetings, classes, clean-ups, shifts) with their roll-call, and villagers' suggestions.

CREATE TABLE gathering (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  kind      TEXT   NOT NULL, -- meeting class cleanup shift
  title     TEXT   NOT NULL,
  place     TEXT   NOT NULL, -- in words; nothing asks where a phone is
  day       BIGINT NOT NULL,
  from_min  BIGINT NOT NULL, -- minutes after midnight
  to_min    BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- planned claimed cancelled
  reason    TEXT   NOT NULL, -- of a cancellation
  version   BIGINT NOT NULL, -- counts changes of the plan, not marks
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  claimed_name TEXT NOT NULL,
  claimed_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gathering_day ON gathering (village, day, id);

-- What a gathering counts for, in the order of the plan.
CREATE TABLE gathering_rule (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  no        BIGINT NOT NULL,
  rule      TEXT   NOT NULL,
  who       TEXT   NOT NULL, -- present on_time whole late spoke hours
  hours     BIGINT NOT NULL, -- of one unit of the rule, for who = hours; else 0
  PRIMARY KEY (village, gathering, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE gathering_mark (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  household BIGINT NOT NULL,
  arrival   TEXT   NOT NULL, -- on_time late
  stayed    BIGINT NOT NULL,
  spoke     BIGINT NOT NULL,
  hours     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, gathering, household)
) STRICT, WITHOUT ROWID;

-- The sheets of claims a gathering became, and who was left out of them with the code of the reason.
CREATE TABLE gathering_sheet (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  sheet     BIGINT NOT NULL,
  rule      TEXT   NOT NULL,
  claims    BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  PRIMARY KEY (village, gathering, sheet)
) STRICT, WITHOUT ROWID;
CREATE TABLE gathering_left (
  village   BIGINT NOT NULL,
  gathering BIGINT NOT NULL,
  rule      TEXT   NOT NULL,
  household BIGINT NOT NULL,
  code      TEXT   NOT NULL,
  PRIMARY KEY (village, gathering, rule, household)
) STRICT, WITHOUT ROWID;

CREATE TABLE suggestion (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  household BIGINT NOT NULL,
  text      TEXT   NOT NULL,
  named     BIGINT NOT NULL, -- the household wished to be named in public
  withheld  BIGINT NOT NULL, -- the public list does not show the text: it offends, or names others
  state     TEXT   NOT NULL, -- open adopted rejected done
  by_kind   TEXT   NOT NULL,
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  day       BIGINT NOT NULL,
  minutes_no TEXT  NOT NULL, -- of the meeting that adopted it
  answer    TEXT   NOT NULL, -- the reason of a rejection, or what the adoption says
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_ms BIGINT NOT NULL,
  note      TEXT   NOT NULL, -- how it was carried out
  done_name TEXT   NOT NULL,
  done_ms   BIGINT NOT NULL,
  claim     BIGINT NOT NULL, -- 0 where none could be made
  claim_code TEXT  NOT NULL, -- why none was
  version   BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX suggestion_household ON suggestion (village, household, day);
