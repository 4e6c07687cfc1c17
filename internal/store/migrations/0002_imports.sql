-- Imports of household tables: what was sent, and what came of it, so that the answer outlives the process that found it.
CREATE TABLE import_job (
  village   BIGINT NOT NULL, -- the village, or the wider area the file is for
  id        BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- running done failed dry
  file      TEXT   NOT NULL, -- name as it was sent
  sha256    BLOB   NOT NULL, -- of the file
  report    TEXT   NOT NULL, -- JSON: counts and the first thousand faults, by place and code, without contents
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
