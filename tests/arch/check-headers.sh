#!/bin/sh
# Every header compiles alone, and twice.
set -eu
top=${srcdir:-.}; tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
n=0; rc=0
for h in $(cd "$top/src" && find . -name '*.h' | sed 's,^\./,,' | sort); do
	n=$((n + 1))
	printf '#include "%s"\n#include "%s"\n' "$h" "$h" > "$tmp/t.c"
	# shellcheck disable=SC2086 # flags are words
	if ${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -fsyntax-only \
	    -D_GNU_SOURCE ${TEST_CPPFLAGS:-} -I"$top/src" -I"${builddir:-.}/src" "$tmp/t.c"; then echo "ok $n - $h"
	else echo "not ok $n - $h"; rc=1; fi
done
echo "1..$n"; exit $rc
