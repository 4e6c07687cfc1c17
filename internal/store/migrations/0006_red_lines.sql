-- Texts of rules that a red line stopped, and what a township officer decided on them in writing.
CREATE TABLE red_line_case (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  sha256    BLOB   NOT NULL, -- of all texts of the rule as they were; another text is another case
  code      TEXT   NOT NULL, -- of the rule, A01
  lines     TEXT   NOT NULL, -- the red lines, 'R3 R6'
  text      TEXT   NOT NULL, -- what was stopped, as it is shown
  state     TEXT   NOT NULL, -- asked overruled upheld
  asked_by  TEXT   NOT NULL,
  asked_ms  BIGINT NOT NULL,
  reason    TEXT   NOT NULL, -- of the decision; '' while asked
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  decided_ms BIGINT NOT NULL, -- 0 while asked
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX red_line_text ON red_line_case (village, sha256);
