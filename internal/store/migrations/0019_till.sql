-- The counter without a network: what a village allows, its tills, what each was given, and what came back.

CREATE TABLE offline_rule (
  village   BIGINT NOT NULL PRIMARY KEY,
  share     BIGINT NOT NULL, -- per cent of a household's spendable points that may be spent offline; 0 nothing
  total     BIGINT NOT NULL, -- points the whole shop may hand out offline
  days      BIGINT NOT NULL, -- an allowance is good for
  tills     BIGINT NOT NULL, -- parts that share and total are cut into
  second_from BIGINT NOT NULL, -- points from which a second person settles what needs review; 0 never
  version   BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
) STRICT;

CREATE TABLE till (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  name      TEXT   NOT NULL, -- what the keeper calls the phone
  staff     BIGINT NOT NULL, -- whose PIN opens it
  staff_name TEXT  NOT NULL,
  state     TEXT   NOT NULL, -- active revoked
  enrolled_ms BIGINT NOT NULL,
  seen_ms   BIGINT NOT NULL, -- last contact
  ended_by  BIGINT NOT NULL,
  ended_name TEXT  NOT NULL,
  reason    TEXT   NOT NULL,
  ended_ms  BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE allowance (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  till      BIGINT NOT NULL,
  staff     BIGINT NOT NULL, -- the keeper it was given to
  staff_name TEXT  NOT NULL,
  home_village BIGINT NOT NULL, -- the keeper's own household, which they do not serve
  home      BIGINT NOT NULL,
  share     BIGINT NOT NULL, -- hundredths of a per cent of the spendable points
  total     BIGINT NOT NULL, -- points in all
  issued_ms BIGINT NOT NULL,
  until_ms  BIGINT NOT NULL,
  ended_ms  BIGINT NOT NULL, -- replaced by another, or its till revoked; 0 while it counts
  limits    BLOB   NOT NULL, -- 12 bytes a household: id and points, big-endian, by id
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX allowance_till ON allowance (village, till, id);

CREATE TABLE offline_redemption (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  key       TEXT   NOT NULL, -- made by the till; a second body under it stands with a tail of its own
  code      TEXT   NOT NULL, -- short, on the slip printed offline
  hash      BLOB   NOT NULL, -- of what the till wrote
  till      BIGINT NOT NULL,
  allowance BIGINT NOT NULL,
  household BIGINT NOT NULL,
  card      BIGINT NOT NULL, -- 0 where none was shown
  points    BIGINT NOT NULL,
  items     TEXT   NOT NULL, -- JSON [{"item","qty","price"}], as on the slip
  made_ms   BIGINT NOT NULL, -- by the till's clock, set right by what it knew of the server's
  came_ms   BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- done review accepted returned lost
  reason    TEXT   NOT NULL, -- code of why it needed review
  params    TEXT   NOT NULL, -- JSON, of the reason's sentence
  redemption BIGINT NOT NULL, -- 0 while there is none
  maker     BIGINT NOT NULL, -- the keeper who handed the goods out
  maker_name TEXT  NOT NULL,
  wish      TEXT   NOT NULL, -- what the first of two persons wants: accepted returned lost
  wish_by   BIGINT NOT NULL,
  wish_name TEXT   NOT NULL,
  note      TEXT   NOT NULL, -- why it was settled so
  ended_by  BIGINT NOT NULL,
  ended_name TEXT  NOT NULL,
  ended_ms  BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX offline_redemption_key ON offline_redemption (village, key);
CREATE INDEX offline_redemption_allowance ON offline_redemption (village, allowance, household);
CREATE INDEX offline_redemption_state ON offline_redemption (village, state, id);
