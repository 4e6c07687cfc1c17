package arch

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
)

// catalogue is one language: key → text, and key → file.
type catalogue struct {
	text, file map[string]string
}

// readCatalogue reads internal/messages/<lang>/*.json, with every complaint about their form.
func (tr *tree) readCatalogue(lang string) (c catalogue, found []string) {
	c = catalogue{text: map[string]string{}, file: map[string]string{}}
	for _, f := range tr.files {
		if path.Dir(f.path) != "internal/messages/"+lang || path.Ext(f.path) != ".json" {
			continue
		}
		area := strings.TrimSuffix(path.Base(f.path), ".json") + "."
		dec := json.NewDecoder(strings.NewReader(f.text))
		if opening, err := dec.Token(); err != nil || opening != json.Delim('{') {
			found = append(found, f.path+": must be one JSON object of texts")
			continue
		}
		for dec.More() {
			// Read token by token: a decoder to a map would keep the last of two equal keys and say nothing.
			key, err := dec.Token()
			var text string
			if err == nil {
				err = dec.Decode(&text)
			}
			if err != nil {
				found = append(found, fmt.Sprintf("%s: %v (every value is one text)", f.path, err))
				break
			}
			name := fmt.Sprint(key)
			if !strings.HasPrefix(name, area) {
				found = append(found, fmt.Sprintf("%s: key %s must begin with %q, the file's name", f.path, name, area))
			}
			if _, twice := c.text[name]; twice {
				found = append(found, fmt.Sprintf("%s: key %s stands here twice", f.path, name))
			}
			if strings.TrimSpace(text) == "" {
				found = append(found, fmt.Sprintf("%s: key %s has no text", f.path, name))
			}
			c.text[name], c.file[name] = text, f.path
		}
	}
	return c, found
}

// placeholders are the {names} of a text, each once, in order.
func placeholders(text string) []string {
	names := regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*)\}`).FindAllString(text, -1)
	slices.Sort(names)
	return slices.Compact(names)
}

// placeholdersOf leaves out the {n} of a singular: "{n} 件" is "1 item" or "one item" in English.
func placeholdersOf(key, text string) []string {
	names := placeholders(text)
	if strings.HasSuffix(key, ".one") {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "{n}" })
	}
	return names
}

// checkMessages holds the Chinese and the English catalogue to the same keys, files and placeholders.
func checkMessages(tr *tree) (found []string) {
	zh, inZh := tr.readCatalogue("zh")
	en, inEn := tr.readCatalogue("en")
	found = append(inZh, inEn...)
	for _, key := range sortedKeys(zh.text) {
		text, ok := en.text[key]
		switch {
		case !ok:
			found = append(found, fmt.Sprintf("%s: key %s has no English text in internal/messages/en/%s", zh.file[key], key, path.Base(zh.file[key])))
		case !slices.Equal(placeholdersOf(key, zh.text[key]), placeholdersOf(key, text)):
			found = append(found, fmt.Sprintf("%s: key %s has the placeholders %v in Chinese and %v in English", zh.file[key], key, placeholders(zh.text[key]), placeholders(text)))
		}
	}
	for _, key := range sortedKeys(en.text) {
		if _, ok := zh.text[key]; !ok {
			found = append(found, fmt.Sprintf("%s: key %s has no Chinese text in internal/messages/zh/%s", en.file[key], key, path.Base(en.file[key])))
		}
	}
	return found
}

// checkErrorCodes wants a sentence for every code that shipped code can answer with, and a value for each of the
// sentence's placeholders.
func checkErrorCodes(tr *tree) (found []string) {
	zh, _ := tr.readCatalogue("zh")
	if len(zh.text) == 0 {
		return nil
	}
	for _, p := range tr.packages {
		for _, s := range p.sources {
			if s.test {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					for _, problem := range errorProblems(p, call, zh) {
						found = append(found, tr.at(call.Pos())+": "+problem)
					}
				}
				return true
			})
		}
	}
	return found
}

func errorProblems(p *pkg, call *ast.CallExpr, zh catalogue) (found []string) {
	from, name := callee(p.prod, call)
	if from != path.Join(module, "internal/errs") || name != "New" || len(call.Args) < 2 {
		return nil
	}
	code, ok := constantString(p.prod, call.Args[1])
	if !ok {
		return nil
	}
	if !regexp.MustCompile(`^[a-z]+(\.[a-z0-9]+(_[a-z0-9]+)*)?$`).MatchString(code) {
		return []string{fmt.Sprintf("code %q must read area.word_word", code)}
	}
	text, ok := zh.text["errors."+code]
	if !ok {
		return append(found, fmt.Sprintf("code %s has no sentence; add errors.%s to internal/messages/zh/errors.json and en/errors.json", code, code))
	}
	given := map[string]bool{}
	for i := 2; i < len(call.Args); i += 2 {
		param, constant := constantString(p.prod, call.Args[i])
		if !constant { // a slice passed on with …, or a computed name
			return found
		}
		given["{"+param+"}"] = true
	}
	for _, wanted := range placeholders(text) {
		if !given[wanted] {
			found = append(found, fmt.Sprintf("the sentence of %s has the placeholder %s, which this call gives no value", code, wanted))
		}
	}
	return found
}
