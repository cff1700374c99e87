#!/bin/sh
# Every command explains itself, and refuses what it was not made for.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"

all_commands > "$tmp/commands"
if [ "$(grep -c . "$tmp/commands")" -ge 6 ]; then result 0 "there are commands"
else result 1 "there are commands"; fi

while read -r words; do
	# shellcheck disable=SC2086 # a command's words
	run $words --help
	is "$words --help succeeds" 0 "$status"
	first=$(sed -n 1p "$out")
	case $first in
	"usage: tenantd $words" | "usage: tenantd $words "*) result 0 "$words --help shows its usage" ;;
	*) result 1 "$words --help shows its usage" ;;
	esac
	is "$words --help is silent on standard error" "" "$(cat "$err")"
	# shellcheck disable=SC2086 # a command's words
	run $words --no-such-option
	is "$words refuses an unknown option" 64 "$status"
	says "$words names the option" "$err" \
	    "tenantd: there is no option \"--no-such-option\" (see 'tenantd $words --help')"
	is "$words prints nothing then" "" "$(cat "$out")"
	# shellcheck disable=SC2086 # a command's words
	run $words -x
	is "$words refuses a short option" 64 "$status"
	# shellcheck disable=SC2086 # a command's words
	run $words a b c d
	is "$words refuses too many words" 64 "$status"
	# shellcheck disable=SC2086 # a command's words
	run $words --config
	is "$words: --config needs a file" 64 "$status"
done < "$tmp/commands"

run
is "no command is an error" 64 "$status"
run --help
is "--help succeeds" 0 "$status"
while read -r words; do
	if grep -q "^  $words " "$out"; then result 0 "--help lists $words"
	else result 1 "--help lists $words"; fi
done < "$tmp/commands"
run -h
is "-h succeeds" 0 "$status"
run --version
is "--version succeeds" 0 "$status"
if grep -qx 'tenantd [0-9][0-9.]*' "$out"; then result 0 "--version says it"; else result 1 "--version says it"; fi

run frobnicate
is "an unknown command is an error" 64 "$status"
says "and is named" "$err" "tenantd: there is no command \"frobnicate\": see 'tenantd --help'"
run config frobnicate
is "an unknown second word is an error" 64 "$status"
says "and both are named" "$err" "tenantd: there is no command \"config frobnicate\": see 'tenantd --help'"
run config
is "half a command is an error" 64 "$status"
says "and says so" "$err" "tenantd: command \"config\" needs another word: see 'tenantd config --help'"
for words in "config --help" "config -h" "--help config"; do
	# shellcheck disable=SC2086 # a command's words
	run $words
	is "$words succeeds" 0 "$status"
	is "$words lists the commands that begin so" "config check config print config schemas" \
	    "$(sed -n 's/^  \(config [a-z]*\) .*/\1/p' "$out" | tr '\n' ' ' | sed 's/ $//')"
	is "$words lists no other" 3 "$(grep -c '^  ' "$out")"
done
run --help config check
is "help before the command is the command's" "usage: tenantd config check" "$(sed -n 1p "$out")"
run --frobnicate options
is "an unknown option before the command is an error" 64 "$status"
run options --sample --json
is "formats exclude each other" 64 "$status"
run errors --json --json
is "an option comes once" 64 "$status"
run errors --json=yes
is "a flag takes no value" 64 "$status"

if [ -c /dev/full ]; then
	status=0
	"$tenantd" options > /dev/full 2>"$err" || status=$?
	is "output that cannot be written is an error" 69 "$status"
fi
finish
