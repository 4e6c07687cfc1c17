-- The spine. One text for every engine; the dialect is described in docs/sql.md:
-- BIGINT for every number, TEXT, BLOB; no NULL (0 and '' say "none"); times Unix ms, days yyyymmdd, months yyyymm,
-- money fen, points whole; flags 0 or 1. Every large table's key starts with the village's code.

-- Reference tables (small, the same everywhere) --------------------------------------------------------------------

-- The area tree: county, township or street, village or community, group or building.
CREATE TABLE area (
  code    BIGINT NOT NULL PRIMARY KEY,
  parent  BIGINT NOT NULL,
  kind    TEXT   NOT NULL, -- county township street village community group building
  name    TEXT   NOT NULL, -- as the statistics bureau writes it
  short   TEXT   NOT NULL, -- 前进村
  pinyin  TEXT   NOT NULL, -- qianjincun; searched and sorted by
  initials TEXT  NOT NULL, -- qjc
  sort    BIGINT NOT NULL
) STRICT;
CREATE INDEX area_parent ON area (parent, sort, code);
CREATE INDEX area_pinyin ON area (pinyin, code);

CREATE TABLE staff (
  id            BIGINT NOT NULL PRIMARY KEY,
  login         TEXT   NOT NULL,
  name          TEXT   NOT NULL,
  pass_hash     TEXT   NOT NULL,
  totp_secret   TEXT   NOT NULL DEFAULT '',
  totp_step     BIGINT NOT NULL DEFAULT 0, -- last time step accepted: a code works once
  village       BIGINT NOT NULL DEFAULT 0, -- of the person's own household, for conflicts of interest
  household     BIGINT NOT NULL DEFAULT 0,
  state         TEXT   NOT NULL,           -- active disabled
  must_change   BIGINT NOT NULL DEFAULT 0, -- the password was set by somebody else
  fails         BIGINT NOT NULL DEFAULT 0,
  locked_until_ms BIGINT NOT NULL DEFAULT 0,
  created_ms    BIGINT NOT NULL,
  changed_ms    BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX staff_login ON staff (login);

CREATE TABLE staff_grant (
  staff BIGINT NOT NULL,
  role  TEXT   NOT NULL,
  area  BIGINT NOT NULL,
  PRIMARY KEY (staff, role, area)
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_grant_area ON staff_grant (area, role, staff);

-- Sessions of staff and of unlocked cards; the token itself is never stored.
CREATE TABLE session (
  token_hash BLOB   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL, -- staff card
  staff      BIGINT NOT NULL,
  village    BIGINT NOT NULL,
  card       BIGINT NOT NULL,
  csrf       TEXT   NOT NULL,
  from_addr  TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  seen_ms    BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_staff ON session (staff, created_ms);
CREATE INDEX session_expires ON session (expires_ms);

-- A lease lets one of several processes run a job.
CREATE TABLE lease (
  job        TEXT   NOT NULL PRIMARY KEY,
  holder     TEXT   NOT NULL,
  until_ms   BIGINT NOT NULL
) STRICT, WITHOUT ROWID;

-- Large tables: the key starts with the village (or the area an act belongs to) ------------------------------------

-- One row for each intent a client sent with a key; the answer is given again when it is sent again.
CREATE TABLE intent (
  village   BIGINT NOT NULL, -- the village; for wider acts the township's or county's code
  key       TEXT   NOT NULL,
  hash      BLOB   NOT NULL, -- of actor, operation and body
  answer    TEXT   NOT NULL, -- JSON
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX intent_at ON intent (at_ms);

CREATE TABLE audit (
  village   BIGINT NOT NULL, -- or the wider area the act belongs to
  id        BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL,
  actor_kind TEXT  NOT NULL,
  actor     BIGINT NOT NULL,
  actor_name TEXT  NOT NULL,
  from_addr TEXT   NOT NULL,
  request   TEXT   NOT NULL,
  action    TEXT   NOT NULL, -- claims.approve
  subject   TEXT   NOT NULL, -- claim
  subject_id TEXT  NOT NULL,
  before    TEXT   NOT NULL, -- JSON, '' for a new thing
  after     TEXT   NOT NULL, -- JSON, '' for a thing taken away
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

-- Counters kept in the transactions they count, so that a county's view never reads single lines.
CREATE TABLE tally (
  village   BIGINT NOT NULL,
  month     BIGINT NOT NULL, -- yyyymm; 0 where the count has no month
  topic     TEXT   NOT NULL, -- household resident claim earned deducted redeemed redemption fund stock
  item      TEXT   NOT NULL, -- state, category or kind within the topic
  n         BIGINT NOT NULL,
  amount    BIGINT NOT NULL, -- points or fen, as the topic says
  PRIMARY KEY (village, month, topic, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_month ON tally (month, topic, item, village, n, amount);

-- Directory
CREATE TABLE household (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  grp       BIGINT NOT NULL, -- group or building (area code), 0 if the village has none
  number    BIGINT NOT NULL, -- in the village's list; what a clerk types
  head      TEXT   NOT NULL, -- name of the head of household
  pinyin    TEXT   NOT NULL, -- every reading of the head's name, separated by blanks
  initials  TEXT   NOT NULL,
  sort      TEXT   NOT NULL, -- main reading; lists are ordered by it
  cadre     BIGINT NOT NULL, -- a village cadre lives here
  members   BIGINT NOT NULL, -- residents counted
  state     TEXT   NOT NULL, -- active closed
  version   BIGINT NOT NULL, -- counts changes; an edit names the version it saw
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX household_number ON household (village, number);
CREATE INDEX household_sort ON household (village, sort, id);

CREATE TABLE resident (
  village    BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  household  BIGINT NOT NULL,
  name       TEXT   NOT NULL,
  pinyin     TEXT   NOT NULL,
  relation   TEXT   NOT NULL, -- head spouse child parent other
  sex        TEXT   NOT NULL, -- m f, '' unknown
  birth_year BIGINT NOT NULL, -- 0 unknown
  phone      TEXT   NOT NULL,
  party      BIGINT NOT NULL, -- a Party member
  id_hash    BLOB   NOT NULL, -- keyed hash of the ID number, empty if never given
  id_last4   TEXT   NOT NULL,
  state      TEXT   NOT NULL, -- active left died
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX resident_household ON resident (village, household, id);
CREATE INDEX resident_id_hash ON resident (village, id_hash);

-- A household's card. The QR carries the village and a random token; only the token's hash is kept.
CREATE TABLE card (
  village    BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  household  BIGINT NOT NULL,
  token_hash BLOB   NOT NULL,
  code       TEXT   NOT NULL, -- 8 characters printed for typing; only signed-in staff can use it
  pin_hash   TEXT   NOT NULL, -- '' until set at the village office
  pin_fails  BIGINT NOT NULL,
  locked_until_ms BIGINT NOT NULL,
  state      TEXT   NOT NULL, -- active revoked
  issued_ms  BIGINT NOT NULL,
  revoked_ms BIGINT NOT NULL,
  reason     TEXT   NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX card_token ON card (village, token_hash);
CREATE UNIQUE INDEX card_code ON card (village, code);
CREATE INDEX card_household ON card (village, household, id);

CREATE TABLE file (
  village    BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  sha256     BLOB   NOT NULL,
  mime       TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  owner      TEXT   NOT NULL, -- claim item
  owner_id   BIGINT NOT NULL, -- 0 until attached
  by_kind    TEXT   NOT NULL,
  by_id      BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

-- The book. One row of book is the lock, the counter and the head of a village's ledger.
CREATE TABLE book (
  village   BIGINT NOT NULL PRIMARY KEY,
  last_no   BIGINT NOT NULL, -- number of the newest line; lines are 1..last_no without a gap
  last_ms   BIGINT NOT NULL, -- a line is never dated before the one above it
  closed    BIGINT NOT NULL  -- newest closed month, yyyymm
) STRICT;

CREATE TABLE account (
  village   BIGINT NOT NULL,
  kind      BIGINT NOT NULL, -- ledger.Account
  owner     BIGINT NOT NULL, -- household, or 0 for the village's own
  balance   BIGINT NOT NULL,
  lines     BIGINT NOT NULL, -- lines that touched it
  PRIMARY KEY (village, kind, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE line (
  village   BIGINT NOT NULL,
  no        BIGINT NOT NULL,
  voucher   BIGINT NOT NULL, -- number of the first line of the same voucher
  day       BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL,
  kind      BIGINT NOT NULL, -- ledger.Kind
  category  TEXT   NOT NULL, -- of the rule, for points earned or deducted; else ''
  debit     BIGINT NOT NULL, -- account kind that gives
  credit    BIGINT NOT NULL, -- account kind that receives
  owner     BIGINT NOT NULL, -- household of whichever side is a household's, else 0
  amount    BIGINT NOT NULL, -- > 0; points or fen, as the accounts say
  debit_after  BIGINT NOT NULL,
  credit_after BIGINT NOT NULL,
  ref       BIGINT NOT NULL, -- the claim, redemption, goods-in … it comes from
  reverses  BIGINT NOT NULL, -- line taken back, or 0
  memo_zh   TEXT   NOT NULL, -- short text shown in the passbook
  memo_en   TEXT   NOT NULL, -- '' where there is only the Chinese one
  actor     BIGINT NOT NULL,
  PRIMARY KEY (village, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_owner ON line (village, owner, no);
CREATE UNIQUE INDEX line_reverses ON line (village, reverses) WHERE reverses <> 0;

CREATE TABLE hold (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  owner     BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- pending settled voided expired
  ref       BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  ended_ms  BIGINT NOT NULL,
  line      BIGINT NOT NULL, -- of the settlement
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_pending ON hold (village, expires_ms) WHERE state = 'pending';

-- One row for each month a village closed; its presence is what makes a second close do nothing.
CREATE TABLE book_close (
  village   BIGINT NOT NULL,
  month     BIGINT NOT NULL,
  first_no  BIGINT NOT NULL,
  last_no   BIGINT NOT NULL,
  claims    BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  deducted  BIGINT NOT NULL,
  moved     BIGINT NOT NULL, -- claims that were not ready and went to the next month
  actor     BIGINT NOT NULL,
  actor_name TEXT  NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (village, month)
) STRICT, WITHOUT ROWID;

-- Rules. village is the owner: the county's code for the template, a village's code for what it adopted.
CREATE TABLE ruleset (
  village   BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  title     TEXT   NOT NULL,
  state     TEXT   NOT NULL, -- draft adopted withdrawn
  base_version BIGINT NOT NULL, -- of the county template it was made from
  from_day  BIGINT NOT NULL, -- a month's first day; 0 while draft
  vote_day  BIGINT NOT NULL,
  vote_due  BIGINT NOT NULL,
  vote_present BIGINT NOT NULL,
  vote_for  BIGINT NOT NULL,
  minutes_no TEXT  NOT NULL,
  notice_days BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  PRIMARY KEY (village, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule (
  village   BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  code      TEXT   NOT NULL, -- A01
  sort      BIGINT NOT NULL,
  category  TEXT   NOT NULL, -- council environment harmony customs volunteer honour industry deduction
  kind      TEXT   NOT NULL, -- base appraisal contribution
  text_zh   TEXT   NOT NULL,
  text_en   TEXT   NOT NULL,
  points    BIGINT NOT NULL, -- below 0 for a deduction; for a scale, its first step
  points_min BIGINT NOT NULL, -- the county's bounds
  points_max BIGINT NOT NULL,
  scale     TEXT   NOT NULL, -- JSON [{"label_zh","label_en","points"}], '' if none
  per       TEXT   NOT NULL, -- event unit: unit multiplies by the quantity
  unit_zh   TEXT   NOT NULL,
  unit_en   TEXT   NOT NULL,
  cap_period TEXT  NOT NULL, -- '' event day week month year life
  cap_points BIGINT NOT NULL, -- most points per household and period; 0 none
  cap_count BIGINT NOT NULL, -- most claims per household and period; 0 none
  proof_zh  TEXT   NOT NULL,
  proof_en  TEXT   NOT NULL,
  approver  TEXT   NOT NULL, -- leader appraisal committees supervisor mediator council township
  self      BIGINT NOT NULL, -- residents may claim it themselves
  PRIMARY KEY (village, version, code)
) STRICT, WITHOUT ROWID;

-- Claims
CREATE TABLE claim (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  household BIGINT NOT NULL,
  version   BIGINT NOT NULL, -- of the village's rules, by the day of the deed
  rule      TEXT   NOT NULL,
  category  TEXT   NOT NULL,
  day       BIGINT NOT NULL, -- of the deed
  month     BIGINT NOT NULL, -- whose list it stands on; a late claim moves to the next
  step      BIGINT NOT NULL, -- index into the rule's scale, -1 if none
  qty       BIGINT NOT NULL,
  points    BIGINT NOT NULL, -- what will be posted, caps applied; below 0 for a deduction
  asked     BIGINT NOT NULL, -- before caps
  event     TEXT   NOT NULL, -- names the meeting or award for caps per event
  note      TEXT   NOT NULL,
  proof     TEXT   NOT NULL, -- minutes number, record number …
  photo     BIGINT NOT NULL, -- file id
  state     TEXT   NOT NULL, -- submitted returned withdrawn approved rejected noticed frozen dropped; noticed in a closed month is posted
  source    TEXT   NOT NULL, -- card clerk sheet
  sheet     BIGINT NOT NULL,
  by_kind   TEXT   NOT NULL,
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  reviewer  BIGINT NOT NULL,
  reviewer_name TEXT NOT NULL,
  reviewed_ms BIGINT NOT NULL,
  reason    TEXT   NOT NULL, -- of a return, rejection or drop
  notice    BIGINT NOT NULL,
  version_no BIGINT NOT NULL, -- counts changes
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_state ON claim (village, state, month, id);
CREATE INDEX claim_household ON claim (village, household, day, rule);
CREATE INDEX claim_notice ON claim (village, notice, id);

CREATE TABLE sheet (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  rule      TEXT   NOT NULL,
  day       BIGINT NOT NULL,
  title     TEXT   NOT NULL,
  claims    BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  month     BIGINT NOT NULL,
  seq       BIGINT NOT NULL, -- 1 for the month's first list
  from_day  BIGINT NOT NULL,
  to_day    BIGINT NOT NULL, -- last day on which objections are taken
  claims    BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- open closed
  by_name   TEXT   NOT NULL,
  published_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX notice_month ON notice (village, month, seq);

CREATE TABLE objection (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  notice    BIGINT NOT NULL,
  claim     BIGINT NOT NULL,
  code      TEXT   NOT NULL, -- reference number for whoever gave no name
  text      TEXT   NOT NULL,
  contact   TEXT   NOT NULL,
  by_kind   TEXT   NOT NULL,
  by_id     BIGINT NOT NULL,
  due_day   BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- open upheld dismissed
  answer    TEXT   NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_name TEXT NOT NULL,
  answered_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX objection_claim ON objection (village, claim, id);
CREATE UNIQUE INDEX objection_code ON objection (village, code);

-- The points supermarket
CREATE TABLE shop (
  village   BIGINT NOT NULL PRIMARY KEY,
  name      TEXT   NOT NULL,
  rate      BIGINT NOT NULL, -- fen of goods a point buys
  floor     BIGINT NOT NULL, -- base points needed to redeem; 0 none
  open_day  BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- open closed
  version   BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
) STRICT;

-- Money put into a shop's fund. The paper's number in the key keeps it from being entered twice.
CREATE TABLE shop_grant (
  village   BIGINT NOT NULL,
  document  TEXT   NOT NULL,
  amount    BIGINT NOT NULL, -- fen
  line      BIGINT NOT NULL,
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  name      TEXT   NOT NULL,
  sort      TEXT   NOT NULL, -- pinyin
  unit      TEXT   NOT NULL,
  price     BIGINT NOT NULL, -- points
  qty       BIGINT NOT NULL,
  cost      BIGINT NOT NULL, -- fen, of all that is in stock (moving average)
  low       BIGINT NOT NULL, -- warn at or below
  photo     BIGINT NOT NULL,
  state     TEXT   NOT NULL, -- active hidden
  version   BIGINT NOT NULL, -- counts edits by people, not movements
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_sort ON item (village, sort, id);

CREATE TABLE movement (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  item      BIGINT NOT NULL,
  kind      TEXT   NOT NULL, -- in redeem void
  qty       BIGINT NOT NULL, -- below 0 for goods out
  cost      BIGINT NOT NULL, -- fen, same sign
  qty_after BIGINT NOT NULL,
  ref       BIGINT NOT NULL, -- redemption, or 0
  note      TEXT   NOT NULL, -- supplier, invoice
  line      BIGINT NOT NULL,
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX movement_item ON movement (village, item, id);

CREATE TABLE redemption (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  no        BIGINT NOT NULL, -- number in the book; the number on the slip
  household BIGINT NOT NULL,
  day       BIGINT NOT NULL,
  points    BIGINT NOT NULL,
  cost      BIGINT NOT NULL, -- fen of goods handed out, at cost
  balance   BIGINT NOT NULL, -- spendable points after it
  items     TEXT   NOT NULL, -- JSON [{"item","name","unit","price","qty","cost"}], as on the slip
  state     TEXT   NOT NULL, -- settled voided
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  void_by   BIGINT NOT NULL,
  void_name TEXT   NOT NULL,
  void_reason TEXT NOT NULL,
  void_ms   BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX redemption_day ON redemption (village, day, id);
CREATE INDEX redemption_household ON redemption (village, household, id);
