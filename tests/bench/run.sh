#!/bin/sh
# What a request costs, in one table: beside a floor and other programs that do the same
# work where ../shared/bench is there, and alone where it is not.
#
#   run.sh [--seconds N] [--quick] [ROW...]
#
#   existing      getOrCreate of users who have a tenant: nginx, lighttpd, 32 connections
#   current       GET /api/tenant/current
#   context       GET /api/tenant/context, on nginx
#   healthz       GET /healthz
#   new           getOrCreate of new users, with schemas and without
#   login         POST /login, on nginx, as many connections as processors: each hashes
#   verify        a token verified, by algorithm: one not seen before, and one that was
#   events        what events, audit and jobs add to a first call; deliveries a second; the
#                 time until the first attempt
#   bulk          tenants a second that a partner provisions in one request, beside psql's \copy
#                 of the same rows, and what memory that takes
#   invitations   1,000 at once at a limit of 10; what counting a tenant's calls adds to a request
#   list          a page of a partner's million tenants, the first and the 10,000th in turn; memory of
#                 the worker that answers those between
#   creations     POST /api/tenants: tenants that share the database, and with one of their own, from the pool and copied
#   pool          tenants with a database of their own, claimed from the pool and copied from the template
#   instructions  instructions and allocations a request, by layer (callgrind)
#   calls         system calls and database round trips a request (strace)
#   memory        private memory of a worker over 100,000 requests
#   functions     the functions that cost most instructions; only when asked for
#
# --seconds (8): what each program is measured for, in several rounds in turn with the
# others; quote ratios of one run. --quick: tiny numbers, and nothing of ../shared, to see
# that it all works. $TENANTD is the program, else it is built in $BUILD (default build).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
all="existing current context healthz new login verify events bulk invitations creations pool list instructions calls memory" rows='' quick='' seconds=8
python=/usr/bin/python3 # Debian's, which has Debian's modules
export PYTHONDONTWRITEBYTECODE=1

say() { printf '%s\n' "bench: $*" >&2; }
usage() { sed -n '2,29s/^# \{0,1\}//p' "$0"; }
while [ $# -gt 0 ]; do
	case $1 in
	--seconds)
		case ${2:-} in
		'' | *[!0-9]* | 0) say "--seconds takes a whole number"; exit 64 ;;
		esac
		seconds=$2
		shift
		;;
	--quick) quick=--quick ;;
	--help | -h) usage; exit 0 ;;
	-*) usage >&2; exit 64 ;;
	*)
		case " $all functions " in
		*" $1 "*) rows="$rows $1" ;;
		*) say "there is no row \"$1\""; exit 64 ;;
		esac
		;;
	esac
	shift
done

for tool in wrk valgrind strace nginx lighttpd; do
	PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || {
		say "$tool is missing: sh deploy/packages.sh build run lighttpd nginx test bench"
		exit 69
	}
done

build=${BUILD:-$top/build}
if [ -z "${TENANTD:-}" ]; then
	sh "$top/deploy/build.sh" "$build/check" --enable-werror
	TENANTD=$build/check/tenantd
fi
export TENANTD

# The peers' sources lie elsewhere; Node wants its modules beside the file that uses them.
shared=$top/../shared/bench
prepare_peers() {
	PEERS=${PEERS:-$build/peers}
	mkdir -p "$PEERS"
	cp "$shared"/peers/* "$PEERS/"
	chmod -R u+w,a+rX "$PEERS"
	export PEERS
	if command -v npm >/dev/null 2>&1; then
		# shellcheck disable=SC2016 # the inner shell's
		flock "$PEERS" sh -c 'cd "$PEERS" && { [ -d node_modules/fastify ] ||
		    npm install --no-audit --no-fund --loglevel=error >npm.log 2>&1; }' ||
		    say "npm could not install the peers: see $PEERS/npm.log"
	fi
}
if [ -n "$quick" ]; then :
elif [ ! -f "$shared/limit/hello.c" ]; then
	say "../shared/bench is not there: no floor and no peers to compare with"
else
	prepare_peers
	set -- --shared "$shared"
fi
# shellcheck disable=SC2086 # each row is a word
exec "$python" "$here/bench.py" --seconds "$seconds" $quick "$@" ${rows:-$all}
