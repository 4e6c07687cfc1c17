-- What a rule asks for beyond its first fields: whose deed it is, further caps, the unit's size, how a deduction stands on
-- the public list, the warning that comes before it, and a condition.
ALTER TABLE rule ADD COLUMN who TEXT NOT NULL DEFAULT 'household'; -- household person party tag
ALTER TABLE rule ADD COLUMN who_tag TEXT NOT NULL DEFAULT ''; -- the mark a resident needs, for who = 'tag'
ALTER TABLE rule ADD COLUMN caps TEXT NOT NULL DEFAULT ''; -- JSON [{"period","each","points","count"}], '' if none
ALTER TABLE rule ADD COLUMN unit_size BIGINT NOT NULL DEFAULT 1;
ALTER TABLE rule ADD COLUMN unit_round TEXT NOT NULL DEFAULT 'down'; -- down half up
ALTER TABLE rule ADD COLUMN list_category TEXT NOT NULL DEFAULT ''; -- of a deduction, '' says only that it is one
ALTER TABLE rule ADD COLUMN list_text BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rule ADD COLUMN warn_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rule ADD COLUMN cond TEXT NOT NULL DEFAULT ''; -- the expression
ALTER TABLE rule ADD COLUMN cond_zh TEXT NOT NULL DEFAULT '';
ALTER TABLE rule ADD COLUMN cond_en TEXT NOT NULL DEFAULT '';

-- The most that all rules of a category together give a household in a period, as one version of the rules has it.
CREATE TABLE category_cap (
  village   BIGINT NOT NULL, -- or the county, for its template
  version   BIGINT NOT NULL,
  category  TEXT   NOT NULL,
  period    TEXT   NOT NULL, -- month year
  points    BIGINT NOT NULL,
  PRIMARY KEY (village, version, category, period)
) STRICT, WITHOUT ROWID;

-- Marks that a village gives its residents (building head, group leader, volunteer), one blank between two.
ALTER TABLE resident ADD COLUMN tags TEXT NOT NULL DEFAULT '';

-- Whose deed a claim by a personal rule was, and the warning a deduction followed.
ALTER TABLE claim ADD COLUMN resident BIGINT NOT NULL DEFAULT 0;
ALTER TABLE claim ADD COLUMN warned_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE claim ADD COLUMN warned_no TEXT NOT NULL DEFAULT ''; -- number of the warning's paper
ALTER TABLE claim ADD COLUMN warned_what TEXT NOT NULL DEFAULT ''; -- what was asked for
