// Package apitest runs the real handler over a real database for tests: two townships with villages, one account for
// every role in each, and clients that sign in, carry their tokens, and hold every answer against the contract. A field
// that is undocumented, missing or null fails the test that met it.
//
//	w := apitest.New(t)
//	made := w.As(core.RoleClerk).Post(w.In("/households"), map[string]any{"number": 1, "head": "王建国"}).Want(201)
package apitest
