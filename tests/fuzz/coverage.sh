#!/bin/sh
# Which lines of what reads outside input the seeds do not reach: coverage.sh [DIR]. Builds
# in DIR (default build/coverage), replays, and prints each such line.
#
# What is left is what no input brings about: memory, descriptors, sockets or a library that
# fail (base/id.c), what takes time (a peer that waits or goes, a signal, a key set that gets
# old; most of http/wire.c), TCP, texts of the program's own that are wrong or that it has not
# (routes, statements), settings other than the drivers', what takes an input of 256 KiB and
# more, or more connections than the drivers' one (making room in http/fcgi.c), a fork, a free of
# NULL, a second look at what was looked at before, and the return behind a switch that has
# every case.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=${1:-$top/build/coverage}
files="
	http/cgi http/cors http/etag http/exchange http/fcgi http/forwarded http/query http/records
	http/request http/router http/wire
	json/check_array json/check_here json/check_object json/check_unevaluated json/check_unique
	json/check_value json/decimal json/format json/format_text json/format_time json/json json/out
	json/parse json/pattern json/refs json/schema json/schema_bundle json/schema_compile
	json/schema_rules json/schema_subs json/uri
	mail/mime text/mustache text/mustache_compile
	auth/auth auth/claims auth/issuers auth/issuers_file auth/jwks auth/jws auth/token
	crypto/base64 crypto/jwk crypto/seal crypto/signature
	conf/check conf/conf conf/file
	base/address base/email base/id base/str net/reach net/url cli/args db/ident"

sh "$top/deploy/build.sh" "$dir" CFLAGS='-O0 -g --coverage'
cd "$dir"
make -s -j"${JOBS:-$(nproc)}" check TESTS= >make.log 2>&1
find . -name '*.gcda' -exec rm -f {} +
srcdir=$top sh "$top/tests/fuzz/replay.sh"
for file in $files; do
	gcov --stdout "src/$file.gcda" 2>/dev/null | awk -v file="src/$file.c" '
		/^ *[0-9#=-]+\*?: *0:Source:/ { here = $0 ~ file "$"; next }
		!here { next }
		/^ *#####:/ { missed[++n] = $0; all++; next }
		/^ *[0-9]+\*?:/ { all++ }
		END {
			printf "%s: %d of %d lines\n", file, all - n, all
			for (i = 1; i <= n; i++) { sub(/^ *#####: */, "", missed[i]); print "    " missed[i] }
		}'
done | awk '{ print } /^src/ { of += $4; reached += $2 } END { print "all: " reached " of " of " lines" }'
