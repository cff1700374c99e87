#!/bin/sh
# Runs tenantd on this machine for trying it out: installs what is missing, builds, makes a
# private PostgreSQL cluster, migrates, creates demo identities, starts a web server and
# tenantd on 127.0.0.1 and makes a first call. Ctrl-C stops everything. Whoever registers is a
# user at once (EMAIL_VERIFICATION=off), since no mail goes out from here.
#
#   quickstart.sh [--detach] [--port N] [--server lighttpd|nginx|apache] [--dir DIR]
#   quickstart.sh --stop | --status [--dir DIR]
#
#   --detach    leave it running and return
#   --port N    of the web server; default 8080, or the next free one
#   --server S  default lighttpd
#   --dir DIR   where everything lies, default .quickstart; DIR/env says how to reach it.
#               Started again, it goes on with the data that is there.
#
# TENANTD_BUILD names a build directory to use instead of one of its own.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
dir=.quickstart port='' server=lighttpd action=run rc=0
lifetime=2592000 # of the tokens: 30 days

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "quickstart: $*" >&2; exit 1; }
usage() { sed -n '2,17s/^# \{0,1\}//p' "$0"; exit "$1"; }

while [ $# -gt 0 ]; do
	case $1 in
	--detach) action=detach ;;
	--stop) action=stop ;;
	--status) action=status ;;
	--port | --server | --dir)
		[ $# -ge 2 ] || usage 64 >&2
		case $1 in
		--port) port=$2 ;;
		--server) server=$2 ;;
		--dir) dir=$2 ;;
		esac
		shift
		;;
	--help | -h) usage 0 ;;
	*) usage 64 >&2 ;;
	esac
	shift
done
case $server in lighttpd | nginx | apache) ;; *) die "--server is lighttpd, nginx or apache" ;; esac
case $port in *[!0-9]* | 0* | ??????*) die "--port is a number from 1 to 65535" ;; esac
[ "${port:-1}" -le 65535 ] || die "--port is a number from 1 to 65535"

# -- who runs what: as root, PostgreSQL and the servers get users of their own --

can_become() { setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups true 2>/dev/null; }
as() { # as USER COMMAND...: becomes the command
	user=$1
	shift
	if [ "$(id -u)" -ne 0 ] || [ "$user" = root ]; then exec "$@"; fi
	exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
}
choose_users() {
	db_user=$(id -un) app_user=$db_user
	[ "$(id -u)" -eq 0 ] || return 0
	for user in nobody postgres; do if can_become "$user"; then db_user=$user; fi; done
	for user in nobody www-data; do if can_become "$user"; then app_user=$user; fi; done
	[ "$db_user" != root ] || die "PostgreSQL refuses to run as root, and no other user can be used here"
}

# -- places: $dir is the user's; $state is where the servers' files lie, which is $dir
# unless the servers' users cannot go there, a socket's path would be too long, or its name
# needs quotes that a web server's configuration has not --

choose_places() {
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	exec 9>"$dir/lock"
	flock -w 600 9 || die "another quickstart holds $dir/lock"
	state=$dir
	if [ -s "$dir/state" ]; then
		state=$(cat "$dir/state")
	elif ! (as "$db_user" test -x "$dir") || ! (as "$app_user" test -x "$dir") || [ ${#dir} -gt 70 ] ||
	    [ -n "$(printf %s "$dir" | tr -d 'A-Za-z0-9/._-')" ]; then
		state=$(mktemp -d /var/tmp/tenantd.XXXXXX)
		chmod 755 "$state"
		say "$state" >"$dir/state"
	fi
	pg=$state/pg run=$state/run log=$state/log
	mkdir -p "$pg" "$run" "$log" "$state/bin"
	if [ "$(id -u)" -eq 0 ]; then
		chown "$db_user:" "$pg"
		chown "$app_user:" "$run" "$log"
	fi
	chmod 700 "$pg"
	config=$state/tenantd.conf secrets=$dir/secrets
}

# -- processes: a pid file holds the pid and when that process started --

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }
alive() { # alive NAME: sets $pid
	pid=''
	[ -s "$dir/$1.pid" ] || return 1
	read -r pid since <"$dir/$1.pid"
	[ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ]
}
remember() { say "$2 $(started_at "$2")" >"$dir/$1.pid"; }
end() { # end NAME SIGNAL
	if alive "$1"; then
		kill -s "$2" "$pid" 2>/dev/null || :
		tries=0
		while alive "$1"; do
			tries=$((tries + 1))
			[ $tries -lt 300 ] || kill -s KILL "$pid" 2>/dev/null || :
			[ $tries -lt 320 ] || break
			sleep 0.1
		done
	fi
	rm -f "$dir/$1.pid"
}
stop_all() { # INT is PostgreSQL's "fast"
	end web TERM
	end tenantd TERM
	end postgres INT
}
# spawn NAME USER COMMAND...: in a session of its own, so that Ctrl-C reaches only us and
# the order of the end is ours. The environment's settings are not to leak in.
spawn() {
	name=$1 user=$2
	shift 2
	(cd / && as "$user" setsid env -i PATH="/usr/sbin:/usr/bin:/sbin:/bin" HOME="$state" LC_ALL=C.UTF-8 "$@") \
	    </dev/null >>"$log/$name.log" 2>&1 9>&- &
	remember "$name" $!
}
until_ready() { # until_ready NAME COMMAND...: within 30 s, while the process lives
	name=$1
	shift
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		alive "$name" || failed "$name" "$name ended"
		[ $tries -lt 300 ] || failed "$name" "$name does not answer"
		sleep 0.1
	done
}
failed() { # failed NAME WHAT
	printf '%s\n' "quickstart: $2; the end of $log/$1.log:" >&2
	tail -n 20 "$log/$1.log" >&2 || :
	[ "$1" != web ] || tail -n 20 "$run"/*.err >&2 2>/dev/null || :
	exit 1
}

# -- ports --

listening() { # listening PORT: whether anything does
	awk -v port="$(printf %04X "$1")" '$4 == "0A" && substr($2, index($2, ":") + 1) == port { n = 1 }
		END { exit !n }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
free_port() { # free_port FIRST: the next one that is free
	next=$1
	while listening "$next"; do next=$((next + 1)); done
	say "$next"
}

# -- files of KEY=value --

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
quoted() { # for a shell, and bare where a shell needs no quotes
	case $1 in
	*[!A-Za-z0-9_./:@%+=,-]* | '') printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf %s "$1" ;;
	esac
}
put() { printf '%s=%s\n' "$1" "$(quoted "$2")"; }

make_secrets() {
	[ -s "$secrets" ] || (
		umask 077
		{
			put OWNER_PASSWORD "$(random 16)"
			put SERVER_PASSWORD "$(random 16)"
			put APP_PASSWORD "$(random 16)"
			put MAKER_PASSWORD "$(random 16)"
			put SECRET_KEY "$(random 32)"
			put JWT_SECRET_KEY "$(random 32)"
			put ADMIN_PASSWORD "Q-$(random 12)" # as the usual policy wants one
			put PG_PORT "$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))"
		} >"$secrets.new"
		mv "$secrets.new" "$secrets"
	)
	# shellcheck source=/dev/null
	. "$secrets"
	[ -n "${MAKER_PASSWORD:-}" ] || { # of a directory from before there was one
		MAKER_PASSWORD=$(random 16)
		put MAKER_PASSWORD "$MAKER_PASSWORD" >>"$secrets"
	}
}

# -- PostgreSQL --

pg_bin() {
	for bin in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/1[89]/bin \
	    /usr/lib/postgresql/1[4-7]/bin; do
		if [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ]; then say "$bin"; return; fi
	done
	die "no PostgreSQL server programs were found"
}
psql_super() { psql -X -q -v ON_ERROR_STOP=1 -h "$pg" -p "$PG_PORT" -U postgres "$@"; }

make_cluster() {
	[ ! -s "$pg/data/PG_VERSION" ] || return 0
	say "making a PostgreSQL cluster in $pg"
	(cd "$pg" && as "$db_user" env -i PATH="$PATH" HOME="$pg" "$bin/initdb" -D "$pg/data.new" -U postgres \
	    --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8) \
	    >"$log/initdb.log" 2>&1 || failed initdb "initdb failed"
	# The socket's directory is open to this user alone: that is its password.
	(cd "$pg" && as "$db_user" mv data.new data)
}
start_postgres() {
	bin=$(pg_bin)
	make_cluster
	if alive postgres; then return; fi
	PG_PORT=$(free_port "$PG_PORT")
	spawn postgres "$db_user" "$bin/postgres" -D "$pg/data" -p "$PG_PORT" -k "$pg" \
	    -c listen_addresses=127.0.0.1 -c max_connections=100
	until_ready postgres psql_super -d postgres -c 'SELECT 1'
}
# The owner makes and migrates the tables and sees everything; tenantd itself runs with
# less; the tenants' own applications get to see their tenant's rows alone. Tenants' own
# databases, and the roles that log in there, are made by a role that can do nothing else.
make_roles() {
	psql_super -d postgres >>"$log/postgres.log" 2>&1 <<-SQL || failed postgres "the roles could not be made"
		SELECT format('CREATE ROLE %I', r) FROM unnest('{tenantd_owner,tenantd_server,tenantd_app,tenantd_maker}'::text[]) r
		WHERE to_regrole(r) IS NULL \gexec
		ALTER ROLE tenantd_owner LOGIN BYPASSRLS PASSWORD '$OWNER_PASSWORD';
		ALTER ROLE tenantd_server LOGIN PASSWORD '$SERVER_PASSWORD';
		ALTER ROLE tenantd_app LOGIN PASSWORD '$APP_PASSWORD';
		ALTER ROLE tenantd_maker LOGIN CREATEDB CREATEROLE PASSWORD '$MAKER_PASSWORD';
		SELECT 'CREATE DATABASE tenantd OWNER tenantd_owner'
		WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tenantd') \gexec
	SQL
}

# -- tenantd --

tenantd() { env -i PATH="$PATH" HOME="$state" "$state/bin/tenantd" --config "$config" "$@"; }

# The rates are beyond what one machine can do: whoever measures it is one caller.
write_config() {
	at=127.0.0.1:$PG_PORT/tenantd
	DATABASE_URL=postgresql://tenantd_server:$SERVER_PASSWORD@$at
	DATABASE_OWNER_URL=postgresql://tenantd_owner:$OWNER_PASSWORD@$at
	APP_DATABASE_URL=postgresql://tenantd_app:$APP_PASSWORD@$at
	(
		umask 077
		cat >"$config.new" <<-CONF
			DATABASE_URL=$DATABASE_URL
			DATABASE_OWNER_URL=$DATABASE_OWNER_URL
			DB_APP_ROLE=tenantd_app
			SECRET_KEY=$SECRET_KEY
			JWT_SECRET_KEY=$JWT_SECRET_KEY
			LISTEN=$run/tenantd.sock
			WORKERS=8
			RATE_READ=10000000
			RATE_WRITE=10000000
			EMAIL_VERIFICATION=off
			BACKEND_CORS_ORIGINS=http://localhost:3000
		CONF
	)
	[ "$(id -u)" -ne 0 ] || chown "$app_user:" "$config.new"
	mv "$config.new" "$config"
}
install_program() {
	build=${TENANTD_BUILD:-$state/build}
	say "building in $build"
	# One that is there stays as it was configured: others may be using it.
	# shellcheck disable=SC2046 # options are words
	sh "$here/build.sh" "$build" $(cat "$build/configured" 2>/dev/null) 9>&- || die "the build failed; see $build/make.log"
	cmp -s "$build/tenantd" "$state/bin/tenantd" 2>/dev/null || {
		install -m 755 "$build/tenantd" "$state/bin/tenantd.new"
		mv "$state/bin/tenantd.new" "$state/bin/tenantd"
	}
}
migrate() {
	say "migrating"
	tenantd migrate >>"$log/migrate.log" 2>&1 || failed migrate "the migration failed"
}
# Tenants' own databases are made in the same cluster.
register_server() {
	tenantd server show main >/dev/null 2>&1 && return
	printf '%s\n' "postgresql://tenantd_maker:$MAKER_PASSWORD@127.0.0.1:$PG_PORT/postgres" |
	    tenantd server add main --url-stdin --pool 2 >>"$log/setup.log" 2>&1 ||
	    failed setup "the database server could not be registered"
}
start_tenantd() {
	if alive tenantd; then return; fi
	spawn tenantd "$app_user" "$state/bin/tenantd" --config "$config" serve
	until_ready tenantd test -S "$run/tenantd.sock"
}

# -- web server --

start_web() {
	if alive web; then
		port=$(cat "$dir/port")
		return
	fi
	if [ -z "$port" ]; then port=$(free_port "$(cat "$dir/port" 2>/dev/null || say 8080)")
	elif listening "$port"; then die "port $port is taken"; fi
	say "$port" >"$dir/port"
	sh "$here/webserver.sh" "$server" "$run" 127.0.0.1 "$port" "$run/tenantd.sock" >"$run/web.command"
	set --
	while read -r word; do set -- "$@" "$word"; done <"$run/web.command"
	spawn web "$app_user" "$@"
	until_ready web curl -sf "http://127.0.0.1:$port/readyz"
}

# -- identities --

make_admin() {
	ADMIN_EMAIL=admin@example.com
	[ -n "${ADMIN_ID:-}" ] && return
	ADMIN_ID=$(printf '%s\n' "$ADMIN_PASSWORD" |
	    tenantd user create "$ADMIN_EMAIL" --password-stdin --superuser --json 2>>"$log/setup.log" |
	    sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')
	[ -n "$ADMIN_ID" ] || failed setup "the administrator could not be created"
	put ADMIN_ID "$ADMIN_ID" >>"$secrets"
}
# A partner, and a key for its machine, which is shown this once.
make_partner() {
	PARTNER_ID=demo-partner
	[ -n "${PARTNER_KEY:-}" ] && return
	tenantd partner show "$PARTNER_ID" >/dev/null 2>&1 ||
	    tenantd partner create "$PARTNER_ID" --name 'Demo partner' --contact-email partner@example.com >>"$log/setup.log" 2>&1 ||
	    failed setup "the partner could not be created"
	PARTNER_KEY=$(tenantd partner key create "$PARTNER_ID" --name quickstart --json 2>>"$log/setup.log" |
	    sed -n 's/.*"secret": *"\([^"]*\)".*/\1/p')
	[ -n "$PARTNER_KEY" ] || failed setup "the partner's key could not be created"
	put PARTNER_KEY "$PARTNER_KEY" >>"$secrets"
}
# The access_token of an answer.
access_token() { sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'; }
sign_in() { # sign_in EMAIL PASSWORD, with words that JSON needs not escape
	curl -s -H 'Content-Type: application/json' -d "{\"email\":\"$1\",\"password\":\"$2\"}" \
	    "http://127.0.0.1:$port/login" | access_token
}
issue() { tenantd token issue --lifetime $lifetime "$@" 2>>"$log/setup.log" || failed setup "a token could not be issued"; }
write_env() {
	USER_TOKEN=$(issue --sub demo-user --email user@example.com)
	PARTNER_TOKEN=$(issue --partner "$PARTNER_ID" --email partner@example.com)
	PLATFORM_TOKEN=$(issue --sub demo-platform --email platform@example.com --scope admin)
	ADMIN_TOKEN=$(sign_in "$ADMIN_EMAIL" "$ADMIN_PASSWORD")
	[ -n "$ADMIN_TOKEN" ] || failed tenantd "the administrator could not sign in"
	(
		umask 077
		{
			put TENANTD_URL "http://127.0.0.1:$port"
			put DATABASE_URL "$DATABASE_URL"
			put DATABASE_OWNER_URL "$DATABASE_OWNER_URL"
			put APP_DATABASE_URL "$APP_DATABASE_URL"
			put JWT_SECRET_KEY "$JWT_SECRET_KEY"
			put USER_TOKEN "$USER_TOKEN"
			put PARTNER_TOKEN "$PARTNER_TOKEN"
			put PARTNER_KEY "$PARTNER_KEY"
			put PLATFORM_TOKEN "$PLATFORM_TOKEN"
			put ADMIN_EMAIL "$ADMIN_EMAIL"
			put ADMIN_PASSWORD "$ADMIN_PASSWORD"
			put ADMIN_TOKEN "$ADMIN_TOKEN"
			put TENANTD "$state/bin/tenantd"
			put TENANTD_CONFIG "$config"
		} >"$dir/env.new"
	)
	mv "$dir/env.new" "$dir/env"
}

first_call() {
	url=http://127.0.0.1:$port
	say
	say "POST $url/api/tenant/getOrCreate"
	status=$(curl -s -o "$run/first" -w '%{http_code}' -X POST -H "Authorization: Bearer $USER_TOKEN" \
	    -H 'Content-Type: application/json' -d '{"planId":"professional","billingCycle":"monthly"}' \
	    "$url/api/tenant/getOrCreate") || failed web "the first call got no answer"
	jq . <"$run/first" 2>/dev/null || { cat "$run/first"; say; }
	[ "$status" = 200 ] || failed tenantd "the first call was answered with $status"
	cat <<-NEXT

		tenantd answers at $url. In another shell, try:

		  . "$dir/env"
		  curl -s -H "Authorization: Bearer \$USER_TOKEN" \$TENANTD_URL/api/tenant/current
		  \$TENANTD --config \$TENANTD_CONFIG doctor
		  psql "\$DATABASE_OWNER_URL" -c 'TABLE custom_auth_tenant'

		From a registration to a signed-in user with a tenant, as the administrator sees to it:

		  call() { curl -s -H 'Content-Type: application/json' -H "Authorization: Bearer \$1" \$TENANTD_URL\$2 \${3+-d "\$3"}; }
		  sign_in() { call '' /login "{\"email\":\"\$1\",\"password\":\"\$2\"}" | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'; }
		  call '' /users/register '{"email":"ada@example.com","password":"Try-it-out-42"}'
		  ADMIN_TOKEN=\$(sign_in \$ADMIN_EMAIL \$ADMIN_PASSWORD)
		  call \$ADMIN_TOKEN /admin/tenants/ '{"id":"acme","name":"Acme","system_prompt":"Be brief."}'
		  \$TENANTD --config \$TENANTD_CONFIG user assign ada@example.com acme
		  TOKEN=\$(sign_in ada@example.com Try-it-out-42)
		  call \$TOKEN /api/tenant/context
		  \$TENANTD --config \$TENANTD_CONFIG token inspect \$TOKEN
		  \$TENANTD --config \$TENANTD_CONFIG setup --check

		A partner provisions a tenant for a company, which may be asked for again with the same Idempotency-Key:

		  curl -s -H "Authorization: Bearer \$PARTNER_KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: first' -d '{"company_name":"Example Corp","email":"admin@example.com","phone_number":"+1234567890","industry":"Technology"}' \$TENANTD_URL/api/provisioning/tenants
		  curl -s -H "Authorization: Bearer \$PARTNER_TOKEN" \$TENANTD_URL/api/provisioning/tenants
		  \$TENANTD --config \$TENANTD_CONFIG partner show demo-partner

		A tenant with a database of its own, which is told how its application reaches it:

		  curl -s -H "Authorization: Bearer \$PLATFORM_TOKEN" -H 'Content-Type: application/json' -d '{"name":"Own","isolation":"database"}' \$TENANTD_URL/api/tenants
		  \$TENANTD --config \$TENANTD_CONFIG pool status

		Logs: $log
	NEXT
}

# -- what was asked for --

status() {
	all=0
	for name in postgres tenantd web; do
		if alive "$name"; then say "$name runs (pid $pid)"; else say "$name does not run"; all=3; fi
	done
	[ $all -ne 0 ] || say "http://127.0.0.1:$(cat "$dir/port")"
	return $all
}
existing() {
	[ -d "$dir" ] || { say "there is nothing in $dir"; exit "$1"; }
	dir=$(cd "$dir" && pwd)
}
case $action in
status) existing 3; status; exit ;;
stop) existing 0; stop_all; say "stopped"; exit ;;
esac

packages="build run $server"
# shellcheck disable=SC2086 # words, not one
sh "$here/packages.sh" $packages || die "packages are missing"
choose_users
choose_places
if status >/dev/null; then
	say "it runs already, at http://127.0.0.1:$(cat "$dir/port"); --stop ends it"
	exit 0
fi
trap 'rc=$?; trap "" INT TERM; stop_all; exit $rc' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
end web TERM
end tenantd TERM
make_secrets
install_program
start_postgres
make_roles
write_config
migrate
make_admin
make_partner
register_server
start_tenantd
start_web
write_env
first_call

if [ $action = detach ]; then
	trap - EXIT INT TERM HUP
	say "It goes on running; to stop it: sh $here/quickstart.sh --stop --dir '$dir'"
	exit 0
fi
say "Ctrl-C stops everything."
exec 9>&-
while :; do
	for name in postgres tenantd web; do alive "$name" || failed "$name" "$name ended"; done
	sleep 1 &
	wait $! || :
done
