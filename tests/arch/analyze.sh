#!/bin/sh
# Static analysis of the whole tree, a line in TAP for every tool; a finding is a failure,
# and so is a tool that is not there. Files are found, not listed.
#
#   analyze.sh [TOOL...] [-- PREPROCESSOR-FLAG...]     ("make analyze" knows the flags)
#
# Without a TOOL all of them: clang-format cppcheck gcc clang-tidy scan-build shellcheck
# mandoc pyflakes. A finding that is wrong is silenced at its line, with the reason;
# .clang-tidy and the lines below say which matters of taste are off. CPUs: JOBS, else all.
# shellcheck disable=SC2317 # run_TOOL is called by a name that is put together
set -u
top=${srcdir:-$(dirname "$0")/../..}
cc=${CC:-gcc}
jobs=${JOBS:-$(nproc)}
[ -f "$top/src/LAYERS" ] || { echo "Bail out! $top is not the source tree"; exit 64; }
tmp=$(mktemp -d /tmp/tda.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM

# -- what there is --

found() { # found FIND-TEST...: files that are sources
	(cd "$top" && find .ci autogen.sh deploy sql src tests \
	    \( -name node_modules -o -name __pycache__ \) -prune -o -type f \( "$@" \) -print | sort) |
	    sed "s,^,$top/,"
}
scripts() { # by name or by first line
	found -name '*' | xargs -d '\n' awk 'FNR == 1 && (FILENAME ~ /\.sh$/ || /^#!.*[\/ ](ba|da)?sh( |$)/) {
		print FILENAME
	} { nextfile }'
}
# each N COMMAND...: once for every N files of stdin; what one call says stays together.
each() {
	n=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's
	xargs -d '\n' -P "$jobs" -n "$n" sh -c '
		said=$("$@" 2>&1); status=$?
		[ $status -eq 0 ] || printf "%s\n" "$said"
		exit $status' each "$@"
}

# -- the tools --

run_clang_format() {
	found -name '*.[ch]' | each 40 clang-format --dry-run -Werror
}
# Taste: declarations stand at a function's head; glibc keeps usleep().
run_cppcheck() {
	cppcheck -I"$top/src" --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,style,performance,portability,unusedFunction \
	    --suppress=variableScope --suppress=usleepCalled \
	    --library=posix --library=gnu --library=openssl --library=libcurl \
	    "$top/src" "$top/tests"
}
# Optimised, as the program is: the analyser sees what is inlined.
run_gcc() {
	found -name '*.c' | each 1 "$cc" -std=gnu11 -O2 -fanalyzer -Werror "$@" -S -o /dev/null
}
run_clang_tidy() {
	for flag; do printf '%s\n' "$flag"; done >"$tmp/compile_flags.txt"
	echo -std=gnu11 >>"$tmp/compile_flags.txt"
	found -name '*.c' | each 1 clang-tidy --quiet -p "$tmp"
}
# The compiler it stands for only reads. The program alone: half of the time that all else
# takes goes into it, and the tests' sources have two analysers.
run_scan_build() {
	found -path 'src/*.c' >"$tmp/sources"
	# shellcheck disable=SC2016 # the inner shell's
	scan-build -o "$tmp/scan" --status-bugs --use-cc="$cc" \
	    xargs -a "$tmp/sources" -P "$jobs" -n 1 sh -c 'exec $CC "$@"' each -std=gnu11 "$@" -fsyntax-only
}
run_shellcheck() {
	scripts | each 5 shellcheck
}
# Taste: lines of any length. Pages that this machine has not are not missing.
run_mandoc() {
	found -name '*.[1-9]' | xargs -d '\n' mandoc -T lint -W style >"$tmp/pages"
	[ $? -lt 124 ] && ! grep -vE 'STYLE: (input text line longer|referenced manual not found)' "$tmp/pages"
}
run_pyflakes() {
	found -name '*.py' | xargs -d '\n' /usr/bin/python3 -m pyflakes
}

# -- the verdicts --

wanted=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	wanted="$wanted $1"
	shift
done
[ $# -eq 0 ] || shift
n=0 failed=0
for tool in ${wanted:-clang-format cppcheck gcc clang-tidy scan-build shellcheck mandoc pyflakes}; do
	n=$((n + 1))
	began=$(date +%s)
	"run_$(echo "$tool" | tr - _)" "$@" >"$tmp/said" 2>&1
	status=$?
	took="# $(($(date +%s) - began)) s"
	if [ $status -eq 0 ]; then echo "ok $n - $tool $took"; continue; fi
	sed 's/^/# /' "$tmp/said"
	echo "not ok $n - $tool $took"
	failed=1
done
echo "1..$n"
exit $failed
