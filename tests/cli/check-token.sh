#!/bin/sh
# Tokens: what is issued is taken, what was changed is refused with a reason, and the key
# shows nowhere.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"
key=hunter2hunter2hunter2hunter2hunter2
printf 'SECRET_KEY=%s\nJWT_SECRET_KEY=%s-jwt\n' $key $key > t.conf
set_env="TENANTD_CONFIG=t.conf"

member() { python3 -c 'import json,sys; v=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): v=v[k]
print(json.dumps(v))' "$out" "$1"; }

run token issue --sub 42 --email ada@example.com --tenant acme --client shop \
    --role admin --role "two words" --scope tenant:read --lifetime=90
is "a token is issued" 0 "$status"
is "alone on a line" 1 "$(wc -l < "$out")"
token=$(cat "$out")
run token inspect "$token" --json
is "it would be taken" 0 "$status"
is_json "inspect prints JSON" "$out"
is "verdict" '"taken"' "$(member verdict)"
is "user" '"42"' "$(member user)"
is "e-mail" '"ada@example.com"' "$(member email)"
is "tenant" '"acme"' "$(member tenant)"
is "client" '"shop"' "$(member client)"
is "roles keep their blanks in the claims" '["admin", "two words"]' "$(member claims.roles)"
is "lifetime" 90 "$(($(member claims.exp) - $(member claims.iat)))"
is "algorithm" '"HS256"' "$(member header.alg)"
is "the key does not show" 0 "$(grep -c hunter2 "$out")"

status=0
echo "$token" | env -i PATH="$PATH" $set_env "$tenantd" token inspect >"$out" 2>"$err" || status=$?
is "a token is read from standard input" 0 "$status"
says "and printed for people" "$out" "verdict     taken"

run token inspect "${token}A" --json
is "a changed signature is refused" 77 "$status"
is "and the verdict says so" '"refused"' "$(member verdict)"
is "with a reason" 1 "$(grep -c '"reason":"[a-z]' "$out")"
is "and no user" null "$(member user)"
is "but the claims are shown" '"42"' "$(member claims.sub)"
run token inspect nonsense --json
is "nonsense is refused" 77 "$status"
is "without claims" null "$(member claims)"
set_env="TENANTD_CONFIG=t.conf JWT_SECRET_KEY=another-key-that-is-long-enough-too"
run token inspect "$token"
is "another key refuses it" 77 "$status"
is "no key shows" 0 "$(cat "$out" "$err" | grep -c -e hunter2 -e another-key)"
set_env="TENANTD_CONFIG=t.conf JWT_ISSUER=https://td.example JWT_AUDIENCE=app"
run token inspect "$token"
is "an issuer that is demanded must be there" 77 "$status"
run token issue --sub 43
token=$(cat "$out")
run token inspect "$token" --json
is "and is put into those we issue" 0 "$status"
is "by its name" '"https://td.example"' "$(member claims.iss)"

set_env="TENANTD_CONFIG=t.conf"
run token issue
is "a token needs a subject" 64 "$status"
run token issue --sub "$(printf '%0256d' 0)"
is "of at most 255 bytes" 65 "$status"
run token issue --sub 1 --lifetime 0
is "a lifetime is positive" 64 "$status"
run token issue --sub 1 --lifetime soon
is "and a number" 64 "$status"
run token inspect
is "no token is an error" 65 "$status"
set_env="SECRET_KEY=$key JWT_ISSUERS_FILE=$tmp/none.json"
run token issue --sub 1
is "without a key none is issued" 78 "$status"
run config check
is "an issuers file must be there" 78 "$status"
is "and is named" 1 "$(grep -c "^tenantd: issuers: .*none.json" "$err")"
set_env="TENANTD_CONFIG=t.conf BACKEND_CORS_ORIGINS=nonsense"
run config check
is "an origin is checked" 78 "$status"
is "and its option named" 1 "$(grep -c "^tenantd: BACKEND_CORS_ORIGINS: " "$err")"
finish
