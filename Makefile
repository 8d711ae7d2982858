# Needs Go, git and bash. What else a target needs, it installs itself.

# The tools are pinned in tools/go.mod. -modfile does not go with a workspace.
tool := env GOWORK=off go tool -modfile=tools/go.mod
modules := . cmd bench examples examples/frameworks statusconnect statusconnect/interop
# Executions, not seconds: go test fails now and then when the time it is given ends
# (go.dev/issue/75804).
fuzztime ?= 50000x
# Flags of go test: make test flags='-run TestLayers -v'
flags ?=

# Files that people write, for licence headers: .gitattributes has the generated ones.
sources = git ls-files -- '*.go' '*.proto' '*.py' '*.ts' '*.java' '*.sh' ':(exclude,attr:linguist-generated)' ':(exclude,glob)**/testdata/**' ':(exclude)cmd/internal/rules/rulestest/base'
addlicense = $(tool) addlicense -s=only -l apache -y 2026 -c 'The statusmap Authors'

.DEFAULT_GOAL := help
.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: ## run the tests, with the newest versions of what the library requires
	go test $(flags) ./... ./cmd/...

.PHONY: test-lowest
test-lowest: ## run the library's tests with the lowest versions, those of go.mod
	GOWORK=off go vet ./...
	GOWORK=off go test $(flags) ./...

.PHONY: test-race
test-race: ## run the tests with the race detector
	go test -race $(flags) ./... ./cmd/...

.PHONY: lint
lint: ## run go vet, golangci-lint and buf lint
	@set -e; golangci_lint=$$($(tool) -n golangci-lint); \
	for module in $(modules); do (cd $$module && go vet ./... && "$$golangci_lint" run ./...); done
	$(tool) buf lint

.PHONY: generate
generate: headers ## write gen/ and licence headers anew
	go generate ./...

.PHONY: headers
headers: ## write the licence header into each source that has none
	@$(sources) | xargs $(addlicense)

.PHONY: headers-check
headers-check: ## name the sources that have no licence header
	@$(sources) | xargs $(addlicense) -check

.PHONY: tidy
tidy: ## tidy the go.mod of every module
	.ci/tidy

.PHONY: check
check: ## run all that has to hold before a change lands, as CI does
	.ci/run

.PHONY: bench
bench: ## measure every figure and write bench/RESULTS.md (20 minutes)
	cd bench && go run ./report

.PHONY: fuzz
fuzz: ## run each fuzz target fuzztime=50000x times
	@git grep -l '^func Fuzz' -- '*_test.go' | while read -r file; do \
	  sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file" | while read -r target; do \
	    echo "$$(dirname "$$file"): $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(fuzztime) -fuzzminimizetime 1x "./$$(dirname "$$file")" || exit 1; \
	  done || exit 1; \
	done

.PHONY: gateway-suite
gateway-suite: ## run grpc-gateway's own tests with statusmap's options in every mux
	go run ./cmd/internal/gatewaysuite

.PHONY: conformance
conformance: ## run every code through the Python, TypeScript and Java clients
	clients/conformance.sh
