#!/bin/sh
# Manual pages are clean mdoc.
set -eu
if command -v mandoc >/dev/null; then exec sh "${srcdir:-.}/tests/arch/analyze.sh" mandoc; fi
cd "${srcdir:-.}/deploy/man"
n=0; rc=0
for page in *.[1-9]; do
	n=$((n + 1))
	found=$(groff -mdoc -Tutf8 -ww -z "$page" 2>&1)
	if [ -z "$found" ]; then echo "ok $n - $page"
	else echo "$found" | sed 's/^/# /'; echo "not ok $n - $page"; rc=1; fi
done
echo "1..$n"; exit $rc
