package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/messages"
)

const contractIntro = `Qunyan's API: whatever its pages can do, a program can do here.

**Who.** Staff sign in with POST /session and keep the cookie qy_staff; writes repeat the csrf value of the answer in the
header X-CSRF-Token. A household's card is shown in the header X-Card; after its PIN a cookie qy_card is added.

**Twice.** Every write may carry an Idempotency-Key (a UUID of the client's own). The same key and body give the first
answer again; the same key with another body is refused (store.key_reused).

**Numbers.** Points are whole points; amounts ending in _fen are hundredths of a yuan; times ending in _ms are Unix
milliseconds; days are numbers yyyymmdd and months yyyymm, 0 for none, in China's time. Area codes are strings of 6
(county), 9 (township), 12 (village) or 15 digits (group); ids are strings of 13 characters.

**Refusals** are problems (RFC 9457). Decide by code, show detail.

**Lists** are pages: next is the cursor of the following one.`

func (s *server) humaConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	for _, alias := range [][2]reflect.Type{
		{reflect.TypeFor[core.Area](), reflect.TypeFor[areaSchema]()},
		{reflect.TypeFor[areaParam](), reflect.TypeFor[areaSchema]()},
		{reflect.TypeFor[core.ID](), reflect.TypeFor[idSchema]()},
		{reflect.TypeFor[idParam](), reflect.TypeFor[idSchema]()},
		{reflect.TypeFor[core.Day](), reflect.TypeFor[daySchema]()},
		{reflect.TypeFor[core.Month](), reflect.TypeFor[monthSchema]()},
	} {
		registry.RegisterTypeAlias(alias[0], alias[1])
	}
	config := huma.DefaultConfig("Qunyan", "v1")
	config.OpenAPI.OpenAPI = "3.1.0"
	config.Info = &huma.Info{
		Title: "Qunyan (群雁)", Version: "v1", Description: contractIntro,
		License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
	}
	config.Components = &huma.Components{
		Schemas: registry,
		SecuritySchemes: map[string]*huma.SecurityScheme{
			"staff": {Type: "apiKey", In: "cookie", Name: staffCookie, Description: "a staff session"},
			"card":  {Type: "apiKey", In: "header", Name: cardHeader, Description: "the token of a household's card"},
		},
		Parameters: map[string]*huma.Param{"IdempotencyKey": {
			Name: keyHeader, In: "header", Description: "names the intent; the same key and body give the same answer",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: keyForm.String()},
		}},
	}
	// What huma would serve by itself needs a CDN; we serve the contract and its reference ourselves.
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // the one by default adds "$schema" to every answer
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{s.transform}
	return config
}

// transform is the last thing that happens to a body: huma's own refusals become problems of ours.
func (s *server) transform(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		lang := messages.Negotiate(ctx.Header("Accept-Language"))
		return s.translate(lang, traceOf(ctx.Context()).request, m), nil
	}
	return v, nil
}

// responses describes success, without its body, and every refusal.
func responses(status int) map[string]*huma.Response {
	return map[string]*huma.Response{
		strconv.Itoa(status): {Description: http.StatusText(status)},
		"default":            {Ref: "#/components/responses/Problem"},
	}
}

// The schemas of core's types, which know nothing of huma.

type areaSchema struct{}

// Schema implements huma.SchemaProvider.
func (areaSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Title: "area code", Type: huma.TypeString, Pattern: `^([0-9]{6}([0-9]{3}){0,3})?$`, Examples: []any{"520524100201"}}
}

type idSchema struct{}

// Schema implements huma.SchemaProvider.
func (idSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Title: "id", Type: huma.TypeString, Pattern: `^([0-9A-Za-z]{13})?$`, Examples: []any{"06B3H4Y2V0001"}}
}

type daySchema struct{}

// Schema implements huma.SchemaProvider.
func (daySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Title: "day", Type: huma.TypeInteger, Format: "int32", Minimum: bound(0), Maximum: bound(21991231), Examples: []any{20260908}}
}

type monthSchema struct{}

// Schema implements huma.SchemaProvider.
func (monthSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Title: "month", Type: huma.TypeInteger, Format: "int32", Minimum: bound(0), Maximum: bound(219912), Examples: []any{202609}}
}

func bound(v float64) *float64 { return &v }

// finishContract says what holds for every operation, once all are known.
func finishContract(contract *huma.OpenAPI) {
	registry := contract.Components.Schemas
	problem := registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
	contract.Components.Responses = map[string]*huma.Response{"Problem": {
		Description: "Not done; code says why.",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
	}}
	for name, schema := range registry.Map() {
		neverNull(schema)
		if t := registry.TypeFromRef("#/components/schemas/" + name); t != nil {
			maybeNull(schema, t)
		}
	}
}

// neverNull takes back that arrays may be null: fillNil sees to it that none is.
func neverNull(schema *huma.Schema) {
	if schema == nil {
		return
	}
	if schema.Type == huma.TypeArray {
		schema.Nullable = false
		neverNull(schema.Items)
	}
	for _, property := range schema.Properties {
		neverNull(property)
	}
}

// maybeNull says of every pointer to a struct that is always written that it may be null: huma cannot say that of a
// reference by itself.
func maybeNull(schema *huma.Schema, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			maybeNull(schema, field.Type)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schema.Properties[name]
		if property == nil || property.Ref == "" || field.Type.Kind() != reflect.Pointer || strings.Contains(options, "omit") {
			continue
		}
		schema.Properties[name] = &huma.Schema{
			Description: property.Description, AnyOf: []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
		}
	}
}

// description adds who may call an operation to what it does.
func (sp spec) description() string {
	var parts []string
	if sp.Detail != "" {
		parts = append(parts, sp.Detail)
	}
	switch {
	case sp.Op != "":
		names := []string{}
		for _, role := range access.Table()[sp.Op] {
			if role != access.System {
				names = append(names, string(role))
			}
		}
		slices.Sort(names)
		parts = append(parts, "Permission "+string(sp.Op)+": "+strings.Join(names, ", ")+".")
	case sp.Auth == authStaff:
		parts = append(parts, "Anybody signed in.")
	}
	return strings.Join(parts, "\n\n")
}
