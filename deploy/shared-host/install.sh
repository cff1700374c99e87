#!/bin/sh
# Puts tenantd into a directory of a shared host, as its user: no root, no daemon, one
# database role (which owns the database). Build it first, on the host or on another
# Debian 12:
#
#   ./configure --prefix="$HOME" && make && make install
#
# then, with the database's URI on standard input, where nobody else sees the password:
#
#   sh install.sh --path /api-host ~/public_html/api-host
#   postgresql://role:password@host/database
#
#   --path PATH      of the directory, as URLs have it; / for the document root
#   --config FILE    the settings, default ~/etc/tenantd.conf; an existing file is kept,
#                    and then nothing is read from standard input
#   --program FILE   default ~/sbin/tenantd
#
# It may run again, after an update too. Processes that run go on with the old program and
# the old settings until mod_fcgid ends them; "kill -HUP PID" has one read the settings anew,
# "kill PID" ends one after the request in hand.
#
# Cron runs what is done later: events get their numbers, webhooks and mails go out, the
# audit log is sealed. Once a minute is enough, and it may overlap:
#
#   * * * * * $HOME/sbin/tenantd --config $HOME/etc/tenantd.conf jobs run >/dev/null
set -eu
here=$(cd "$(dirname "$0")" && pwd)
config=$HOME/etc/tenantd.conf program=$HOME/sbin/tenantd path='' dir=''

die() {
	echo "install.sh: $2" >&2
	exit "$1"
}
while [ $# -gt 0 ]; do
	case $1 in
	--path) path=${2-}; shift ;;
	--config) config=${2-}; shift ;;
	--program) program=${2-}; shift ;;
	-*) sed -n '2,28s/^# \{0,1\}//p' "$0"; exit 64 ;;
	*) dir=$1 ;;
	esac
	shift
done
if [ -z "$dir" ] || [ -z "$path" ]; then
	die 64 "usage: install.sh --path PATH [--config FILE] [--program FILE] DIRECTORY"
fi
[ -x "$program" ] || die 66 "there is no program $program: 'make install' first, or say --program FILE"
case $path in
/) prefix= ;;
/*) prefix=${path%/} ;;
*) die 64 "--path must begin with /" ;;
esac
for word in "$prefix" "$config" "$program"; do
	case $word in
	*[!A-Za-z0-9/._~+-]*) die 64 "\"$word\" has characters that these files cannot hold" ;;
	esac
done

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
write_settings() {
	mkdir -p "$(dirname "$config")"
	echo "the database's URI:" >&2
	IFS= read -r url || die 65 "there is no URI on standard input"
	(
		umask 077
		printf '%s\n' "DATABASE_URL=$url" "SECRET_KEY=$(random)" "JWT_SECRET_KEY=$(random)" \
		    "# Standard error is the web server's error log: what fails goes there." \
		    "LOG_LEVEL=warning" >"$config.new"
	)
	"$program" --config "$config.new" config check || {
		rm -f "$config.new"
		exit 78
	}
	mv "$config.new" "$config"
}
fill() { # fill FILE MODE TARGET
	sed -e "s|@prefix@|$prefix|g" -e "s|@config@|$config|g" -e "s|@program@|$program|g" "$here/$1" >"$3.new"
	chmod "$2" "$3.new"
	mv "$3.new" "$3"
}

[ -f "$config" ] || write_settings
"$program" --config "$config" config check
"$program" --config "$config" migrate
[ -d "$dir" ] || mkdir -m 755 "$dir"
# The program's own user runs it; nobody else has to read it.
fill tenantd.fcgi.in 700 "$dir/tenantd.fcgi"
fill htaccess.in 644 "$dir/.htaccess"
echo "installed in $dir; try: curl http://your-host$prefix/readyz"
echo "and for what is done later, in crontab: * * * * * $program --config $config jobs run >/dev/null"
