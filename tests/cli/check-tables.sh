#!/bin/sh
# The program prints its own tables, for people and as JSON.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"

for table in commands errors mails options routes statements; do
	run $table
	is "$table succeeds" 0 "$status"
	if [ "$(wc -l < "$out")" -gt 5 ]; then result 0 "$table has rows"; else result 1 "$table has rows"; fi
	rows=$(($(wc -l < "$out") - 1))
	run $table --json
	is_json "$table --json is JSON" "$out"
	is "$table --json has the same rows" "$rows" \
	    "$(python3 -c 'import json,sys; print(len(json.load(open(sys.argv[1]))))' "$out")"
done

rows=$(grep -c '^OPTION(' "$top/src/conf/options.def")
run options --json
is "every option is printed" "$rows" \
    "$(python3 -c 'import json,sys; print(len({r["option"] for r in json.load(open(sys.argv[1]))}))' "$out")"
rows=$(grep -c '^COMMAND(' "$top/src/cli/commands.def")
run commands --json
is "every command is printed" "$rows" \
    "$(python3 -c 'import json,sys; print(len({r["command"] for r in json.load(open(sys.argv[1]))}))' "$out")"
rows=$(grep -c '^ROUTE(' "$top/src/controllers/routes.def")
run routes --json
is "every route is printed" "$rows" \
    "$(python3 -c 'import json,sys; print(len(json.load(open(sys.argv[1]))))' "$out")"
for file in "$top"/sql/query/*.sql; do
	name=$(basename "$file" .sql)
	grep -v '^--' "$file" > wanted
	run statements "$name"
	if cmp -s wanted "$out"; then result 0 "statement $name is printed as its file has it"
	else result 1 "statement $name is printed as its file has it"; fi
done
run statements no_such
is "an unknown statement is told" 66 "$status"
run errors
says "errors carry their statuses" "$out" \
    "CONFLICT                     409           73  conflict                   This already exists or has changed."
finish
