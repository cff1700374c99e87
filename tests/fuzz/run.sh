#!/bin/sh
# Runs the fuzz drivers, for "make fuzz" in a build with --enable-fuzz:
#
#   make fuzz [TIME=60] [DRIVER=json] [JOBS=1]   seconds for each driver; all of them, one at
#                                                a time. libFuzzer's where CC is clang,
#                                                afl-fuzz where it is afl-clang-fast
#   make fuzz-keep [DRIVER=json]                 adds to the seeds in the source tree what was
#                                                found to reach more than they do (clang)
#
# What comes of it is in fuzz/ of the build directory: NAME/corpus, NAME/findings, NAME/log.
# With a finding the exit status is not 0, and the last lines say how to see it again.
set -u
action=${1:-fuzz}
top=$(cd "$(dirname "$0")" && pwd)
work=$PWD/fuzz bin=$PWD/tests/fuzz
suite=${JSON_SCHEMA_SUITE:-$top/../../../shared/json-schema-test-suite}
TIME=${TIME:-60} python=/usr/bin/python3

libfuzzer() { # libfuzzer NAME
	"$bin/fuzz_$1" -max_total_time="$TIME" -dict="$top/$1.dict" -max_len=16384 -timeout=10 \
	    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$work/$1/findings/" \
	    "$work/$1/corpus" "$work/$1/seeds"
}
afl() { # afl NAME
	rm -rf "$work/$1/afl"
	find "$work/$1/corpus" -type f -exec cp {} "$work/$1/seeds/" \;
	AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
	    afl-fuzz -i "$work/$1/seeds" -o "$work/$1/afl" -x "$top/$1.dict" -V "$TIME" -m none -t 5000 \
	    -- "$bin/fuzz_$1" || return
	find "$work/$1/afl/default/queue" -name 'id*' -exec cp {} "$work/$1/corpus/" \;
	find "$work/$1/afl/default/crashes" "$work/$1/afl/default/hangs" -name 'id*' \
	    -exec cp {} "$work/$1/findings/" \;
}
one() { # one NAME: a driver for its time
	rm -rf "$work/$1/seeds"
	mkdir -p "$work/$1/corpus" "$work/$1/findings"
	$python "$top/seeds.py" unpack "$top/$1.seeds" "$work/$1/seeds" || return
	case $1 in
	schema*) if [ -d "$suite" ]; then
		$python "$top/suite.py" "$1" "$suite" > "$work/$1/suite.seeds" &&
		    $python "$top/seeds.py" unpack "$work/$1/suite.seeds" "$work/$1/seeds" || return
	fi ;;
	esac
	for file in "$work/$1/findings"/*; do # what was mended since is none any more
		if [ -f "$file" ] && "$bin/fuzz_$1" "$file" >"$work/$1/log" 2>&1; then rm "$file"; fi
	done
	"$engine" "$1" >"$work/$1/log" 2>&1
	status=$?
	if [ $status -eq 0 ] && [ -z "$(ls "$work/$1/findings")" ]; then
		printf '%s: nothing in %s s; %s\n' "$1" "$TIME" "$(summary "$1")"
		return
	fi
	printf '%s: exit status %s, see %s\n' "$1" $status "$work/$1/log"
	for file in "$work/$1/findings"/*; do
		if [ -f "$file" ]; then printf 'again: %s %s\n' "$bin/fuzz_$1" "$file"; fi
	done
	return 1
}
summary() { # executions, and coverage as the engine counts it
	if [ "$engine" = afl ]; then
		sed -n 's/^\(execs_done\|edges_found\|bitmap_cvg\) *: /\1 /p' "$work/$1/afl/default/fuzzer_stats" | tr '\n' ' '
	else
		sed -n 's/^stat::number_of_executed_units: */executions /p' "$work/$1/log" | tr '\n' ' '
		grep -o 'cov: [0-9]*' "$work/$1/log" | tail -n 1
	fi
}
keep() { # keep NAME
	rm -rf "$work/$1/seeds"
	mkdir -p "$work/$1/corpus"
	$python "$top/seeds.py" unpack "$top/$1.seeds" "$work/$1/seeds" &&
	    "$bin/fuzz_$1" -merge=1 -use_counters=0 "$work/$1/seeds" "$work/$1/corpus" >"$work/$1/log" 2>&1 &&
	    $python "$top/seeds.py" add "$top/$1.seeds" "$work/$1/seeds" && wc -lc "$top/$1.seeds"
}

# shellcheck disable=SC2153 # exported below, for ourselves
if [ "$action" = one ]; then engine=$ENGINE; one "$2"; exit; fi
# shellcheck disable=SC2012 # their names are plain
names=${DRIVER:-$(cd "$top" && ls -- *.seeds | sed 's/\.seeds$//')}
for name in $names; do
	if [ ! -f "$top/$name.seeds" ]; then echo "there is no driver \"$name\"" >&2; exit 64; fi
	if ! grep -q LLVMFuzzerRunDriver "$bin/fuzz_$name"; then
		echo "these drivers are built to replay: configure with --enable-fuzz CC=clang" >&2
		exit 64
	fi
done
case $CC in *afl*) engine=afl ;; *) engine=libfuzzer ;; esac
if [ "$action" = fuzz-keep ]; then
	for name in $names; do keep "$name" || exit 1; done
	exit
fi
# shellcheck disable=SC2086 # names are words
printf '%s\n' $names | ENGINE=$engine TIME=$TIME xargs -P "${JOBS:-1}" -I NAME sh "$top/run.sh" one NAME
