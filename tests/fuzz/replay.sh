#!/bin/sh
# Every fuzz driver over its seeds, and those of schemas over the official suite's tests
# where JSON_SCHEMA_SUITE names them: nothing that holds is broken by any of them.
set -eu
top=$(cd "${srcdir:-.}" && pwd)/tests/fuzz bin=${builddir:-.}/tests/fuzz
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
suite=${JSON_SCHEMA_SUITE:-${srcdir:-.}/../shared/json-schema-test-suite}
n=0; rc=0
for seeds in "$top"/*.seeds; do
	name=$(basename "$seeds" .seeds)
	n=$((n + 1))
	cat "$seeds" > "$tmp/$name.seeds"
	case $name in
	schema*) if [ -d "$suite" ]; then
		/usr/bin/python3 "$top/suite.py" "$name" "$suite" >> "$tmp/$name.seeds"
	fi ;;
	esac
	seeds=$tmp/$name.seeds
	# A fuzzer's own main() takes a directory of inputs.
	if grep -q LLVMFuzzerRunDriver "$bin/fuzz_$name"; then
		/usr/bin/python3 "$top/seeds.py" unpack "$seeds" "$tmp/$name"
		set -- -runs=0 "$tmp/$name"
	else set -- "$seeds"; fi
	if "$bin/fuzz_$name" "$@" >"$tmp/out" 2>&1; then
		echo "ok $n - $name: $(grep -vc '^\(#\|$\)' "$seeds") seeds"
	else
		tail -n 40 "$tmp/out" | sed 's/^/# /'
		echo "not ok $n - $name"; rc=1
	fi
done
echo "1..$n"; exit $rc
