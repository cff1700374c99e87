#!/bin/sh
# The master and its signals, with a toy worker.
set -eu
toy=$(cd "${builddir:-.}" && pwd)/tests/proc/toy
python=$(command -v python3) || { echo "1..0 # SKIP no python3"; exit 0; }
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "${srcdir:-.}/tests/proc/drive.py" "$toy"
