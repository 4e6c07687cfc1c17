-- A vote on the expiry of points is held like one on rules: by any meeting that may decide, the Party members' before it.

ALTER TABLE expiry_vote ADD COLUMN vote_kind TEXT NOT NULL DEFAULT 'representatives'; -- assembly households representatives
ALTER TABLE expiry_vote ADD COLUMN party_day BIGINT NOT NULL DEFAULT 0; -- 0 where there was none
ALTER TABLE expiry_vote ADD COLUMN party_due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE expiry_vote ADD COLUMN party_present BIGINT NOT NULL DEFAULT 0;
ALTER TABLE expiry_vote ADD COLUMN party_for BIGINT NOT NULL DEFAULT 0;
ALTER TABLE expiry_vote ADD COLUMN party_minutes TEXT NOT NULL DEFAULT '';
