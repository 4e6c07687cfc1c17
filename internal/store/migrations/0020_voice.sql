-- Suggestions that were spoken: the memo is a file of owner 'suggestion', and one of the village office types it.

ALTER TABLE suggestion ADD COLUMN memo BIGINT NOT NULL DEFAULT 0; -- id of the file; 0 where it was written
ALTER TABLE suggestion ADD COLUMN typed_by BIGINT NOT NULL DEFAULT 0; -- of the staff who typed what is heard
ALTER TABLE suggestion ADD COLUMN typed_name TEXT NOT NULL DEFAULT '';
