#!/bin/sh
# All tests, from nothing: installs what they need (when it may), builds out of tree, runs
# every suite; the last line is "N passed, N failed".
#
#   run.sh [--quick] [--build DIR] [SUITE...]
#
#   lint       make analyze: every analyser over every source, script and manual
#   check      make check: units, architecture, database, processes, commands
#   sql        the schema, triggers and isolation in a real database, tests/sql
#   api        cases over FastCGI, tests/api
#   e2e        real web servers and clients, tests/e2e
#   databases  tests/databases, and much of sql and api, on the oldest and the newest PostgreSQL, a
#              part of it on those between, one role and many, PgBouncer, a standby that is promoted
#   distcheck  make distcheck: builds from the tarball alone, which has every file
#   sanitize   check, api and much of e2e in a build with AddressSanitizer and UndefinedBehaviorSanitizer
#   valgrind   api under valgrind, but for what asks every route alike (pytest's marker "alike"),
#              which "sanitize" goes through too
#
# Without a SUITE all of them; with --quick the first five. Builds lie in DIR (default
# build) and are used again; while another run holds that, a temporary one is used.
# PYTEST_OPTIONS go to pytest. KILL_MATRIX=all: e2e kills a creation at each point under every
# onFailure; without it at each point under one, and at each step under every one.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
all="lint check sql api e2e databases distcheck sanitize valgrind" quick="lint check sql api e2e"
suites='' build=$top/build
export PYTHONDONTWRITEBYTECODE=1

say() { printf '%s\n' "$*"; }
while [ $# -gt 0 ]; do
	case $1 in
	--quick) suites=$quick ;;
	--build) build=$2; shift ;;
	--help | -h) sed -n '2,23s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*)
		case " $all " in
		*" $1 "*) suites="$suites $1" ;;
		*) say "run.sh: there is no suite \"$1\"" >&2; exit 64 ;;
		esac
		;;
	esac
	shift
done
suites=${suites:-$all}

passed=0 failed=0 skipped=0
scratch=$(mktemp -d /tmp/tdr.XXXXXX)
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

mkdir -p "$build" && build=$(cd "$build" && pwd) || exit 1
exec 8>"$build/lock"
if ! flock -n 8; then
	build=$scratch/build
	say "another run holds the build directory: building in $build"
	mkdir "$build"
fi

# -- counting --

# tally NAME PASSED FAILED SKIPPED: a suite that reports nothing has failed.
tally() {
	if [ $(($2 + $3)) -eq 0 ]; then
		say "$1: no test has reported"
		failed=$((failed + 1))
		return
	fi
	passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
	say "$1: $2 passed, $3 failed, $4 skipped ($(($(date +%s) - started)) s)"
}
once() { # once NAME STATUS: a suite that is one verdict
	if [ "$2" -eq 0 ]; then tally "$1" 1 0 0; else tally "$1" 0 1 0; fi
}
# Automake's summary of a "make check".
tally_make() { # tally_make NAME LOG STATUS
	count() { sed -n "s/^# $1: *\([0-9][0-9]*\)\$/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'; }
	log=$2
	bad=$(($(count FAIL) + $(count XPASS) + $(count ERROR)))
	if [ "$3" -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
	if [ $bad -ne 0 ]; then
		grep -hE '^(not ok|FAIL|ERROR|# FAIL)' "$4"/tests/*/*.log 2>/dev/null | head -n 40
		tail -n 40 "$log"
	fi
	tally "$1" "$(count PASS)" $bad "$(count SKIP)"
}
# pytest's junit file.
tally_pytest() { # tally_pytest NAME XML STATUS
	# shellcheck disable=SC2046 # three numbers are three words
	set -- "$1" "$3" $(/usr/bin/python3 - "$2" <<-'PY'
		import sys, xml.etree.ElementTree as tree
		try:
		    suites = list(tree.parse(sys.argv[1]).iter("testsuite"))
		except (OSError, tree.ParseError):
		    suites = []
		total, bad, skipped = (sum(int(s.get(k)) for s in suites for k in keys)
		                       for keys in (["tests"], ["failures", "errors"], ["skipped"]))
		print(max(total - bad - skipped, 0), bad, skipped)
	PY
	)
	if [ "$2" -ne 0 ] && [ "$4" -eq 0 ]; then tally "$1" "$3" 1 "$5"; else tally "$1" "$3" "$4" "$5"; fi
}

# -- building --

build_in() { # build_in NAME CONFIGURE-OPTION...: once a run
	where=$build/$1
	shift
	sh "$top/deploy/build.sh" "$where" "$@" 8>&- || {
		say "the build in $where failed"
		return 1
	}
}
make_check() { # make_check NAME DIR
	make -C "$2" -j"${JOBS:-$(nproc)}" -k check >"$2/check.log" 2>&1 8>&-
	tally_make "$1" "$2/check.log" $? "$2"
}
# py NAME OPTION... DIR...: pytest, a file to a process, since most tests wait; $TENANTD is the program
py() {
	name=$1
	shift
	py_run "$name" -n "${PYTEST_JOBS:-3}" --dist loadfile "$@"
	tally_pytest "$name" "$scratch/$name.xml" $?
}
py_run() {
	name=$1
	shift
	# shellcheck disable=SC2086 # options are words
	(cd "$top/tests" && exec timeout 3600 /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml="$scratch/$name.xml" \
	    -o junit_family=xunit2 ${PYTEST_OPTIONS:-} "$@") 8>&-
}
# The same in the background, and what came of it once all are done.
py_later() {
	(py_run "$@"; echo $? >"$scratch/$1.status") >"$scratch/$1.out" 2>&1
}
py_told() {
	for name; do
		cat "$scratch/$name.out"
		tally_pytest "$name" "$scratch/$name.xml" "$(cat "$scratch/$name.status")"
	done
}

# -- suites --

suite_lint() {
	build_in check --enable-werror || { once lint 1; return; }
	make -C "$build/check" -s analyze >"$scratch/lint" 2>&1 8>&-
	status=$? bad=$(grep -c '^not ok' "$scratch/lint")
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	cat "$scratch/lint"
	tally lint "$(grep -c '^ok' "$scratch/lint")" "$bad" 0
}
suite_check() {
	build_in check --enable-werror || { once check 1; return; }
	make_check check "$build/check"
}
suite_sql() {
	build_in check --enable-werror || { once sql 1; return; }
	TENANTD=$build/check/tenantd py sql --dist load sql
}
suite_api() {
	build_in check --enable-werror || { once api 1; return; }
	TENANTD=$build/check/tenantd py api api
}
suite_e2e() {
	build_in check --enable-werror || { once e2e 1; return; }
	TENANTD=$build/check/tenantd NODE_DIR=$build/node py e2e e2e
}
# Two major versions at a time, and beside them what mostly waits. DATABASES=all: all of sql and
# api on each version, not a sample, which is smaller between the oldest and the newest.
suite_databases() {
	build_in check --enable-werror || { once databases 1; return; }
	place=$build/postgres
	# PostgreSQL refuses root, and must get there
	if [ "$(id -u)" -eq 0 ] && ! runuser -u postgres -- test -x "$build"; then place=$scratch/postgres; fi
	sh "$top/tests/databases/postgres/install.sh" "$place" >"$scratch/servers" || { once databases 1; return; }
	main="api/test_cases.py api/test_races.py"
	stands=databases/test_footings.py::test_it_stands_and_the_first_calls_race
	edges=" $(sed -n '1p;$p' "$scratch/servers" | sed 's/ .*//' | tr '\n' ' ')"
	(
		export TENANTD="$build/check/tenantd"
		for lane in 0 1; do
			awk "NR % 2 == $lane" "$scratch/servers" | while read -r major bin; do
				case $edges in
				*" $major "*) part=$major ;;
				*) part=$major/4 ;;
				esac
				[ "${DATABASES:-}" = all ] || export TEST_SAMPLE="$part"
				# shellcheck disable=SC2086 # $main is several tests
				PG_BINDIR=$bin py_later "postgresql-$major" sql $main $stands </dev/null
			done &
		done
		py_later databases databases &
		# shellcheck disable=SC2086 # $main is several tests
		{
			# one role has all rights either way: a half of the cases each
			TEST_SAMPLE=0/2 TEST_FOOTING=guest py_later one-role $main
			TEST_FOOTING=least py_later separate-roles $main
			TEST_SAMPLE=1/2 TEST_FOOTING=guest TEST_POOLER=on py_later pgbouncer $main
		} &
		wait
	)
	# shellcheck disable=SC2046 # a name a line
	py_told databases $(sed 's/^\([0-9]*\) .*/postgresql-\1/' "$scratch/servers") one-role separate-roles pgbouncer
}
suite_distcheck() {
	build_in check --enable-werror || { once distcheck 1; return; }
	# shellcheck disable=SC2016 # make's variable
	make -C "$build/check" -s -j"${JOBS:-$(nproc)}" distcheck AM_MAKEFLAGS='TESTS="$(BRIEF_TESTS)"' \
	    >"$build/check/distcheck.log" 2>&1 8>&-
	status=$?
	[ $status -eq 0 ] || tail -n 60 "$build/check/distcheck.log"
	once distcheck $status
	git -C "$top" ls-files >"$scratch/files" 2>/dev/null || return 0
	tar -tf "$build"/check/tenantd-*.tar.xz | sed 's,^[^/]*/,,' >"$scratch/packed"
	grep -vE '(^|/)\.git' "$scratch/files" | grep -vxFf "$scratch/packed" >"$scratch/missing"
	sed 's/^/not in the tarball: /' "$scratch/missing"
	[ ! -s "$scratch/missing" ]
	once tarball $?
}
suite_sanitize() {
	build_in sanitize --enable-werror --enable-sanitizers=address,undefined || { once sanitize 1; return; }
	make_check sanitize-check "$build/sanitize"
	started=$(date +%s)
	TENANTD=$build/sanitize/tenantd TEST_PATIENCE=2 py sanitize-api -m "not plain" api
	started=$(date +%s)
	# What goes through the most of the program; the others do the same to it, and take their time.
	# shellcheck disable=SC2046 # a file a word
	TENANTD=$build/sanitize/tenantd TEST_PATIENCE=2 NODE_DIR=$build/node py sanitize-e2e -m "not plain" \
	    $(printf 'e2e/test_%s.py ' activation alone doors feed identity mail notify robustness shortage webhook_addresses webhooks)
}
suite_valgrind() {
	build_in check --enable-werror || { once valgrind 1; return; }
	say "valgrind: without the refusals of api/test_routes.py and without api/test_matrix.py; sanitize has them"
	TENANTD=$build/check/tenantd TEST_PATIENCE=15 \
	    VALGRIND="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --num-callers=25" \
	    py valgrind -m "not alike and not plain" api
}

begun=$(date +%s)
sh "$top/deploy/packages.sh" build run lighttpd nginx apache pgbouncer test analysis node browser bench ||
    say "packages are missing: the suites that need them will fail"
for suite in $suites; do
	started=$(date +%s)
	say "== $suite"
	"suite_$suite"
done
say "$(($(date +%s) - begun)) s"
[ $skipped -eq 0 ] || say "$skipped skipped"
say "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
