package api

import (
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// deepestExample bounds an example of a schema that holds itself.
const deepestExample = 6

// exampleOf makes a value that a schema accepts, as small as it may be.
func exampleOf(registry huma.Registry, schema *huma.Schema, depth int) any {
	for schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	if len(schema.AnyOf) > 0 {
		return exampleOf(registry, schema.AnyOf[0], depth)
	}
	switch {
	case len(schema.Examples) > 0:
		return schema.Examples[0]
	case len(schema.Enum) > 0:
		return schema.Enum[len(schema.Enum)-1] // the first may stand for "none"
	}
	switch schema.Type {
	case huma.TypeBoolean:
		return false
	case huma.TypeInteger, huma.TypeNumber:
		if schema.Minimum != nil && *schema.Minimum > 1 {
			return int64(*schema.Minimum)
		}
		return 1
	case huma.TypeString:
		return exampleText(schema)
	case huma.TypeArray:
		if depth == 0 {
			return []any{}
		}
		return []any{exampleOf(registry, schema.Items, depth-1)}
	case huma.TypeObject:
		object := map[string]any{}
		for name, property := range schema.Properties {
			if depth > 0 {
				object[name] = exampleOf(registry, property, depth-1)
			}
		}
		return object
	}
	return nil
}

func exampleText(schema *huma.Schema) string {
	text := "text"
	if strings.HasPrefix(schema.Pattern, "^[0-9]") {
		text = "2580"
	}
	if schema.MinLength != nil && len(text) < *schema.MinLength {
		text += strings.Repeat("x", *schema.MinLength-len(text))
	}
	if schema.MaxLength != nil && len(text) > *schema.MaxLength {
		text = text[:*schema.MaxLength]
	}
	return text
}

func exampleJSON(registry huma.Registry, schema *huma.Schema) string {
	text, err := json.MarshalIndent(exampleOf(registry, schema, deepestExample), "", "  ")
	if err != nil {
		return "" // an example we cannot write is left out
	}
	return string(text)
}

// curlOf writes the operation as a command line, with the headers it needs.
func curlOf(sp spec, body *referenceBody) string {
	var b strings.Builder
	b.WriteString("curl -s")
	if sp.Method != "GET" {
		b.WriteString(" -X " + sp.Method)
	}
	switch sp.Auth {
	case authStaff:
		b.WriteString(" -b cookies.txt")
	case authCard:
		b.WriteString(" -b cookies.txt -H 'X-Card: '$CARD")
	}
	if sp.Method != "GET" && sp.Auth != authPublic && !sp.NoCSRF {
		b.WriteString(" -H 'X-CSRF-Token: '$CSRF")
	}
	if sp.Method != "GET" {
		b.WriteString(" -H 'Idempotency-Key: '$(uuidgen)")
	}
	switch {
	case body == nil:
	case body.Example != "":
		b.WriteString(" \\\n  --json @body.json")
	default:
		b.WriteString(" \\\n  --data-binary @file")
	}
	b.WriteString(" \\\n  $SERVER" + prefix + strings.NewReplacer("{", "$", "}", "").Replace(sp.Path))
	return b.String()
}
