# Qunyan. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# Where the demo keeps its data and listens: make demo ADDR=0.0.0.0:9000 DATA=/tmp/county
DATA ?= ./demo-data
ADDR ?= 127.0.0.1:8080
# Passed on to the command: make demo ARGS='--scale county'
ARGS ?=

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The binary ships without cgo: one static file that runs on any Linux of its architecture.
GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

GO_SOURCES := $(shell find cmd internal -name '*.go' -o -name '*.sql' -o -path '*/messages/*.json' -o -name '*.html' 2>/dev/null)
WEB_SOURCES := $(shell find web internal/messages api -type f \
	-not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' \
	-not -name '*.go' -not -name '*.test.ts' -not -name 'schema.d.ts' 2>/dev/null)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: build ## Build and run a county to try out (ADDR=127.0.0.1:8080 DATA=./demo-data ARGS=)
	bin/qunyan demo --data $(DATA) --addr $(ADDR) $(ARGS)

.PHONY: build
build: ready bin/qunyan ## Build the web UI and bin/qunyan
	@echo "built bin/qunyan $(VERSION), $$(du -h bin/qunyan | cut -f1)"

# Building needs Go and Node only; `setup` asks for the test tools too.
.PHONY: ready
ready:
	@scripts/setup.sh build

.PHONY: test
test: setup ## Run everything: lint, web, Go on both engines, browser
	@MAKE='$(MAKE)' scripts/test-all.sh

# Both runs leave vet to lint, which runs all of it over the same files once.
.PHONY: test-go
test-go: ## Go tests on SQLite with the race detector
	TEST_DATABASE_URL= go run ./scripts/gotest -vet=off -race ./...

# Without the race detector: the very same goroutines were just watched by test-go, and this run instead tests what is
# shipped, the build without cgo. It shares its compiled packages with `make build`.
.PHONY: test-pg
test-pg: ## Go tests on PostgreSQL (TEST_DATABASE_URL, or a throw-away server; TEST_DISTRIBUTE=1 on a Citus cluster)
	if [ -n "$${TEST_DATABASE_URL:-}" ]; then run=; else run=scripts/with-postgres.sh; fi; \
	CGO_ENABLED=0 $$run go run ./scripts/gotest -vet=off -trimpath ./...

.PHONY: test-web
test-web: bin/.web-built ## Web unit tests, types and byte budget
	npm --prefix web run --silent api
	npm --prefix web run --silent types
	npm --prefix web run --silent test
	npm --prefix web run --silent budget

.PHONY: test-e2e
test-e2e: build ## Browser tests: Playwright against bin/qunyan in Chromium
	npm --prefix web run --silent e2e

.PHONY: pictures
pictures: build ## Make the manual's pictures again, in a fresh demo (PICTURES=month,roll: only those)
	node web/scripts/pictures.mjs

.PHONY: bench
bench: build ## Measure every bar on both engines as ratios to raw loops in the same run (ARGS=--full)
	bin/qunyan bench $(ARGS) || missed=yes; \
	DURABLE=1 scripts/with-postgres.sh sh -c 'bin=$$0; exec "$$bin" bench --db "$$TEST_DATABASE_URL" "$$@"' "$$PWD/bin/qunyan" $(ARGS) || missed=yes; \
	test -z "$${missed:-}"

.PHONY: torture
torture: ## Kill the server under load for a quarter of an hour (TORTURE_TIMES=25), on SQLite or TEST_DATABASE_URL
	TORTURE_TIMES=$${TORTURE_TIMES:-25} go test -count 1 -timeout 2h -v -run Killed ./internal/torture

.PHONY: test-failover
test-failover: ## Kill a PostgreSQL primary under load, promote its synchronous standby, count what is lost
	TEST_FAILOVER=1 go test -count 1 -v -run Promoted ./internal/torture

.PHONY: lint
lint: ## gofmt, go vet, shell syntax
	@unformatted=$$(gofmt -l cmd internal web/*.go scripts 2>/dev/null || true); \
	if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	@CGO_ENABLED=0 go vet -trimpath ./...
	@for script in scripts/*.sh .ci/run; do bash -n "$$script"; done
	@echo "lint: clean"

.PHONY: setup
setup: ## Check this machine for what building and testing needs; install it on Debian as root
	@scripts/setup.sh all

.PHONY: clean
clean: ## Remove what was built (not the demo's data)
	rm -rf bin web/.vite coverage.out test-results playwright-report
	find web/dist -mindepth 1 -not -name .gitkeep -delete 2>/dev/null || true

# Real files, so that a second `make demo` starts at once.
bin/qunyan: bin/.web-built go.mod go.sum $(GO_SOURCES) $(wildcard web/*.go)
	$(GO_BUILD) -o $@ ./cmd/qunyan

bin/.web-built: web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix web run --silent build
	@mkdir -p bin && touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@scripts/setup.sh build
