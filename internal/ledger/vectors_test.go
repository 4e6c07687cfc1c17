package ledger_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"testing"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
)

var update = flag.Bool("update", false, "write docs/proof-vectors.json anew")

// vectorFile is read by the check page's tests too, and by whoever writes a program of their own from docs/proof.md.
const vectorFile = "../../docs/proof-vectors.json"

// vectors are whole examples of every format. Numbers that may exceed 2⁵³ are texts, for programs that count in floats.
type vectors struct {
	About      string            `json:"about"`
	Village    int64             `json:"village"`
	Lines      []lineVector      `json:"lines"`
	Audit      []auditVector     `json:"audit"`
	Algorithms []algorithmVector `json:"algorithms"`
}

type lineVector struct {
	No          int64  `json:"no"`
	Voucher     int64  `json:"voucher"`
	AtMs        int64  `json:"at_ms"`
	Kind        int64  `json:"kind"`
	Category    string `json:"category"`
	Debit       int64  `json:"debit"`
	Credit      int64  `json:"credit"`
	Owner       int64  `json:"owner,string"`
	Amount      int64  `json:"amount"`
	DebitAfter  int64  `json:"debit_after"`
	CreditAfter int64  `json:"credit_after"`
	Ref         int64  `json:"ref,string"`
	Reverses    int64  `json:"reverses"`
	MemoZh      string `json:"memo_zh"`
	MemoEn      string `json:"memo_en"`
	Actor       int64  `json:"actor,string"`
	Bytes       string `json:"bytes"`
	Code        string `json:"code"`
}

type auditVector struct {
	Area      int64  `json:"area"`
	ID        int64  `json:"id,string"`
	AtMs      int64  `json:"at_ms"`
	ActorKind string `json:"actor_kind"`
	Actor     int64  `json:"actor,string"`
	ActorName string `json:"actor_name"`
	From      string `json:"from"`
	Request   string `json:"request"`
	Action    string `json:"action"`
	Subject   string `json:"subject"`
	SubjectID string `json:"subject_id"`
	Before    string `json:"before"`
	After     string `json:"after"`
	Bytes     string `json:"bytes"`
}

type algorithmVector struct {
	Algorithm   string            `json:"algorithm"`
	Secret      string            `json:"secret"`
	Public      string            `json:"public"`
	KeyID       string            `json:"key_id"`
	Fingerprint string            `json:"fingerprint"`
	Leaves      []string          `json:"leaves"`
	Roots       []string          `json:"roots"` // over 0, 1, 2 … lines
	Older       string            `json:"older_checkpoint"`
	Checkpoint  string            `json:"checkpoint"`
	Compact     string            `json:"checkpoint_compact"`
	Index       int64             `json:"index"`
	Path        []string          `json:"path"`
	Proof       string            `json:"proof"`
	ProofShort  string            `json:"proof_compact"`
	Consistency consistencyVector `json:"consistency"`
}

type consistencyVector struct {
	From int64    `json:"from"`
	To   int64    `json:"to"`
	Path []string `json:"path"`
}

const vectorVillage core.Area = 520524105002

// vectorLines is a household's year in small: base points, points earned, goods, a deduction and its reversal.
func vectorLines() []ledger.Line {
	const owner, clerk = core.ID(1_152_921_504_606_846_975), core.ID(288_230_376_151_711_744)
	at := func(day int64) int64 { return 1_788_172_800_000 + day*86_400_000 }
	return []ledger.Line{
		{No: 1, Voucher: 1, AtMs: at(0), Kind: ledger.Opening, Debit: 14, Credit: 1, Owner: owner, Amount: 100, DebitAfter: -100, CreditAfter: 100, MemoZh: "开户基础分", MemoEn: "Base points"},
		{No: 2, Voucher: 2, AtMs: at(28) + 1, Kind: ledger.Earned, Category: "council", Debit: 11, Credit: 2, Owner: owner, Amount: 2, DebitAfter: -2, CreditAfter: 2, Ref: 7, MemoZh: "按时参加群众会", MemoEn: "On time at the meeting", Actor: clerk},
		{No: 3, Voucher: 2, AtMs: at(28) + 1, Kind: ledger.Earned, Category: "environment", Debit: 11, Credit: 2, Owner: owner, Amount: 63, DebitAfter: -65, CreditAfter: 65, Ref: 8, MemoZh: "打扫公共卫生", Actor: clerk},
		{No: 4, Voucher: 4, AtMs: at(29), Kind: ledger.Granted, Debit: 23, Credit: 21, Amount: 10_000_000_000, DebitAfter: -10_000_000_000, CreditAfter: 10_000_000_000, Ref: 9, MemoZh: "织组〔2026〕1号", Actor: clerk},
		{No: 5, Voucher: 5, AtMs: at(40), Kind: ledger.Redeemed, Debit: 2, Credit: 13, Owner: owner, Amount: 64, DebitAfter: 1, CreditAfter: 64, Ref: 10, MemoZh: "肥皂×2", Actor: clerk},
		{No: 6, Voucher: 6, AtMs: at(58), Kind: ledger.Deducted, Category: "deduction", Debit: 1, Credit: 12, Owner: owner, Amount: 10, DebitAfter: 90, CreditAfter: 10, Ref: 11, MemoZh: "乱倒垃圾", MemoEn: "Rubbish dumped", Actor: clerk},
		{No: 7, Voucher: 7, AtMs: at(59), Kind: ledger.Reversal, Category: "deduction", Debit: 12, Credit: 1, Owner: owner, Amount: 10, DebitAfter: 0, CreditAfter: 100, Ref: 11, Reverses: 6, MemoZh: "记错了户", Actor: clerk},
	}
}

func vectorRecords() []audit.Record {
	return []audit.Record{{Area: vectorVillage, ID: 288_230_376_151_711_745, AtMs: 1_790_592_000_001, ActorKind: core.StaffActor, Actor: 288_230_376_151_711_744,
		ActorName: "张敏", From: "127.0.0.1", Request: "01JABC", Action: "ledger.reverse", Subject: "line", SubjectID: "6", Before: `{"amount":10}`, After: `{"reason":"记错了户"}`}}
}

func (l lineVector) of(line ledger.Line) lineVector {
	bytes := line.AppendEntry(nil, vectorVillage)
	return lineVector{line.No, line.Voucher, line.AtMs, int64(line.Kind), line.Category, int64(line.Debit), int64(line.Credit), int64(line.Owner), line.Amount,
		line.DebitAfter, line.CreditAfter, int64(line.Ref), line.Reverses, line.MemoZh, line.MemoEn, int64(line.Actor), hex.EncodeToString(bytes), line.Code(vectorVillage)}
}

func (a auditVector) of(r audit.Record) auditVector {
	return auditVector{int64(r.Area), int64(r.ID), r.AtMs, string(r.ActorKind), int64(r.Actor), r.ActorName, r.From, r.Request, r.Action, r.Subject, r.SubjectID,
		r.Before, r.After, hex.EncodeToString(r.AppendEntry(nil))}
}

// madeVectors makes everything but what chance has a part in: signatures of SM2.
func madeVectors(t *testing.T) vectors {
	t.Helper()
	v := vectors{About: "Examples of every format in docs/proof.md. The secrets are for these examples only.", Village: int64(vectorVillage)}
	for _, line := range vectorLines() {
		v.Lines = append(v.Lines, lineVector{}.of(line))
	}
	for _, r := range vectorRecords() {
		v.Audit = append(v.Audit, auditVector{}.of(r))
	}
	for _, secret := range []string{
		"PRIVATE+KEY+qunyan-vectors+ed25519+AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"PRIVATE+KEY+qunyan-vectors+sm2+AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
	} {
		v.Algorithms = append(v.Algorithms, algorithmOf(t, secret))
	}
	return v
}

func algorithmOf(t *testing.T, secret string) algorithmVector {
	t.Helper()
	key, err := proof.ParsePrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	hashing, lines := key.Algorithm.Hashing(), vectorLines()
	v := algorithmVector{Algorithm: string(key.Algorithm), Secret: secret, Public: key.PublicKey.String(), KeyID: fmt.Sprintf("%08x", key.ID()),
		Fingerprint: key.Fingerprint(), Index: 4}
	tree := proof.NewFrontier(hashing)
	v.Roots = append(v.Roots, tree.Root().String())
	var leaves []proof.Hash
	for _, line := range lines {
		leaf := hashing.Leaf(line.AppendEntry(nil, vectorVillage))
		leaves = append(leaves, leaf)
		tree.Append(leaf)
		v.Leaves, v.Roots = append(v.Leaves, leaf.String()), append(v.Roots, tree.Root().String())
	}
	whole := proof.Tree{Hashing: hashing, Nodes: func(level uint, n int64) (proof.Hash, error) {
		part := proof.NewFrontier(hashing)
		for _, leaf := range leaves[n<<level : (n+1)<<level] {
			part.Append(leaf)
		}
		return part.Root(), nil
	}}
	path, err := whole.Inclusion(v.Index, int64(len(lines)))
	if err != nil {
		t.Fatal(err)
	}
	v.Path = texts(path)
	v.Consistency = consistencyVector{From: 3, To: int64(len(lines))}
	grown, err := whole.Consistency(3, int64(len(lines)))
	if err != nil {
		t.Fatal(err)
	}
	v.Consistency.Path = texts(grown)
	signed := func(size int64, atMs int64) proof.Note {
		root, err := whole.Root(size)
		if err != nil {
			t.Fatal(err)
		}
		n, err := proof.Sign(proof.Checkpoint{Origin: "qunyan/" + vectorVillage.String() + "/book", Size: size, Root: root, AtMs: atMs}, key)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := signed(int64(len(lines)), lines[6].AtMs+60_000)
	p := proof.Proof{Index: v.Index, Entry: lines[v.Index].AppendEntry(nil, vectorVillage), Path: path, Note: n}
	v.Older, v.Checkpoint, v.Compact = signed(3, lines[2].AtMs+60_000).String(), n.String(), n.Compact()
	v.Proof, v.ProofShort = p.String(), p.Compact(key.Algorithm)
	return v
}

func texts(path []proof.Hash) (out []string) {
	for _, h := range path {
		out = append(out, h.String())
	}
	return out
}

// TestTheVectorsAreThoseInTheDocuments makes the examples anew. A difference means that a format changed, and with it
// every proof that was ever printed: nothing may do that by accident.
func TestTheVectorsAreThoseInTheDocuments(t *testing.T) {
	t.Parallel()
	made := madeVectors(t)
	if *update {
		text, err := json.MarshalIndent(made, "", " ")
		if err == nil {
			err = os.WriteFile(vectorFile, append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var kept vectors
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	for i, a := range kept.Algorithms {
		proveVector(t, a)
		if a.Algorithm == string(proof.SM2) { // its signatures are made with chance: the kept ones were just checked
			m := &made.Algorithms[i]
			m.Older, m.Checkpoint, m.Compact, m.Proof, m.ProofShort = a.Older, a.Checkpoint, a.Compact, a.Proof, a.ProofShort
		}
	}
	if !reflect.DeepEqual(kept, made) {
		t.Errorf("docs/proof-vectors.json is not what the code makes; if a format was meant to change: go test ./internal/ledger -run Vectors -update")
	}
}

func proveVector(t *testing.T, a algorithmVector) {
	t.Helper()
	key, err := proof.ParsePublicKey(a.Public)
	if err != nil {
		t.Fatal(err)
	}
	short, n, err := proof.ParseCompact(a.ProofShort)
	if err != nil || short == nil || short.String() != a.Proof || n.String() != a.Checkpoint {
		t.Fatalf("%s: the compact proof is not the proof: %v", a.Algorithm, err)
	}
	if _, err := short.Check(key); err != nil {
		t.Errorf("%s: %v", a.Algorithm, err)
	}
	if _, bare, err := proof.ParseCompact(a.Compact); err != nil || bare.String() != a.Checkpoint {
		t.Errorf("%s: the compact checkpoint is not the checkpoint: %v", a.Algorithm, err)
	}
	older, err := proof.ParseNote(a.Older)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.Check(key); err != nil {
		t.Errorf("%s: the older checkpoint: %v", a.Algorithm, err)
	}
	path := make([]proof.Hash, len(a.Consistency.Path))
	for i, text := range a.Consistency.Path {
		if err := json.Unmarshal([]byte(`"`+text+`"`), (*hashText)(&path[i])); err != nil {
			t.Fatal(err)
		}
	}
	if err := key.Algorithm.Hashing().CheckConsistency(older.Size, n.Size, older.Root, n.Root, path); err != nil {
		t.Errorf("%s: %v", a.Algorithm, err)
	}
	if village, line, err := ledger.ParseEntry(short.Entry); err != nil || village != vectorVillage || !reflect.DeepEqual(withoutDay(line), vectorLines()[a.Index]) {
		t.Errorf("%s: the entry does not read back: %v", a.Algorithm, err)
	}
}

// withoutDay leaves out what is not written because it follows from the time.
func withoutDay(l ledger.Line) ledger.Line {
	l.Day = 0
	return l
}

// hashText reads a hash from base64, as checkpoints write it.
type hashText proof.Hash

func (h *hashText) UnmarshalJSON(b []byte) error {
	var bytes []byte
	if err := json.Unmarshal(b, &bytes); err != nil {
		return err
	}
	if copy(h[:], bytes) != len(h) {
		return fmt.Errorf("a hash of %d bytes", len(bytes))
	}
	return nil
}

// A leaf is in the proof of the line beside it, and in public proofs of consistency: no code may follow from one.
func TestAProofGivesAwayNoCodeOfAnotherLine(t *testing.T) {
	t.Parallel()
	lines := vectorLines()
	var nodes proof.Nodes
	nodes = func(level uint, n int64) (proof.Hash, error) {
		if level == 0 {
			return proof.SHA256.Leaf(lines[n].AppendEntry(nil, vectorVillage)), nil
		}
		left, _ := nodes(level-1, 2*n)
		right, _ := nodes(level-1, 2*n+1)
		return proof.SHA256.Node(left, right), nil
	}
	tree, size := proof.Tree{Hashing: proof.SHA256, Nodes: nodes}, int64(len(lines))
	codes := map[string]int64{}
	for _, l := range lines {
		codes[l.Code(vectorVillage)] = l.No
	}
	for i := range size {
		beside, err := tree.Inclusion(i, size)
		if err != nil {
			t.Fatal(err)
		}
		added, err := tree.Consistency(i+1, size)
		if err != nil {
			t.Fatal(err)
		}
		first, err := tree.Root(i + 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range append(append(beside, added...), first) {
			if no, known := codes[core.CodeOf([5]byte(h[:5]))]; known {
				t.Errorf("a proof about line %d gives away the code of line %d", i+1, no)
			}
		}
	}
}
