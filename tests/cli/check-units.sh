#!/bin/sh
# systemd's units as "make install" puts them: they are valid and shut in, and start the
# program that was installed with them.
set -eu
command -v systemd-analyze >/dev/null || { echo "1..0 # SKIP systemd-analyze is not installed"; exit 0; }
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"

root=$tmp/root units=$tmp/units
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s -C "$(dirname "$tenantd")" install-sbinPROGRAMS install-systemdsystemunitDATA \
    install-dist_sysusersDATA DESTDIR="$root" >"$out" 2>"$err" || result $? "they are installed"
installed=$(dirname "$(find "$root" -name tenantd.service)")
is "all of them" "tenantd-migrate.service tenantd.service tenantd.socket" "$(cd "$installed" && echo *)"
is "nothing was left to fill in" "" "$(grep -n '@[a-z]' "$installed"/* | grep -v 'SystemCallFilter=' || :)"

# systemd wants to find the program: the copies that it is shown have where it lies now.
mkdir "$units"
for unit in tenantd.service tenantd-migrate.service tenantd.socket; do
	program=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$installed/$unit")
	[ -z "$program" ] || is "$unit starts the installed program" yes "$([ -x "$root$program" ] && echo yes)"
	sed "s|^ExecStart=$program|ExecStart=$root$program|" "$installed/$unit" >"$units/$unit"
done
for unit in tenantd.service tenantd-migrate.service tenantd.socket; do
	status=0
	SYSTEMD_UNIT_PATH="$units:" systemd-analyze verify --man=no "$units/$unit" >"$out" 2>&1 || status=$?
	is "$unit is valid" "0 " "$status $(grep -F "$units" "$out" || :)"
done
for unit in tenantd.service tenantd-migrate.service; do
	status=0
	systemd-analyze security --no-pager --offline=true --threshold=20 "$units/$unit" >"$out" 2>"$err" || status=$?
	is "$unit is exposed by 2.0 at most" 0 "$status"
	grep -F 'Overall exposure' "$out" | sed 's/^/# /'
done
for directive in User=tenantd NoNewPrivileges=yes MemoryDenyWriteExecute=yes CapabilityBoundingSet= ProtectSystem=strict; do
	is "both have $directive" 2 "$(cat "$units"/*.service | grep -cxF "$directive")"
done
if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$root/etc"
	systemd-sysusers --root="$root" "$(find "$root" -path '*sysusers.d/tenantd.conf')" >"$out" 2>"$err" || :
	is "their user can be made" 1 "$(grep -c '^tenantd:' "$root/etc/passwd")"
fi
finish
