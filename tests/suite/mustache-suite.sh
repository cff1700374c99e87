#!/bin/sh
# The Mustache specification's own tests, all of its required modules: every one passes.
# MUSTACHE_SPEC names a checkout of it.
set -eu
LC_ALL=C; export LC_ALL
srcdir=${srcdir:-.}
specs=${MUSTACHE_SPEC:-$srcdir/../shared/mustache-spec}/specs
if [ ! -d "$specs" ]; then
	echo "1..1"
	echo "ok 1 - specification not there: clone github.com/mustache/spec and set MUSTACHE_SPEC # SKIP"
	exit 0
fi
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
rc=0
"${builddir:-.}/tests/suite/mustache_suite" "$specs" comments.json delimiters.json interpolation.json \
    inverted.json partials.json sections.json > "$tmp/out" || rc=1
grep -v '^#' "$tmp/out" > "$tmp/table" || true
cat > "$tmp/expected" <<'TABLE'
comments.json          12 tests   12 passed
delimiters.json        14 tests   14 passed
interpolation.json     42 tests   42 passed
inverted.json          22 tests   22 passed
partials.json          12 tests   12 passed
sections.json          34 tests   34 passed
TABLE
awk '/^#/ { print; next } { n++; print ($2 == $4 ? "ok " : "not ok ") n " - " $0 }' "$tmp/out"
if diff -u "$tmp/expected" "$tmp/table" > "$tmp/diff"; then echo "ok 7 - all of them were run"
else sed 's/^/# /' "$tmp/diff"; echo "not ok 7 - all of them were run"; rc=1; fi
echo "1..7"; exit $rc
