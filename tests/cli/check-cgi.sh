#!/bin/sh
# Under CGI, arguments come from whoever asks: they must not run commands.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"

for variable in GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET; do
	set_env="$variable SECRET_KEY=short"
	run options --sample
	is "with ${variable%%=*} the command is not run" 0 "$(grep -c DB_HOST "$out")"
	run config print
	is "with ${variable%%=*} no settings are printed" 0 "$(grep -c 'WORKERS' "$out")"
	is "with ${variable%%=*} it says so as a problem" 1 \
	    "$(tr -d '\r' <"$out" | grep -c '^Content-Type: application/problem+json$')"
	is "with ${variable%%=*} no setting is named" 0 "$(grep -c SECRET_KEY "$out")"
	run --version
	is "with ${variable%%=*} no version is printed" 0 "$(grep -c '^tenantd [0-9]' "$out")"
done
finish
