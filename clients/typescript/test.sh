#!/bin/sh
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Installs, checks and tests this client. Needs Go and Node. Prints one line per
# step, and the whole output of a step that fails.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

step() {
	name=$1
	shift
	if ! "$@" >"$tmp/log" 2>&1; then
		cat "$tmp/log"
		echo "typescript: FAILED: $name"
		exit 1
	fi
	echo "typescript: $name"
}

generated_code_is_up_to_date() {
	./generate.sh "$tmp/generated" &&
		diff -r "$tmp/generated/src/gen" src/gen &&
		diff -r "$tmp/generated/test/gen" test/gen
}

tests() {
	npm test && cp "$tmp/log" "$tmp/tests"
}

# Uses the package in a program without Connect and grpc-js. tsc also checks the
# package's declarations (no skipLibCheck).
package_works_alone() {
	npm pack --pack-destination "$tmp" &&
		mkdir "$tmp/clean" && cd "$tmp/clean" &&
		echo '{"type":"module"}' >package.json &&
		npm install --no-save ../statusmap-*.tgz &&
		test ! -e node_modules/@connectrpc && test ! -e node_modules/@grpc &&
		cat >program.ts <<-'EOF' &&
			import { fromError, LegacyError } from "statusmap";
			import { ErrorInfoSchema } from "statusmap/google/rpc/error_details_pb.js";
			import { code } from "statusmap/statusmap/v1/options_pb.js";

			const err: LegacyError | undefined = fromError(new Error("not ours"));
			if (err !== undefined || ErrorInfoSchema.name !== "ErrorInfo" || code.number !== 1207101) {
			  throw new Error("unexpected");
			}
		EOF
		"$OLDPWD/node_modules/.bin/tsc" --strict --module nodenext --target es2022 --types "" program.ts &&
		node program.js
}

step "npm ci" npm ci
step "the generated code is up to date" generated_code_is_up_to_date
step "build" npm run build
step "lint (biome)" npm run lint
step "tests" tests
step "types (tsc --strict)" npm run types
step "the packed package works alone" package_works_alone
sed -n 's/^ℹ tests /typescript: tests run: /p' "$tmp/tests"
grep -E '^typescript: (depot )?cases ' "$tmp/tests"
