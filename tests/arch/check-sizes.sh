#!/bin/sh
# Files and functions stay readable: a .c file to 700 lines, a header to 160, a function
# to 60 and to 5 parameters.
set -eu
cd "${srcdir:-.}/src"
n=0; rc=0
say() { # name, what breaks it
	n=$((n + 1))
	if [ -z "$2" ]; then echo "ok $n - $1"
	else echo "$2" | sed 's/^/# /'; echo "not ok $n - $1"; rc=1; fi
}
longer() { find . -name "$1" -exec wc -l {} + | awk -v most="$2" '$2 != "total" && $1 > most'; }
say "*.c to 700 lines" "$(longer '*.c' 700)"
say "*.h to 160 lines" "$(longer '*.h' 160)"
say "functions to 60 lines" "$(find . -name '*.c' -exec awk '
	/^\{/ { start = FNR }
	/^\}/ && start { if (FNR - start - 1 > 60) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }
' {} +)"
# "..." counts as one. err_set() and err_tell() fill in file and line for these two.
say "functions to 5 parameters" "$(find . -name '*.c' -exec awk '
	function most(name) { return name == "err_set_at" || name == "err_tell_at" ? 6 : 5 }
	/^[a-z_0-9]+\(/ { head = ""; name = $0; sub(/\(.*/, "", name); start = FNR }
	start { head = head $0 }
	start && /^\{/ {
		depth = 0; count = 1
		for (i = 1; i <= length(head); i++) {
			c = substr(head, i, 1)
			if (c == "(") depth++
			else if (c == ")" && --depth == 0) break
			else if (c == "," && depth == 1) count++
		}
		if (count > most(name)) print FILENAME ":" start ": " name " has " count
		start = 0
	}
	/;$/ { start = 0 }
' {} +)"
echo "1..$n"; exit $rc
