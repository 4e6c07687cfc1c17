package api

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed reference.html
var referenceHTML string

//go:embed reference.css
var referenceCSS []byte

// newReference renders the contract as a page that needs no script and no network.
func newReference(s *server) ([]byte, error) {
	page, err := template.New("reference").Parse(referenceHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.Execute(&b, s.huma.OpenAPI())
	return b.Bytes(), err
}
