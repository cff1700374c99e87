#!/bin/sh
# test_island.py as TAP, on an island: see tests/lib/island.py. Where there can be none, and
# without pytest, it says so.
set -eu
top=$(cd "${srcdir:-.}" && pwd)
CALL=$(cd "${builddir:-.}" && pwd)/tests/net/call
python=/usr/bin/python3
dir=$(mktemp -d /tmp/tdi.XXXXXX)
trap 'rm -rf "$dir"' EXIT
ISLAND_NAMES=$dir/names
export CALL ISLAND_NAMES PYTHONDONTWRITEBYTECODE=1
if ! $python -c 'import pytest' 2>/dev/null; then
	echo "1..0 # SKIP no pytest for $python"; exit 0
fi
why=$($python "$top/tests/lib/island.py" --why-not)
if [ -n "$why" ]; then
	echo "1..0 # SKIP no network of one's own: $(echo "$why" | tr '\n' ' ')"; exit 0
fi
echo '{}' >"$ISLAND_NAMES"
rc=0
$python "$top/tests/lib/island.py" "$ISLAND_NAMES" $python -m pytest -p no:cacheprovider --noconftest -v --tb=short \
	--color=no --rootdir="$top/tests/net" "$top/tests/net/test_island.py" >"$dir/out" 2>&1 || rc=$?
awk -f "$top/tests/lib/pytest-tap.awk" "$dir/out"
exit $rc
