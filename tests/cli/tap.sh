# tap.sh - sourced by the command line's tests: results in TAP, the program's answer in
# $out, $err (files) and $status. Nothing of the caller's environment is a setting here.
# shellcheck shell=sh disable=SC2034
tenantd=$(cd "${builddir:-.}" && pwd)/tenantd
top=$(cd "${srcdir:-.}" && pwd)
tmp=$(mktemp -d /tmp/cli.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
out=$tmp/out err=$tmp/err n=0 failed=0
cd "$tmp" || exit 1

run() { # ARGUMENT...: the program, with $set_env (NAME=value words) and no other setting
	status=0
	# shellcheck disable=SC2086 # settings are words
	env -i PATH="$PATH" ${set_env-} "$tenantd" "$@" >"$out" 2>"$err" </dev/null || status=$?
}

result() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
	echo "not ok $n - $2"
	failed=1
	sed 's/^/# out: /' "$out" | head -n 20
	sed 's/^/# err: /' "$err" | head -n 20
}

is() { # NAME WANTED FOUND
	if [ "$2" = "$3" ]; then result 0 "$1"
	else result 1 "$1"; echo "# wanted: $2"; echo "# found:  $3"; fi
}

says() { # NAME FILE TEXT: a whole line of the file is the text
	if grep -qxF -e "$3" "$2"; then result 0 "$1"; else result 1 "$1"; echo "# wanted: $3"; fi
}

is_json() { # NAME FILE
	if python3 -m json.tool "$2" >/dev/null 2>&1; then result 0 "$1"; else result 1 "$1"; fi
}

# The words of every command, a line each.
all_commands() { env -i "$tenantd" commands --mdoc | sed -n 's/^\.It Ic \([a-z -]*[a-z]\).*/\1/p'; }

finish() { echo "1..$n"; exit "$failed"; }
