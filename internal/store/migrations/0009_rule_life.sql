-- The life of a version: the meeting that voted, the Party members' meeting before it, the filing with the township, the
-- publication. What was 'adopted' before is read as published: it was voted on and is in force.
ALTER TABLE ruleset ADD COLUMN vote_kind TEXT NOT NULL DEFAULT 'representatives'; -- assembly households representatives
ALTER TABLE ruleset ADD COLUMN party_day BIGINT NOT NULL DEFAULT 0; -- 0 where the Party members did not meet on it
ALTER TABLE ruleset ADD COLUMN party_due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ruleset ADD COLUMN party_present BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ruleset ADD COLUMN party_for BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ruleset ADD COLUMN party_minutes TEXT NOT NULL DEFAULT '';
ALTER TABLE ruleset ADD COLUMN sent_by BIGINT NOT NULL DEFAULT 0; -- who sent it to the township
ALTER TABLE ruleset ADD COLUMN sent_name TEXT NOT NULL DEFAULT '';
ALTER TABLE ruleset ADD COLUMN sent_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ruleset ADD COLUMN filing_no TEXT NOT NULL DEFAULT ''; -- the township's number
ALTER TABLE ruleset ADD COLUMN filed_name TEXT NOT NULL DEFAULT ''; -- who confirmed or returned it
ALTER TABLE ruleset ADD COLUMN filed_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ruleset ADD COLUMN return_reason TEXT NOT NULL DEFAULT ''; -- the last return's; '' once it is confirmed
ALTER TABLE ruleset ADD COLUMN published_name TEXT NOT NULL DEFAULT '';
ALTER TABLE ruleset ADD COLUMN published_ms BIGINT NOT NULL DEFAULT 0;
-- Of a village: the version of the township's additions it was drafted beside.
ALTER TABLE ruleset ADD COLUMN township_version BIGINT NOT NULL DEFAULT 0;
-- Of a county's template: the bounds villages keep to. The defaults are the widest the product takes.
ALTER TABLE ruleset ADD COLUMN rate_min BIGINT NOT NULL DEFAULT 1; -- fen a point
ALTER TABLE ruleset ADD COLUMN rate_max BIGINT NOT NULL DEFAULT 100000;
ALTER TABLE ruleset ADD COLUMN floor_min BIGINT NOT NULL DEFAULT 0; -- base points needed to redeem
ALTER TABLE ruleset ADD COLUMN floor_max BIGINT NOT NULL DEFAULT 1000;
ALTER TABLE ruleset ADD COLUMN notice_min BIGINT NOT NULL DEFAULT 3; -- days
ALTER TABLE ruleset ADD COLUMN notice_max BIGINT NOT NULL DEFAULT 7;
ALTER TABLE ruleset ADD COLUMN party_meeting BIGINT NOT NULL DEFAULT 0; -- 1: the Party members' meeting must have agreed before a filing
