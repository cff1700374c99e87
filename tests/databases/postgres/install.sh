#!/bin/sh
# install.sh DIR - PostgreSQL servers of other major versions, as package-lock.json beside
# this file has them, in DIR, used again when they are there; prints a major version and the
# directory of its programs a line.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

if ! cmp -s "$here/package-lock.json" "$dir/installed"; then
	cp "$here/package.json" "$here/package-lock.json" "$dir"
	(cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund) >"$dir/install.log" 2>&1 || {
		cat "$dir/install.log" >&2
		exit 1
	}
	# The links among their libraries, which the package lists for a script that did not run.
	for list in "$dir"/node_modules/*/native/pg-symlinks.json; do
		tr '{' '\n' <"$list" | sed -n 's/.*"source":"\([^"]*\)","target":"\([^"]*\)".*/\1 \2/p' |
			while read -r source target; do
				ln -sf "$(basename "$source")" "${list%native/*}$target"
			done
	done
	cp "$here/package-lock.json" "$dir/installed"
fi
for bin in "$dir"/node_modules/postgresql-*/native/bin; do
	major=${bin%/native/bin}
	echo "${major##*-} $bin"
done
