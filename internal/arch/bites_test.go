package arch

import "strings"

func importBites() []bite {
	one := func(dir, body string) map[string]string {
		return map[string]string{dir + "/x.go": body}
	}
	return []bite{
		{"a lower step may be imported", checkLayers, one("internal/claims", "package claims\nimport _ \"qunyan/internal/ledger\""), ""},
		{"a higher step may not", checkLayers, one("internal/ledger", "package ledger\nimport _ \"qunyan/internal/claims\""), "stands below claims"},
		{"a neighbour may not", checkLayers, one("internal/claims", "package claims\nimport _ \"qunyan/internal/market\""), "one step"},
		{"a neighbour on the list may", checkLayers, one("internal/demo", "package demo\nimport _ \"qunyan/internal/app\""), ""},
		{"a driver outside store", checkLayers, one("internal/ledger", "package ledger\nimport _ \"database/sql\""), "only store"},
		{"huma outside api", checkLayers, one("internal/page", "package page\nimport _ \"github.com/danielgtaylor/huma/v2\""), "only api"},
		{"storetest in shipped code", checkLayers, one("internal/demo", "package demo\nimport _ \"qunyan/internal/store/storetest\""), "for tests"},
		{"storetest in a test", checkLayers, map[string]string{"internal/audit/x_test.go": "package audit\nimport _ \"qunyan/internal/store/storetest\""}, ""},
		{"storetest in another package for tests", checkLayers, one("internal/api/apitest", "package apitest\nimport _ \"qunyan/internal/store/storetest\""), ""},
		{"a package nobody placed", checkLayers, one("internal/stuff", "package stuff"), "stands on no step"},
	}
}

func habitBites() []bite {
	one := func(body string) map[string]string { return map[string]string{"internal/ledger/x.go": body} }
	long := "package ledger\nfunc f() {" + strings.Repeat("\n", maxFunctionLines) + "}\n"
	return []bite{
		{"a function that is too long", checkSizes, one(long), "f has 71 lines"},
		{"a file that is too long", checkSizes, map[string]string{"web/a.vue": strings.Repeat("\n", 501)}, "501 lines"},
		{"a vague name", checkNames, map[string]string{"internal/util/x.go": "package util"}, "named after what it knows"},
		{"an init function", checkNames, one("package ledger\nfunc init() {}"), "no init"},
		{"a method called init is no init function", checkNames, one("package ledger\ntype t int\nfunc (t) init() {}"), ""},
		{"reading the clock", checkReserved, one("package ledger\nimport \"time\"\nfunc f() any { return time.Now() }"), "core.Clock"},
		{"handing on the clock", checkReserved, one("package ledger\nimport stop \"time\"\nfunc f() any { return stop.Now }"), "core.Clock"},
		{"reading the environment", checkReserved, one("package ledger\nimport \"os\"\nfunc f() any { return os.Getenv(\"A\") }"), "app.Config"},
		{"a field that is called Now", checkReserved, one("package ledger\ntype time struct{ Now int }\nfunc f(t time) int { return t.Now }"), ""},
		{"half a point", checkFloats, one("package ledger\nfunc f(x float64) {}"), "whole numbers"},
	}
}

func stateBites() []bite {
	one := func(body string) map[string]string {
		return map[string]string{"internal/ledger/x.go": "package ledger\n" + body}
	}
	return []bite{
		{"a counter", checkState, one("var n int"), "package variable n"},
		{"an error", checkState, one("import \"errors\"\nvar ErrX = errors.New(\"x\")"), ""},
		{"an error of ours, as a chain", checkState, one("import \"qunyan/internal/errs\"\nvar errX = errs.New(1, \"a.b\").At(\"c\")"), ""},
		{"an assertion", checkState, one("var _ error = (*e)(nil)\ntype e struct{ error }"), ""},
		{"an embedded file", checkState, one("import _ \"embed\"\n//go:embed x.txt\nvar text string"), ""},
		{"a lookup table", checkState, one("var names = map[int]string{1: \"a\"}\nfunc f() string { return names[1] }"), ""},
		{"bytes", checkState, one("var key = []byte(\"0123\")"), ""},
		{"a table everybody can see", checkState, one("var Names = map[int]string{1: \"a\"}"), "package variable Names"},
		{"a table that is written to", checkState, one("var names = map[int]string{}\nfunc f() { names[1] = \"a\" }"), "is changed at"},
		{"a table that is emptied", checkState, one("var names = map[int]string{}\nfunc f() { clear(names) }"), "is changed at"},
		{"a table that is sorted", checkState, one("import \"slices\"\nvar names = []string{}\nfunc f() { slices.Sort(names) }"), "is changed at"},
		{"a local of the same name", checkState, one("var names = []string{}\nfunc f() { names := []string{}; names[0] = names[1] }"), ""},
		{"a settings object", checkState, one("type o struct{ n int }\nvar options = o{1}"), "package variable options"},
	}
}

func sqlBites() []bite {
	const table = "CREATE TABLE line (\n  village BIGINT NOT NULL,\n  PRIMARY KEY (village, no)\n) STRICT;\nCREATE TABLE staff (\n  id BIGINT,\n  village BIGINT\n) STRICT;"
	one := func(sql string) map[string]string {
		return map[string]string{
			"internal/store/migrations/0001_x.sql": table,
			"internal/ledger/sql.go":               "package ledger\n" + sql,
		}
	}
	return []bite{
		{"parameters in order", checkParameters, one("const q = `SELECT a FROM line WHERE village = $1 AND no > $2 AND at < $1`"), ""},
		{"parameters out of order", checkParameters, one("const q = `SELECT a FROM line WHERE village = $2 AND no = $1`"), "uses $2 before $1"},
		{"a gap", checkParameters, one("func f() { g(`DELETE FROM line WHERE village = $1 AND no = $3`) }"), "uses $3 before $2"},
		{"a question mark", checkParameters, one("const q = `SELECT a FROM line WHERE village = ?`"), "has a ?"},
		{"no village", checkVillage, one("const q = `SELECT village, no FROM line WHERE no = $1`"), "ledger.q reads or writes line"},
		{"no village in an insert", checkVillage, one("const q = `INSERT INTO line (no) VALUES ($1)`"), "reads or writes line"},
		{"the village in an insert", checkVillage, one("const q = `INSERT INTO line (village, no) VALUES ($1, $2)`"), ""},
		{"a reference table", checkVillage, one("const q = `SELECT a FROM staff WHERE id = $1`"), ""},
		{"a part is judged in the whole", checkVillage, one("const part = `SELECT no FROM line `\nconst q = part + `WHERE village = $1`"), ""},
		{"a part that is also used alone", checkVillage, one("const part = `SELECT no FROM line `\nconst q = part + `WHERE village = $1`\nfunc f() { g(part) }"), "ledger.part"},
		{"a part from another package", checkVillage, map[string]string{
			"internal/store/migrations/0001_x.sql": table,
			"internal/audit/sql.go":                "package audit\nconst From = ` FROM line `",
			"internal/ledger/sql.go":               "package ledger\nimport \"qunyan/internal/audit\"\nconst q = `SELECT no` + audit.From",
		}, "ledger.q"},
	}
}

func routeBites() []bite {
	const tables = `CREATE TABLE line (
  village BIGINT NOT NULL,
  no BIGINT NOT NULL,
  PRIMARY KEY (village, no)
) STRICT;
CREATE TABLE claim (
  village BIGINT NOT NULL PRIMARY KEY,
  id BIGINT NOT NULL
) STRICT;
CREATE TABLE area (
  code BIGINT NOT NULL PRIMARY KEY
) STRICT;`
	of := func(sql, wants string) bite {
		return bite{sql, checkVillage, map[string]string{
			"internal/store/migrations/0001_x.sql": tables,
			"internal/ledger/sql.go":               "package ledger\nconst q = `" + sql + "`",
		}, wants}
	}
	return []bite{
		of("SELECT l.no FROM line l JOIN claim c ON c.village = l.village LEFT JOIN area a ON a.code = c.id WHERE l.village = $1", ""),
		of("SELECT l.no FROM line l JOIN claim c ON c.id = l.no WHERE l.village = $1", "claim without saying"),
		of("SELECT l.no FROM line l LEFT JOIN claim c ON c.village = l.village LEFT JOIN line m ON m.village = c.village WHERE l.village = $1", "line without saying"),
		of("SELECT no FROM line WHERE village = $1 OR no = $2", "line without saying"),
		of("SELECT no FROM line WHERE village >= $1", "line without saying"),
		of("SELECT no FROM line WHERE no = $1 AND (village = $2 OR no > 3)", "line without saying"),
		of("SELECT (SELECT c.id FROM claim c WHERE c.village = l.village) FROM line l WHERE l.village = $1", "claim without saying"),
		of("SELECT (SELECT c.id FROM claim c WHERE c.village = $1) FROM line l WHERE l.village = $1", ""),
		of("SELECT l.no FROM line l JOIN claim c ON c.village = $1 WHERE l.village = $2", "several parameters"),
		of("INSERT INTO line (village, no) VALUES ($1, $2), ($1, $3)", ""),
		of("INSERT INTO line (village, no) VALUES ($1, $2), ($3, $4)", "line without saying"),
		of("INSERT INTO line (village, no) SELECT village, id FROM claim WHERE village = $1", "line without saying"),
		of("INSERT INTO line (village, no) VALUES ($1, $2) ON CONFLICT (village, no) DO UPDATE SET no = line.no", ""),
		of("INSERT INTO line (village, no) VALUES ($1, $2) ON CONFLICT (no) DO NOTHING", "ON CONFLICT whose columns"),
		of("INSERT INTO line (village, no) VALUES ($1, $2) ON CONFLICT DO NOTHING", "ON CONFLICT whose columns"),
		of("UPDATE line SET village = $1 WHERE village = $2", "changes the village"),
		of("UPDATE line SET no = random() WHERE village = $1", "calls random"),
		of("UPDATE line SET no = CURRENT_TIMESTAMP WHERE village = $1", "says CURRENT_TIMESTAMP"),
		of("SELECT no FROM line, area WHERE village = $1", "joins with a comma"),
		of("SELECT no FROM line WHERE village = $1 FOR UPDATE", "says FOR"),
		of("DELETE FROM area WHERE code = (SELECT id FROM claim WHERE village = $1)", "writes area"),
		of("SELECT ')', no FROM line WHERE village = $1 AND no IN ('(', 'b')", ""),
	}
}

func keyBites() []bite {
	of := func(sql, wants string) bite {
		return bite{sql, checkKeys, map[string]string{
			"internal/store/migrations/0001_x.sql": "CREATE TABLE line (\n  village BIGINT NOT NULL,\n  PRIMARY KEY (village, no)\n) STRICT;",
			"internal/store/migrations/0002_x.sql": sql,
		}, wants}
	}
	return []bite{
		of("CREATE UNIQUE INDEX line_ref ON line (village, ref) WHERE ref <> 0;", ""),
		of("CREATE UNIQUE INDEX line_ref ON line (ref);", "unique without the village"),
		of("CREATE TABLE x (\n  village BIGINT NOT NULL,\n  no BIGINT,\n  UNIQUE (no),\n  PRIMARY KEY (village, no)\n) STRICT;", "unique without the village"),
		of("CREATE TABLE x (\n  village INTEGER NOT NULL,\n  PRIMARY KEY (village)\n) STRICT;", "needs village BIGINT"),
		of("CREATE TABLE x (\n  code BIGINT NOT NULL PRIMARY KEY REFERENCES area\n) STRICT;", "foreign key"),
		of("ALTER TABLE line ADD COLUMN x BIGINT NOT NULL DEFAULT 0;", ""),
		of("CREATE TABLE x_1 (\n  code BIGINT NOT NULL PRIMARY KEY\n) STRICT;", "named like a piece"),
		of("UPDATE line SET x = 1;", "no step"),
	}
}

func textBites() []bite {
	said := func(zh, en string) map[string]string {
		return map[string]string{"internal/messages/zh/errors.json": zh, "internal/messages/en/errors.json": en}
	}
	raised := func(call string) map[string]string {
		files := said(`{"errors.a.b": "{n}"}`, `{"errors.a.b": "{n}"}`)
		files["internal/ledger/x.go"] = "package ledger\nimport \"qunyan/internal/errs\"\nfunc f() error { return " + call + " }"
		return files
	}
	return []bite{
		{"a note to oneself", checkWords, map[string]string{"a.md": "TO" + "DO later"}, "a.md:1"},
		{"one machine's path", checkWords, map[string]string{"a.md": "see /ro" + "ot/x"}, "paths of one machine"},
		{"a route that looks like one", checkWords, map[string]string{"a.md": "GET /api/v1/wo" + "rk/x"}, ""},
		{"a sleeping test", checkWords, map[string]string{"a_test.go": "package a\nfunc f() { time.Sl" + "eep(1) }"}, "waits for a signal"},
		{"a skipped browser test", checkWords, map[string]string{"web/e2e/a.ts": "test.sk" + "ip('x')"}, "every time"},
		{"both languages", checkMessages, said(`{"errors.a": "{n} 分"}`, `{"errors.a": "{n} points"}`), ""},
		{"a singular without its number", checkMessages, said(`{"errors.a.one": "{n} 件"}`, `{"errors.a.one": "one item"}`), ""},
		{"no English", checkMessages, said(`{"errors.a": "甲"}`, `{}`), "has no English text"},
		{"no Chinese", checkMessages, said(`{}`, `{"errors.a": "a"}`), "has no Chinese text"},
		{"other placeholders", checkMessages, said(`{"errors.a": "{n}"}`, `{"errors.a": "{m}"}`), "placeholders"},
		{"the same key twice", checkMessages, said(`{"errors.a": "甲", "errors.a": "乙"}`, `{"errors.a": "a"}`), "twice"},
		{"a key of another file", checkMessages, map[string]string{
			"internal/messages/zh/errors.json": `{"page.a": "甲"}`, "internal/messages/en/page.json": `{"page.a": "a"}`,
		}, "must begin with"},
		{"a code with its sentence", checkErrorCodes, raised(`errs.New(1, "a.b", "n", 3)`), ""},
		{"a code without", checkErrorCodes, raised(`errs.New(1, "a.c")`), "has no sentence"},
		{"a placeholder without a value", checkErrorCodes, raised(`errs.New(1, "a.b")`), "{n}"},
		{"a code out of form", checkErrorCodes, raised(`errs.New(1, "A b")`), "area.word_word"},
	}
}
