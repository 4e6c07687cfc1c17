-- Households that split, merge, or are no more: proposed by one person, confirmed by another.

CREATE TABLE household_change (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  kind      TEXT   NOT NULL, -- split merge close undo
  state     TEXT   NOT NULL, -- proposed done withdrawn undone
  household BIGINT NOT NULL, -- that splits, is merged into another, or is closed; gives the points
  other     BIGINT NOT NULL, -- made by the split (0 until done) or merged into; gets the points; 0 for a closing
  undoes    BIGINT NOT NULL, -- the change an undo takes back, else 0
  plan      TEXT   NOT NULL, -- JSON: who goes, who heads, number, group, shares, and how people stood before
  base      BIGINT NOT NULL, -- points moved, or left behind by a closing
  spendable BIGINT NOT NULL,
  voucher   BIGINT NOT NULL, -- first line of the points moved; 0 none
  reason    TEXT   NOT NULL,
  paper     TEXT   NOT NULL, -- where the signed confirmation is kept
  signed    TEXT   NOT NULL, -- who signed for the household
  signed_other TEXT NOT NULL, -- and for the other
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  ended_by  BIGINT NOT NULL, -- who confirmed or withdrew it
  ended_name TEXT  NOT NULL,
  ended_ms  BIGINT NOT NULL,
  version   BIGINT NOT NULL, -- counts changes
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX household_change_household ON household_change (village, household, id);
CREATE INDEX household_change_other ON household_change (village, other, id);
