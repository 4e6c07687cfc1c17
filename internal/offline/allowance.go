package offline

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Allowance is what a till takes along: Text says everything, Signature stands for it (Ed25519 over the text's bytes).
type Allowance struct {
	ID        core.ID
	Text      string
	Signature []byte
	IssuedMs  int64
	UntilMs   int64
}

const (
	textMagic = "qunyan offline allowance 1"
	saltSize  = 16
	// How much of a keyed hash the list keeps. A token has 130 random bits, so six bytes tell the village's cards apart and
	// lead back to nothing. A printed code has 40 bits that can be tried out: three bytes leave 65,536 codes for each card.
	tokenHashSize = 6
	codeHashSize  = 3

	wholeShare = 10_000 // hundredths of a per cent
	dayMs      = 86_400_000
)

// header is the allowance's second line.
type header struct {
	Village    core.Area   `json:"village"`
	Shop       string      `json:"shop"`
	Till       core.ID     `json:"till"`
	TillName   string      `json:"till_name"`
	ID         core.ID     `json:"id"`
	Staff      core.ID     `json:"staff"`
	StaffName  string      `json:"staff_name"`
	IssuedMs   int64       `json:"issued_ms"`
	UntilMs    int64       `json:"until_ms"`
	Total      core.Points `json:"total"`
	Salt       string      `json:"salt"`
	Groups     []string    `json:"groups"`
	Households int         `json:"households"`
	Goods      int         `json:"goods"`
}

// home is a household as the list has it.
type home struct {
	id     core.ID
	number int64
	head   string
	group  core.Area
	born   int64 // birth year of the head
	limit  core.Points
	free   core.Points
}

// good is goods as the list has them.
type good struct {
	id         core.ID
	name, unit string
	price      core.Points
	qty        int64
}

// cardRow is a card in use.
type cardRow struct {
	id, household core.ID
	token         []byte // SHA-256 of it
	code          string
}

// Issue gives the keeper's till a new allowance in the place of the one it has: the till sends what it wrote down first.
// Asking twice gives two, of which the later counts, so it needs no key. It refuses a till that was revoked
// (offline.till_revoked), that is somebody else's (offline.other_keeper), and while other tills hold everything that the
// village allows (offline.no_part_left).
func (s *Service) Issue(ctx context.Context, by core.Actor, village core.Area, till core.ID) (Allowance, error) {
	if err := access.Require(by, access.OpRedeem, village); err != nil {
		return Allowance{}, err
	}
	now := s.clock.Now()
	var out Allowance
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := tillOf(ctx, tx, village, till)
		switch {
		case err != nil:
			return err
		case t.State != Active:
			return errs.New(errs.Gone, "offline.till_revoked")
		case t.Staff != by.ID:
			return errs.New(errs.Forbidden, "offline.other_keeper", "name", t.StaffName)
		}
		out, err = s.issue(ctx, tx, by, t, now)
		return err
	})
	return out, err
}

func (s *Service) issue(ctx context.Context, tx *store.Tx, by core.Actor, t Till, now int64) (Allowance, error) {
	// One after the other in a village: the parts of the tills that hold an allowance are taken off what is left.
	if _, err := tx.Exec(ctx, sqlTouchRule, t.Village); err != nil {
		return Allowance{}, err
	}
	rule, err := ruleOf(ctx, tx, t.Village)
	if err != nil {
		return Allowance{}, err
	}
	part, err := partOf(ctx, tx, t, rule, now)
	if err != nil {
		return Allowance{}, err
	}
	shop, floor, err := openShop(ctx, tx, t.Village)
	if err != nil {
		return Allowance{}, err
	}
	homes, err := homesOf(ctx, tx, t.Village)
	if err != nil {
		return Allowance{}, err
	}
	if err := limit(ctx, tx, by, t.Village, homes, terms{part.share, floor, now}); err != nil {
		return Allowance{}, err
	}
	h := header{
		Village: t.Village, Shop: shop, Till: t.ID, TillName: t.Name, ID: s.ids.Next(), Staff: by.ID, StaffName: by.Name,
		IssuedMs: now, UntilMs: now + rule.Days*dayMs, Total: part.total,
	}
	text, err := write(ctx, tx, h, homes)
	if err != nil {
		return Allowance{}, err
	}
	if _, err := tx.Exec(ctx, sqlEndAllowances, now, t.Village, t.ID); err != nil {
		return Allowance{}, err
	}
	if _, err := tx.Exec(ctx, sqlInsertAllowance, t.Village, h.ID, t.ID, by.ID, by.Name, by.Village, by.Household,
		part.share, part.total, now, h.UntilMs, packed(homes)); err != nil {
		return Allowance{}, err
	}
	if _, err := tx.Exec(ctx, sqlSeen, now, t.Village, t.ID); err != nil {
		return Allowance{}, err
	}
	return Allowance{ID: h.ID, Text: text, Signature: ed25519.Sign(s.sign, []byte(text)), IssuedMs: now, UntilMs: h.UntilMs},
		s.log(ctx, tx, by, now, audit.Entry{
			Area: t.Village, Action: "offline.allow", Subject: "till", SubjectID: t.ID.String(),
			After: map[string]any{"allowance": h.ID, "total": part.total, "share_bp": part.share, "until_ms": h.UntilMs},
		})
}

// part is one till's piece of what a village allows.
type part struct {
	share int64 // hundredths of a per cent
	total core.Points
}

// partOf cuts the village's rule into equal parts, and never gives more than the other tills' allowances leave: a rule
// that was changed while they are out must not allow more in all than it says.
func partOf(ctx context.Context, tx *store.Tx, t Till, rule Rule, now int64) (p part, err error) {
	if rule.Share == 0 {
		return p, errs.New(errs.Conflict, "offline.off")
	}
	others, err := heldByOthers(ctx, tx, t, now)
	if err != nil {
		return p, err
	}
	whole := rule.Share * (wholeShare / MaxShare)
	p.share = min(whole/rule.Tills, whole-others.share)
	p.total = min(rule.Total/core.Points(rule.Tills), rule.Total-others.total)
	if p.share <= 0 || p.total <= 0 {
		return p, errs.New(errs.Conflict, "offline.no_part_left")
	}
	return p, nil
}

// terms are what limits are reckoned from.
type terms struct {
	share int64
	floor core.Points
	now   int64
}

// limit sets what each household may spend: the part of its free points, nothing below the shop's floor, and nothing for
// the keeper's own.
func limit(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, homes []home, on terms) error {
	points, err := ledger.AllBalances(ctx, tx, village)
	if err != nil {
		return err
	}
	held, err := holdsOf(ctx, tx, village, on.now)
	if err != nil {
		return err
	}
	for i := range homes {
		h := &homes[i]
		b := points[h.id]
		h.free = max(b.Spendable-held[h.id], 0)
		own := by.Village == village && by.Household == h.id
		if b.Base >= on.floor && !own {
			h.limit = h.free * core.Points(on.share) / wholeShare
		}
	}
	return nil
}

// write puts the list together: magic, header, households, goods, one a line, fields between bars.
func write(ctx context.Context, tx *store.Tx, h header, homes []home) (string, error) {
	groups, names, err := groupsOf(ctx, tx, h.Village)
	if err != nil {
		return "", err
	}
	cards, err := cardsOf(ctx, tx, h.Village)
	if err != nil {
		return "", err
	}
	goods, err := goodsOf(ctx, tx, h.Village)
	if err != nil {
		return "", err
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	h.Salt, h.Groups, h.Households, h.Goods = base64.RawURLEncoding.EncodeToString(salt), names, len(homes), len(goods)
	top, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(textMagic + "\n")
	b.Write(top)
	namesakes := map[string]int{}
	for _, one := range homes {
		namesakes[one.head]++
	}
	for _, one := range homes {
		born := ""
		if namesakes[one.head] > 1 && one.born > 0 { // a birth year is carried only where it tells two people apart
			born = strconv.FormatInt(one.born, 10)
		}
		card := cards[one.id]
		line(&b, strconv.FormatInt(one.number, 10), one.id.String(), one.head, strconv.Itoa(groups[one.group]),
			points(one.limit), points(one.free), card.id.String(), card.tokenHash(salt), card.codeHash(salt), born)
	}
	for _, g := range goods {
		line(&b, g.id.String(), g.name, g.unit, points(g.price), strconv.FormatInt(g.qty, 10))
	}
	b.WriteByte('\n')
	return b.String(), nil
}

func points(p core.Points) string { return strconv.FormatInt(int64(p), 10) }

func line(b *strings.Builder, fields ...string) {
	for i, f := range fields {
		if i == 0 {
			b.WriteByte('\n')
		} else {
			b.WriteByte('|')
		}
		b.WriteString(strings.Map(plain, f))
	}
}

// plain keeps what would end a field or a line out of a name.
func plain(r rune) rune {
	if r == '|' || r < ' ' {
		return ' '
	}
	return r
}

func keyed(salt []byte, what []byte, size int) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write(what)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:size])
}

func (c cardRow) tokenHash(salt []byte) string {
	if c.id == 0 {
		return ""
	}
	return keyed(salt, c.token, tokenHashSize)
}

func (c cardRow) codeHash(salt []byte) string {
	if c.id == 0 {
		return ""
	}
	return keyed(salt, []byte("code "+c.code), codeHashSize)
}

const packedSize = 12

// packed is what each household may spend, as the server keeps it to hold the till to it.
func packed(homes []home) []byte {
	byID := slices.Clone(homes)
	slices.SortFunc(byID, func(a, b home) int { return cmp.Compare(a.id, b.id) })
	b := make([]byte, 0, packedSize*len(byID))
	for _, h := range byID {
		b = binary.BigEndian.AppendUint64(b, uint64(h.id))
		b = binary.BigEndian.AppendUint32(b, uint32(min(h.limit, core.MaxPoints)))
	}
	return b
}

// limitOf reads a household's limit out of what packed wrote; 0 for one that is not in it.
func limitOf(b []byte, household core.ID) core.Points {
	n := len(b) / packedSize
	at := sort.Search(n, func(i int) bool { return binary.BigEndian.Uint64(b[i*packedSize:]) >= uint64(household) })
	if at == n || binary.BigEndian.Uint64(b[at*packedSize:]) != uint64(household) {
		return 0
	}
	return core.Points(binary.BigEndian.Uint32(b[at*packedSize+8:]))
}
