#!/bin/sh
# test_door.py as TAP. It needs /usr/bin/python3 and its pytest, and says so without.
set -eu
top=$(cd "${srcdir:-.}" && pwd)
ECHO=$(cd "${builddir:-.}" && pwd)/tests/http/echo
export ECHO PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
if ! $python -c 'import pytest' 2>/dev/null; then
	echo "1..0 # SKIP no pytest for $python"; exit 0
fi
out=$(mktemp); trap 'rm -f "$out"' EXIT
rc=0
$python -m pytest -p no:cacheprovider --noconftest -v --tb=short --color=no --rootdir="$top/tests/http" \
	"$top/tests/http/test_door.py" >"$out" 2>&1 || rc=$?
awk -f "$top/tests/lib/pytest-tap.awk" "$out"
exit $rc
