#!/bin/sh
# cluster.sh - a private PostgreSQL cluster for a test: Unix socket in DIR and
# 127.0.0.1 on a free port, every local connection trusted, no fsync.
#
#   cluster.sh start DIR          makes it in DIR (made when missing), prints its conninfo
#   cluster.sh stop DIR [MODE]    MODE fast (default), immediate or smart
#   cluster.sh up DIR             starts a stopped one again, on the same port
#   cluster.sh restart DIR [MODE]
#   cluster.sh standby DIR OF     makes a standby of the cluster in OF in DIR
#   cluster.sh promote DIR        makes a standby the primary
#   cluster.sh conninfo DIR       superuser "postgres", database "postgres"
#   cluster.sh url DIR            the same as a URI over 127.0.0.1
#   cluster.sh pid DIR            of the postmaster
#   cluster.sh destroy DIR        stops it and removes DIR
#
# As root the server runs as $PGOWNER (default postgres), else as the caller. Keep DIR
# short (mktemp -d /tmp/x.XXXXXX): a Unix socket's path holds 107 bytes. Extra lines for
# postgresql.conf come from $CLUSTER_CONF; another major version from $PG_BINDIR.
set -eu

die() { echo "cluster.sh: $*" >&2; exit 1; }

bindir() {
	if [ -n "${PG_BINDIR:-}" ]; then echo "$PG_BINDIR"; return; fi
	for b in /usr/lib/postgresql/15/bin $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
	    "$(pg_config --bindir 2>/dev/null || :)"; do
		if [ -x "$b/initdb" ]; then echo "$b"; return; fi
	done
	die "no PostgreSQL server programs found (set PG_BINDIR)"
}

# Runs a command as the user that owns the cluster.
as() {
	if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
	o=${PGOWNER:-postgres}
	setpriv --reuid="$o" --regid="$(id -g "$o")" --clear-groups env HOME="$dir" "$@"
}

port() { sed -n 's/^port = //p' "$dir/data/postgresql.conf" | tail -n 1; }
conninfo() { echo "host=$dir port=$(port) user=postgres dbname=postgres"; }
up() { as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -s -w -t 60 start >/dev/null 2>&1; }
stop() { as "$bin/pg_ctl" -D "$dir/data" -s -m "${1:-fast}" -w -t 60 stop; }

make_dir() {
	mkdir -p "$dir"
	[ "$(id -u)" -ne 0 ] || chown "${PGOWNER:-postgres}" "$dir"
	chmod 755 "$dir"
	cd "$dir"
}

make_cluster() {
	make_dir
	as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N \
	    >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
	as tee -a "$dir/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = '$dir'
		unix_socket_permissions = 0777
		max_connections = 100
		shared_buffers = 32MB
		fsync = off
		full_page_writes = off
		log_min_duration_statement = -1
		${CLUSTER_CONF:-}
	CONF
}

make_standby() { # make_standby OF
	make_dir
	as "$bin/pg_basebackup" -D "$dir/data" -d "$(sh "$self" conninfo "$1")" -R -c fast -N \
	    >"$dir/basebackup.log" 2>&1 || { cat "$dir/basebackup.log" >&2; die "pg_basebackup failed"; }
	as tee -a "$dir/data/postgresql.conf" >/dev/null <<-CONF
		unix_socket_directories = '$dir'
		${CLUSTER_CONF:-}
	CONF
}

# A port is free when the server could take it: try, and go on with another.
start() {
	i=0
	while [ "$i" -lt 20 ]; do
		p=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
		echo "port = $((20000 + p % 12000))" | as tee -a "$dir/data/postgresql.conf" >/dev/null
		if up; then conninfo; return; fi
		i=$((i + 1))
	done
	cat "$dir/log" >&2
	die "the server does not start"
}

[ $# -ge 2 ] || die "usage: cluster.sh start|stop|up|restart|standby|promote|conninfo|url|pid|destroy DIR"
what=$1 dir=$2 mode=${3:-fast}
self=$(cd "$(dirname "$0")" && pwd)/cluster.sh
bin=$(bindir)
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
case $what in start | standby) ;; *) cd "$dir" ;; esac
case $what in
start)    make_cluster; start ;;
standby)  make_standby "$mode"; start ;;
promote)  as "$bin/pg_ctl" -D "$dir/data" -s -w -t 60 promote ;;
stop)     stop "$mode" ;;
up)       up || { tail "$dir/log" >&2; die "the server does not start"; } ;;
restart)  stop "$mode"; up || die "the server does not start" ;;
conninfo) conninfo ;;
url)      echo "postgresql://postgres@127.0.0.1:$(port)/postgres" ;;
pid)      head -n 1 "$dir/data/postmaster.pid" ;;
destroy)  [ ! -f "$dir/data/postmaster.pid" ] || stop immediate || :
          cd /; [ ! -d "$dir/data" ] || rm -rf "$dir" ;;
*)        die "unknown command \"$what\"" ;;
esac
