package api

import "github.com/danielgtaylor/huma/v2"

// BodyFor is a body that a schema of the contract accepts, for tests from the outside.
func BodyFor(doc *huma.OpenAPI, schema *huma.Schema) string {
	return exampleJSON(doc.Components.Schemas, schema)
}
