#!/bin/sh
# What must be installed: the one list. Debian 12's names; "a|b" is satisfied by either,
# and a is what is installed when neither is there.
#
#   packages.sh [--check | --list] GROUP...     build run lighttpd nginx apache pgbouncer test analysis node
#                                               browser bench fuzz
#
# Without an option it installs what is missing, when it may (root, or sudo that asks for
# no password); otherwise it says what to install and ends with 69. --check only says.
set -eu

build="gcc make pkg-config autoconf automake libc6-dev xz-utils
	libpq-dev libjson-c-dev libjwt-dev libssl-dev uuid-dev libpcre2-dev
	libcurl4-openssl-dev|libcurl4-gnutls-dev libargon2-dev libunistring-dev libhiredis-dev"
run="postgresql|postgresql-14|postgresql-15|postgresql-16|postgresql-17|postgresql-18
	curl"
lighttpd="lighttpd"
nginx="nginx-light|nginx-core|nginx-full|nginx-extras|nginx"
apache="apache2 libapache2-mod-fcgid"
pgbouncer="pgbouncer"
test="spawn-fcgi multiwatch redis-server
	libcmocka-dev valgrind libc6-dbg mandoc procps git systemd iproute2
	python3 python3-pytest python3-pytest-xdist python3-psycopg2 python3-django python3-jwt python3-cryptography
	python3-aiosmtpd python3-jsonschema python3-requests-oauthlib oathtool"
analysis="clang clang-format clang-tidy clang-tools cppcheck shellcheck mandoc python3-pyflakes"
bench="wrk libfcgi-dev valgrind libc6-dbg strace python3 python3-psycopg2 python3-jwt
	python3-fastapi python3-asyncpg uvicorn"
browser="chromium"
fuzz="clang libclang-rt-14-dev|libclang-rt-dev llvm afl++ python3"

say() { printf '%s\n' "packages: $*" >&2; }

# Node in any edition from 18 on; Debian's when there is none.
node_packages() {
	if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
	    [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 18 ]; then
		return
	fi
	echo nodejs npm
}

names() {
	for group; do
		case $group in
		build) echo "$build" ;;
		run) echo "$run" ;;
		lighttpd) echo "$lighttpd" ;;
		nginx) echo "$nginx" ;;
		apache) echo "$apache" ;;
		pgbouncer) echo "$pgbouncer" ;;
		test) echo "$test" ;;
		analysis) echo "$analysis" ;;
		bench) echo "$bench" ;;
		node) node_packages ;;
		browser) echo "$browser" ;;
		fuzz) echo "$fuzz" ;;
		*) say "there is no group \"$group\""; exit 64 ;;
		esac
	done
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The first name of every entry of which no alternative is installed.
missing() {
	for entry in $(names "$@"); do
		found=
		for name in $(echo "$entry" | tr '|' ' '); do
			if installed "$name"; then found=yes; break; fi
		done
		[ -n "$found" ] || echo "${entry%%|*}"
	done | sort -u | tr '\n' ' '
}

# Packages of servers start them when they are installed. Nobody asked for that, and where
# no init runs it fails: a policy-rc.d says no while we install, unless there is one.
install_them() {
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap '$as_root rm -f "$policy"' EXIT
		trap 'exit 130' INT TERM
		printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
		$as_root chmod 755 "$policy"
	fi
	say "installing $*"
	wait_for_lock="-o DPkg::Lock::Timeout=300"
	# shellcheck disable=SC2086 # words, not one
	$as_root apt-get $wait_for_lock -q update >/dev/null ||
	    say "apt-get update failed: going on with the lists that are there"
	# shellcheck disable=SC2086 # words, not one
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get $wait_for_lock -q -y \
	    --no-install-recommends install "$@" >/dev/null
}

mode=install
case ${1:-} in
--check) mode=check; shift ;;
--list) mode=list; shift ;;
-*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
[ $# -gt 0 ] || set -- build run lighttpd nginx test node

if [ $mode = list ]; then
	wanted=$(names "$@")
	# shellcheck disable=SC2086 # words, not one
	printf '%s\n' $wanted
	exit 0
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
	wanted=$(names "$@")
	# shellcheck disable=SC2086 # words, not one
	say "this is not Debian; going on in the hope that these are here:" $wanted
	exit 0
fi
lack=$(missing "$@")
[ -n "$lack" ] || exit 0
if [ $mode = check ]; then say "missing: $lack"; exit 69; fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root=sudo
	else
		say "missing, and only root may install; as root:"
		say "  apt-get install --no-install-recommends $lack"
		exit 69
	fi
fi
# shellcheck disable=SC2086 # words, not one
install_them $lack
