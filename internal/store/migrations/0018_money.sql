-- The shop's money by where it came from and what it may buy; its goods by delivery.

ALTER TABLE shop_grant ADD COLUMN kind TEXT NOT NULL DEFAULT 'grant'; -- grant donation collective prize
ALTER TABLE shop_grant ADD COLUMN source TEXT NOT NULL DEFAULT ''; -- who gave it; '' for somebody who is not named
ALTER TABLE shop_grant ADD COLUMN fund BIGINT NOT NULL DEFAULT 0; -- restricted fund it belongs to; 0 for free money
ALTER TABLE shop_grant ADD COLUMN reversed BIGINT NOT NULL DEFAULT 0; -- line that took it back

-- Money that may be spent on one purpose only. What is free is the book's fund less all of these.
CREATE TABLE fund (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  name      TEXT   NOT NULL,
  donor     TEXT   NOT NULL, -- '' for somebody who is not named
  purpose   TEXT   NOT NULL, -- as the giver put it
  listed    BIGINT NOT NULL, -- its goods go to the households of its list only
  balance   BIGINT NOT NULL, -- fen
  state     TEXT   NOT NULL, -- open closed
  version   BIGINT NOT NULL, -- counts edits by people, not money
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE fund_household (
  village   BIGINT NOT NULL,
  fund      BIGINT NOT NULL,
  household BIGINT NOT NULL,
  PRIMARY KEY (village, fund, household)
) STRICT, WITHOUT ROWID;

-- Goods belong to the fund that pays for them, for good; 0 for free money.
ALTER TABLE item ADD COLUMN fund BIGINT NOT NULL DEFAULT 0;

-- A delivery. qty is what was left of it when the goods' lots were last brought up to date with item.qty: redemptions
-- do not write it, for what they took is known from the order in which lots are handed out.
CREATE TABLE lot (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  item      BIGINT NOT NULL,
  kind      TEXT   NOT NULL, -- bought given found (by a count) old (from before lots were kept)
  received  BIGINT NOT NULL,
  qty       BIGINT NOT NULL,
  cost      BIGINT NOT NULL, -- fen, of all received
  fund      BIGINT NOT NULL, -- restricted fund that paid, or 0
  supplier  TEXT   NOT NULL, -- or the giver; '' for none named
  invoice   TEXT   NOT NULL,
  photo     BIGINT NOT NULL, -- of the invoice
  batch     TEXT   NOT NULL,
  best_before BIGINT NOT NULL, -- day; 0 none
  note      TEXT   NOT NULL,
  line      BIGINT NOT NULL,
  reversed  BIGINT NOT NULL, -- 1 if the delivery was taken back
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_item ON lot (village, item, id);
CREATE INDEX lot_invoice ON lot (village, invoice);

-- What two people say about the stock: goods spoiled, or a count. Nothing moves until the second one confirms.
CREATE TABLE stock_sheet (
  village   BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  kind      TEXT   NOT NULL, -- spoil count
  state     TEXT   NOT NULL, -- proposed done withdrawn
  lines     TEXT   NOT NULL, -- JSON [{"item","name","unit","lot","qty","seen","cost"}]
  reason    TEXT   NOT NULL,
  day       BIGINT NOT NULL,
  voucher   BIGINT NOT NULL, -- first line in the book; 0 none
  cost      BIGINT NOT NULL, -- fen the stock lost by it; below 0 for what a count found
  by_id     BIGINT NOT NULL,
  by_name   TEXT   NOT NULL,
  created_ms BIGINT NOT NULL,
  ended_by  BIGINT NOT NULL, -- who confirmed or withdrew it
  ended_name TEXT  NOT NULL,
  ended_ms  BIGINT NOT NULL,
  PRIMARY KEY (village, id)
) STRICT, WITHOUT ROWID;
