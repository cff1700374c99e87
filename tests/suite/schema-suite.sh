#!/bin/sh
# The official JSON Schema test suite, draft 2020-12: every test of what we support is as
# the suite says, and what is left out, and why, is what schema-suite.expected lists. What
# every implementation is asked for and what the suite calls optional are counted apart.
# JSON_SCHEMA_SUITE names a checkout of it.
set -eu
LC_ALL=C; export LC_ALL
srcdir=${srcdir:-.}
suite=${JSON_SCHEMA_SUITE:-$srcdir/../shared/json-schema-test-suite}
tests=$suite/tests/draft2020-12
if [ ! -d "$tests" ]; then
	echo "1..1"
	echo "ok 1 - suite not there: clone github.com/json-schema-org/JSON-Schema-Test-Suite and set JSON_SCHEMA_SUITE # SKIP"
	exit 0
fi
if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	echo "1..1"
	echo "ok 1 - the metaschema is not there: install python3-jsonschema # SKIP"
	exit 0
fi
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
rc=0 n=0
say() { # what is claimed, and a command that says whether it holds
	n=$((n + 1)); claim=$1; shift
	if "$@"; then echo "ok $n - $claim"; else echo "not ok $n - $claim"; rc=1; fi
}
same() { diff -u "$1" "$2" > "$tmp/diff" || { sed 's/^/# /' "$tmp/diff"; return 1; }; }
all_run() { [ "$(wc -l < "$1")" -eq "$(wc -l < "$2")" ]; }

/usr/bin/python3 "$srcdir/tests/suite/schema-set.py" "$suite" "$tmp" > "$tmp/set"
for part in required optional; do
	if [ $part = required ]; then find "$tests" -maxdepth 1 -name '*.json'
	else find "$tests/optional" -name '*.json'; fi | sed "s,^$tests/,," | sort > "$tmp/files"
	xargs "${builddir:-.}/tests/suite/schema_suite" "$tmp/set" "$tests" < "$tmp/files" > "$tmp/out" || rc=1
	grep -v '^#' "$tmp/out" > "$tmp/table" || true
	echo "# $part:"
	awk -v n=$n '/^#/ { print; next }
		{ n++; print ($2 == $4 + $6 ? "ok " : "not ok ") n " - " $0 }' "$tmp/out"
	n=$((n + $(wc -l < "$tmp/table")))
	awk -v part=$part '{ tests += $2; passed += $4; left += $6 }
		END { printf "%s: %d tests, %d passed, %d left out\n", part, tests, passed, left }' "$tmp/table" > "$tmp/total"
	say "every $part file has its row" all_run "$tmp/table" "$tmp/files"
	say "$(cat "$tmp/total")" true
	cat "$tmp/table" "$tmp/total" >> "$tmp/all"
done
say "passed and left out is what is expected" same "$srcdir/tests/suite/schema-suite.expected" "$tmp/all"
echo "1..$n"; exit $rc
