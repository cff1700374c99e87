#!/bin/sh
# Builds out of tree: build.sh DIR [CONFIGURE-OPTION...]. A directory that is configured
# with the same options is used again. CPUs: JOBS, else all of them.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
dir=$1
shift
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
options=$*

# configure is made in the source tree, by one of us at a time.
current() {
	[ -x "$top/configure" ] && [ -f "$top/Makefile.in" ] &&
	    [ -z "$(find "$top/configure.ac" "$top/Makefile.am" -newer "$top/Makefile.in")" ]
}
(
	flock 9
	if ! current; then (cd "$top" && ./autogen.sh); fi
) 9<"$top/configure.ac" >"$dir/autogen.log" 2>&1 || {
	cat "$dir/autogen.log" >&2
	exit 1
}

cd "$dir"
if [ ! -f Makefile ] || [ "$options" != "$(cat configured 2>/dev/null)" ]; then
	rm -f configured
	"$top/configure" --quiet "$@" >configure.log 2>&1 || {
		tail -n 20 configure.log >&2
		exit 1
	}
	printf '%s\n' "$options" >configured
fi
make -s -j"${JOBS:-$(nproc)}" >make.log 2>&1 || {
	tail -n 40 make.log >&2
	exit 1
}
