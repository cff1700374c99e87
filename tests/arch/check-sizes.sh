#!/bin/sh
# Files stay readable: a .c file to 700 lines, a header to 160.
set -eu
cd "${srcdir:-.}/src"
check() {
	bad=$(find . -name "$2" -exec wc -l {} + | awk -v most="$3" '$2 != "total" && $1 > most')
	if [ -z "$bad" ]; then echo "ok $1 - $2 to $3 lines"
	else echo "$bad" | sed 's/^/# /'; echo "not ok $1 - $2 to $3 lines"; rc=1; fi
}
rc=0
check 1 '*.c' 700
check 2 '*.h' 160
echo "1..2"; exit $rc
