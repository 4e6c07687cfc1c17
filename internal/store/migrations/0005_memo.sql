-- A text that many lines bear (a rule's, the opening's) is written once in a village and named by its number. Lines that
-- are in a book already keep their own texts: nothing rewrites a book.
CREATE TABLE memo (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL, -- 1, 2, 3 … in the village
  zh        TEXT   NOT NULL,
  en        TEXT   NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX memo_text ON memo (village, zh, en);
ALTER TABLE line ADD COLUMN memo BIGINT NOT NULL DEFAULT 0; -- 0: the line's text is in memo_zh and memo_en
