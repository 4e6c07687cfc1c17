// Package api is the contract: every command and query of the product as HTTP operations under /api/v1, described by
// OpenAPI 3.1 that is compiled from the handlers' types and held by a golden test. It is the only package that knows
// huma.
//
// What every operation promises: who may call it is checked before its body is read; a write names its intent
// (Idempotency-Key) and may be sent twice; unknown fields are refused; a refusal is an RFC 9457 problem in the user's
// language with a stable code, and says nothing about the inside; lists are bounded pages and never null.
//
// Each area of the product registers its operations in its own file (registerX), with handle or handleStream.
package api
