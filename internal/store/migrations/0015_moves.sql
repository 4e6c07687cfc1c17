-- Households that move to another village of the county: a row in each village, under one id, that names the other.

ALTER TABLE household_change ADD COLUMN far_village BIGINT NOT NULL DEFAULT 0;   -- where it goes, or comes from; 0 for other changes
ALTER TABLE household_change ADD COLUMN far_household BIGINT NOT NULL DEFAULT 0; -- its household there
ALTER TABLE household_change ADD COLUMN far_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE household_change ADD COLUMN far_name TEXT NOT NULL DEFAULT '';       -- of the village
ALTER TABLE household_change ADD COLUMN far_head TEXT NOT NULL DEFAULT '';
ALTER TABLE household_change ADD COLUMN far_voucher BIGINT NOT NULL DEFAULT 0;   -- of an arrival: the line there that gave the points

-- Whether a village's points go along with households that move, and come along with those that arrive. No row: they do.
CREATE TABLE move_setting (
  village    BIGINT NOT NULL PRIMARY KEY,
  travel     BIGINT NOT NULL,
  by_name    TEXT   NOT NULL,
  changed_ms BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
