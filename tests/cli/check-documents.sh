#!/bin/sh
# The manuals and the sample configuration are what the program prints.
# "check-documents.sh --update" writes them instead.
set -eu
update=${1-}
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"

# The lines of $1 between its marks for $2.
section() {
	awk -v what="$2" '$0 == ".\\\" end " what { inside = 0 }
		inside
		$0 == ".\\\" begin " what { inside = 1 }' "$1"
}
with_section() {
	awk -v what="$2" -v part="$3" '$0 == ".\\\" end " what { inside = 0 }
		!inside
		$0 == ".\\\" begin " what {
			inside = 1
			while ((getline line < part) > 0) print line
		}' "$1"
}
compare() { # NAME FILE-IN-TREE PRINTED
	if cmp -s "$2" "$3"; then result 0 "$1"; else result 1 "$1"; diff "$2" "$3" | sed 's/^/# /'; fi
}
manual() { # PAGE WHAT
	run "$2" --mdoc
	cp "$out" printed
	if [ "$update" = --update ]; then
		with_section "$top/deploy/man/$1" "$2" printed > new
		cp new "$top/deploy/man/$1"
	fi
	section "$top/deploy/man/$1" "$2" > written
	compare "$1 lists the $2" written printed
}

manual tenantd.8 commands
manual tenantd.conf.5 options
run options --sample
cp "$out" printed
[ "$update" != --update ] || cp printed "$top/deploy/tenantd.conf.sample"
compare "tenantd.conf.sample is the printed sample" "$top/deploy/tenantd.conf.sample" printed
for guide in quotas roles security-policy; do
	run guide "$guide"
	cp "$out" printed
	[ "$update" != --update ] || cp printed "$top/deploy/doc/$guide.md"
	compare "$guide.md is the printed guide" "$top/deploy/doc/$guide.md" printed
done
run guide nothing
is "there is no other guide" 65 "$status"
run guide database-schema
is "the guide to the database is of one that there is" 1 "$([ "$status" -ne 0 ] && echo 1)"
finish
