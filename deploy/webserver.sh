#!/bin/sh
# Writes a web server's configuration from the samples beside this file:
#   webserver.sh KIND RUN HOST PORT SOCKET [TENANTD CONFIG]
# KIND: lighttpd, nginx, apache; or lighttpd-spawn, apache-fcgid or apache-cgi (then TENANTD
# and CONFIG say what to start); or multiwatch, which is none of them, but keeps SOCKET for
# what it starts. RUN: the directory for its files. Prints the command that runs it in the
# foreground, a word a line.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kind=$1 run=$2 host=$3 port=$4 socket=$5 tenantd=${6:-} config=${7:-}

fill() {
	sed -e "s|@RUN@|$run|g" -e "s|@HOST@|$host|g" -e "s|@PORT@|$port|g" \
	    -e "s|@LISTEN@|$host:$port|g" -e "s|@SOCKET@|$socket|g" \
	    -e "s|@TENANTD@|$tenantd|g" -e "s|@CONFIG@|$config|g" -e "s|@PAGES@|$run|g" "$here/$1" >"$run/$2"
}
program() {
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" || {
		echo "webserver.sh: $1 is not installed" >&2
		exit 69
	}
}

case $kind in
lighttpd | lighttpd-spawn)
	fill lighttpd/main.conf.in lighttpd.conf
	part=tenantd.conf.in
	[ "$kind" = lighttpd ] || part=spawn.conf.in
	fill "lighttpd/$part" tenantd.conf
	cp "$here"/lighttpd/problem-*.html "$run"
	program=$(program lighttpd)
	printf '%s\n' "$program" -D -f "$run/lighttpd.conf"
	;;
nginx)
	fill nginx/main.conf.in nginx.conf
	fill nginx/tenantd.conf.in tenantd.conf
	program=$(program nginx)
	printf '%s\n' "$program" -e "$run/nginx.err" -c "$run/nginx.conf" -g 'daemon off;'
	;;
apache | apache-fcgid | apache-cgi)
	part=${kind#apache-}
	[ "$part" != apache ] || part=tenantd
	fill apache/main.conf.in apache.conf
	fill apache/common.conf common.conf
	fill "apache/$part.conf.in" tenantd.conf
	program=$(program apache2)
	printf '%s\n' "$program" -DFOREGROUND -f "$run/apache.conf"
	;;
multiwatch)
	program spawn-fcgi >/dev/null
	program multiwatch >/dev/null
	fill multiwatch/run.in keep
	printf '%s\n' sh "$run/keep"
	;;
*)
	echo "webserver.sh: unknown kind \"$kind\"" >&2
	exit 64
	;;
esac
