#!/bin/sh
# The official JSON Schema test suite, draft 2020-12: every test of what we support is as
# the suite says, and what is left out, and why, is what schema-suite.expected lists.
# JSON_SCHEMA_SUITE names a checkout of it.
set -eu
LC_ALL=C; export LC_ALL
srcdir=${srcdir:-.}
suite=${JSON_SCHEMA_SUITE:-$srcdir/../shared/json-schema-test-suite}/tests/draft2020-12
if [ ! -d "$suite" ]; then
	echo "1..1"
	echo "ok 1 - suite not there: clone github.com/json-schema-org/JSON-Schema-Test-Suite and set JSON_SCHEMA_SUITE # SKIP"
	exit 0
fi
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
rc=0
(cd "$suite" && find . -name '*.json' | sed 's,^\./,,' | sort) > "$tmp/files"
xargs "${builddir:-.}/tests/suite/schema_suite" "$suite" < "$tmp/files" > "$tmp/out" || rc=1
grep -v '^#' "$tmp/out" > "$tmp/table" || true
awk '/^#/ { print; next }
	{ n++; print ($2 == $4 + $6 ? "ok " : "not ok ") n " - " $0
	  tests += $2; passed += $4; left += $6 }
	END { printf "# %d tests, %d passed, %d left out\n", tests, passed, left }' "$tmp/out"
n=$(wc -l < "$tmp/table")
if [ "$n" -eq "$(wc -l < "$tmp/files")" ]; then echo "ok $((n + 1)) - every file has its row"
else echo "not ok $((n + 1)) - every file has its row"; rc=1; fi
if diff -u "$srcdir/tests/suite/schema-suite.expected" "$tmp/table" > "$tmp/diff"; then
	echo "ok $((n + 2)) - left out is what is expected"
else
	sed 's/^/# /' "$tmp/diff"; echo "not ok $((n + 2)) - left out is what is expected"; rc=1
fi
echo "1..$((n + 2))"; exit $rc
