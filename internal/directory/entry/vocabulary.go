package entry

import (
	_ "embed" // the vocabulary is data: the words that clerks' own tables use
	"encoding/json"
	"strings"
	"sync"
)

//go:embed vocabulary.json
var vocabularyFile []byte

// vocabulary maps the words found in tables to ours, per kind of word: "columns", "relation", "sex", "yes_no", "state".
var vocabulary = sync.OnceValue(func() map[string]map[string]string {
	var file map[string]map[string][]string
	if err := json.Unmarshal(vocabularyFile, &file); err != nil {
		panic(err) // part of the binary: a mistake of ours that every test would show
	}
	all := map[string]map[string]string{}
	for kind, meanings := range file {
		all[kind] = map[string]string{}
		for meaning, words := range meanings {
			for _, word := range words {
				all[kind][wordKey(word)] = meaning
			}
		}
	}
	return all
})

// meaning looks a word up, however it is spaced, capitalised or decorated.
func meaning(kind, word string) (string, bool) {
	m, ok := vocabulary()[kind][wordKey(word)]
	return m, ok
}

// wordKey drops what differs between two people's spelling of the same heading: blanks, case, brackets with a remark,
// marks of a required field.
func wordKey(word string) string {
	word = strings.ToLower(Clean(word))
	if open := strings.IndexAny(word, "(（"); open > 0 {
		word = word[:open]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" *:：/、·.\n", r) {
			return -1
		}
		return r
	}, word)
}
