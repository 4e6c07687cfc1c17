package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/messages"
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
	contract := s.huma.OpenAPI()
	var b bytes.Buffer
	err = page.Execute(&b, referencePage{
		Title: contract.Info.Title, Version: s.cfg.Version, Intro: paragraphs(contract.Info.Description),
		Tags: referenceTags(s, contract), Schemas: referenceSchemas(contract), Codes: referenceCodes(), Roles: referenceRoles(),
	})
	return b.Bytes(), err
}

type referencePage struct {
	Title, Version string
	Intro          []paragraph
	Tags           []referenceTag
	Schemas        []referenceSchema
	Codes          []referenceCode
	Roles          []referenceRole
}

// paragraph is text whose beginning may be set off.
type paragraph struct{ Lead, Text string }

// paragraphs splits the little markdown our own texts use: blank lines, and a bold beginning.
func paragraphs(text string) (all []paragraph) {
	for _, one := range strings.Split(strings.TrimSpace(text), "\n\n") {
		p := paragraph{Text: strings.ReplaceAll(one, "\n", " ")}
		if rest, bold := strings.CutPrefix(p.Text, "**"); bold {
			p.Lead, p.Text, _ = strings.Cut(rest, "**")
		}
		all = append(all, p)
	}
	return all
}

type referenceTag struct {
	Name, Slug string
	Operations []referenceOperation
}

type referenceOperation struct {
	ID, Method, Path, Summary string
	Detail                    []paragraph
	Auth                      string
	Roles                     []string
	Params                    []referenceField
	Body                      *referenceBody
	Success                   string // status
	Answer                    *referenceBody
	Curl                      string
}

type referenceField struct {
	Name, In, Type, Link, Doc string
	Required                  bool
}

// referenceBody is a body's fields and what it looks like.
type referenceBody struct {
	Media   string
	Name    string
	Fields  []referenceField
	Example string
}

type referenceSchema struct {
	Name   string
	Fields []referenceField
}

type referenceCode struct{ Code, Chinese, English string }

type referenceRole struct {
	Role string
	May  []string
}

// referenceTags groups the operations by heading, in the order they were registered.
func referenceTags(s *server, contract *huma.OpenAPI) (tags []referenceTag) {
	for _, sp := range s.order {
		op := operationOf(contract.Paths[sp.Path], sp.Method)
		i := slices.IndexFunc(tags, func(t referenceTag) bool { return t.Name == sp.Tag })
		if i < 0 {
			i = len(tags)
			tags = append(tags, referenceTag{Name: sp.Tag, Slug: "tag-" + strings.ReplaceAll(strings.ToLower(sp.Tag), " ", "-")})
		}
		tags[i].Operations = append(tags[i].Operations, newReferenceOperation(contract, sp, op))
	}
	return tags
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case "POST":
		return item.Post
	case "PUT":
		return item.Put
	case "PATCH":
		return item.Patch
	case "DELETE":
		return item.Delete
	}
	return item.Get
}

func newReferenceOperation(contract *huma.OpenAPI, sp spec, op *huma.Operation) referenceOperation {
	r := referenceOperation{ID: sp.ID, Method: sp.Method, Path: prefix + sp.Path, Summary: sp.Summary, Auth: "signed in", Success: strconv.Itoa(op.DefaultStatus)}
	if sp.Detail != "" {
		r.Detail = paragraphs(sp.Detail)
	}
	switch sp.Auth {
	case authPublic:
		r.Auth = "public"
	case authCard:
		r.Auth = "card"
	}
	if sp.Op != "" {
		r.Auth += " · " + string(sp.Op)
		r.Roles = rolesOf(sp.Op)
	}
	for _, p := range op.Parameters {
		if p.Ref != "" {
			p = contract.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
		}
		field := newReferenceField(p.Name, p.Schema, p.Required)
		field.In = p.In
		if p.Description != "" {
			field.Doc = p.Description
		}
		r.Params = append(r.Params, field)
	}
	if op.RequestBody != nil {
		r.Body = newReferenceBody(contract, op.RequestBody.Content)
	}
	r.Answer = newReferenceBody(contract, op.Responses[r.Success].Content)
	r.Curl = curlOf(sp, r.Body)
	return r
}

func rolesOf(op access.Op) (names []string) {
	for _, role := range access.Table()[op] {
		if role != access.System {
			names = append(names, string(role))
		}
	}
	return names
}

func newReferenceBody(contract *huma.OpenAPI, content map[string]*huma.MediaType) *referenceBody {
	for media, of := range content {
		b := &referenceBody{Media: media}
		schema := of.Schema
		if schema == nil {
			return b
		}
		if schema.Ref != "" {
			b.Name = schemaName(schema.Ref)
			schema = contract.Components.Schemas.SchemaFromRef(schema.Ref)
		}
		b.Fields = referenceFields(schema)
		if len(b.Fields) > 0 {
			b.Example = exampleJSON(contract.Components.Schemas, schema)
		}
		return b
	}
	return nil
}

func referenceFields(schema *huma.Schema) (fields []referenceField) {
	for name, property := range schema.Properties {
		fields = append(fields, newReferenceField(name, property, slices.Contains(schema.Required, name)))
	}
	slices.SortFunc(fields, func(a, b referenceField) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return fields
}

func newReferenceField(name string, schema *huma.Schema, required bool) referenceField {
	f := referenceField{Name: name, Required: required, Doc: schema.Description}
	f.Type, f.Link = typeText(schema)
	if schema.Title != "" { // what a day or a code is, is said once, at the start
		return f
	}
	if bounds := boundsText(schema); bounds != "" {
		if f.Doc != "" && !strings.HasSuffix(f.Doc, ".") {
			f.Doc += "."
		}
		f.Doc = strings.TrimSpace(f.Doc + " " + bounds)
	}
	return f
}

func schemaName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// typeText names a schema's type, and the schema to look up if it is one of ours.
func typeText(schema *huma.Schema) (text, link string) {
	switch {
	case schema.Ref != "":
		return schemaName(schema.Ref), schemaName(schema.Ref)
	case len(schema.AnyOf) == 2:
		text, link = typeText(schema.AnyOf[0])
		return text + " or null", link
	case schema.Type == huma.TypeArray && schema.Items != nil:
		text, link = typeText(schema.Items)
		return "list of " + text, link
	case schema.Title != "":
		return schema.Title, ""
	case schema.Type == "":
		return "anything", ""
	}
	if inner, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		text, link = typeText(inner)
		return "map to " + text, link
	}
	return schema.Type, ""
}

func boundsText(schema *huma.Schema) string {
	var parts []string
	if len(schema.Enum) > 0 {
		var values []string
		for _, v := range schema.Enum {
			values = append(values, fmt.Sprintf("%q", fmt.Sprint(v)))
		}
		parts = append(parts, "One of "+strings.Join(values, ", ")+".")
	}
	if low, high := numberText(schema.Minimum), numberText(schema.Maximum); low != "" || high != "" {
		parts = append(parts, spanText(low, high)+".")
	}
	if low, high := countText(schema.MinLength), countText(schema.MaxLength); low != "" || high != "" {
		parts = append(parts, spanText(low, high)+" characters.")
	}
	if low, high := countText(schema.MinItems), countText(schema.MaxItems); low != "" || high != "" {
		parts = append(parts, spanText(low, high)+" of them.")
	}
	return strings.Join(parts, " ")
}

func numberText(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func countText(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

// spanText writes a span one or both of whose ends are given.
func spanText(low, high string) string {
	switch {
	case high == "":
		return "At least " + low
	case low == "":
		return "At most " + high
	}
	return low + " to " + high
}

func referenceSchemas(contract *huma.OpenAPI) (all []referenceSchema) {
	for name, schema := range contract.Components.Schemas.Map() {
		all = append(all, referenceSchema{Name: name, Fields: referenceFields(schema)})
	}
	slices.SortFunc(all, func(a, b referenceSchema) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// referenceCodes lists every code a problem can carry, with its sentences.
func referenceCodes() (codes []referenceCode) {
	for _, key := range messages.Keys("errors.") {
		codes = append(codes, referenceCode{
			Code: strings.TrimPrefix(key, "errors."), Chinese: messages.Text(messages.Chinese, key, nil), English: messages.Text(messages.English, key, nil),
		})
	}
	return codes
}

func referenceRoles() (roles []referenceRole) {
	for _, op := range access.Ops() {
		for _, role := range rolesOf(op) {
			i := slices.IndexFunc(roles, func(r referenceRole) bool { return r.Role == role })
			if i < 0 {
				i = len(roles)
				roles = append(roles, referenceRole{Role: role})
			}
			roles[i].May = append(roles[i].May, string(op))
		}
	}
	slices.SortFunc(roles, func(a, b referenceRole) int { return strings.Compare(a.Role, b.Role) })
	return roles
}
