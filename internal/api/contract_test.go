package api_test

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/api/apitest"
)

var update = flag.Bool("update", false, "write api/openapi.yaml anew")

const goldenContract = "../../api/openapi.yaml"

// The contract in the repository is what the web's types are made from and what others program against: a change of it
// must be seen in review.
func TestContractIsTheOneInTheRepository(t *testing.T) {
	t.Parallel()
	got, err := apitest.New(t).Handler.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(goldenContract, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenContract)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("api/openapi.yaml is out of date at line %d; look at the change and run: go test ./internal/api -run Contract -update",
			firstDifference(got, want))
	}
}

func firstDifference(a, b []byte) int {
	left, right := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(left), len(right)) {
		if !bytes.Equal(left[i], right[i]) {
			return i + 1
		}
	}
	return min(len(left), len(right)) + 1
}

// Every operation says what it is, who may call it and how it refuses.
func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	name := regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	known := append(access.Ops(), "public", "signed_in")
	for _, o := range operations(w.Handler.Contract()) {
		path, op := o.path, o.op
		at := o.method + " " + path
		if !name.MatchString(op.OperationID) {
			t.Errorf("%s: operation id %q; write it like approve-claim", at, op.OperationID)
		}
		if op.Summary == "" || len(op.Tags) != 1 {
			t.Errorf("%s: needs a summary and one tag", at)
		}
		if permission, _ := op.Extensions["x-permission"].(string); !slices.Contains(known, access.Op(permission)) {
			t.Errorf("%s: permission %q is none of access.Ops()", at, permission)
		}
		if op.Responses["default"] == nil {
			t.Errorf("%s: does not say how it refuses", at)
		}
		// huma passes over embedded inputs that are not exported, and the handler would read an empty value.
		for _, want := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == want[1] }) {
				t.Errorf("%s: its input does not read {%s}", at, want[1])
			}
		}
	}
}

// No answer holds a null list, and no schema allows one.
func TestNoListMayBeNull(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	for name, schema := range w.Handler.Contract().Components.Schemas.Map() {
		for field, property := range schema.Properties {
			if property.Type == huma.TypeArray && property.Nullable {
				t.Errorf("%s.%s may be null", name, field)
			}
		}
	}
}

// operation is an entry of the contract.
type operation struct {
	path, method string
	op           *huma.Operation
}

// operations lists the contract in order of its paths.
func operations(doc *huma.OpenAPI) (all []operation) {
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{
			"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
		} {
			if op != nil {
				all = append(all, operation{path, method, op})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return all
}
