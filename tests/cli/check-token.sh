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


# -- why it is refused, in words that name what to do --
set_env="TENANTD_CONFIG=t.conf"
broken() { python3 -c 'import json,sys
print(" ".join(f["check"] for f in json.load(open(sys.argv[1]))["findings"] if f["verdict"] == "broken"))' "$out"; }
because() { # NAME CHECKS SETTING...: the token, judged with these settings besides
	name=$1 wanted=$2; shift 2
	set_env="TENANTD_CONFIG=t.conf $*"
	run token inspect "$token" --json
	is "$name" "77 $wanted" "$status $(broken)"
	set_env="TENANTD_CONFIG=t.conf"
}
run token issue --sub 42
token=$(cat "$out")
run token inspect "$token" --json
is "nothing is wrong with a good token" "" "$(broken)"
because "another key is named" signature JWT_SECRET_KEY=another-key-that-is-long-enough-too
is "and what it may come from" 1 "$(grep -c 'another key than JWT_SECRET_KEY' "$out")"
because "a token signed with SECRET_KEY is told apart" signature \
    SECRET_KEY=$key-jwt JWT_SECRET_KEY=another-key-that-is-long-enough-too
is "by that name" 1 "$(grep -c 'it is signed with SECRET_KEY, not with JWT_SECRET_KEY' "$out")"
because "an issuer that is demanded" issuer JWT_ISSUER=https://td.example
because "an audience that is demanded" audience JWT_AUDIENCE=app
because "another algorithm" algorithm ALGORITHM=HS512
because "all that is wrong at once" "issuer algorithm signature audience" ALGORITHM=HS512 JWT_ISSUER=td \
    JWT_AUDIENCE=app JWT_SECRET_KEY=another-key-that-is-long-enough-too
set_env="TENANTD_CONFIG=t.conf JWT_ISSUER=https://td.example JWT_AUDIENCE=app"
run token issue --sub 42
token=$(cat "$out")
because "an issuer that was not expected" "issuer audience"
token=$(python3 - "$key-jwt" <<'END'
import base64, hashlib, hmac, json, sys
def part(v): return base64.urlsafe_b64encode(v).rstrip(b"=")
text = part(b'{"alg":"HS256"}') + b"." + part(json.dumps({"sub": "42", "exp": 1600000000}).encode())
print((text + b"." + part(hmac.digest(sys.argv[1].encode(), text, hashlib.sha256))).decode())
END
)
because "a token that has expired" time
is "since when" 1 "$(grep -c 'it expired at 2020-09-13T12:26:40.000Z' "$out")"
token=nonsense
because "what is no token" form
run token inspect "$token"
is "and so for people" 1 "$(grep -c '^broken   form: ' "$out")"
run token issue --sub 42
token=$(cat "$out")
set_env="TENANTD_CONFIG=t.conf DATABASE_URL=postgres://nobody@127.0.0.1:1/none"
run token inspect "$token" --json
is "a database that is away is told, and decides nothing" '0 "taken" 1' \
    "$status $(member verdict) $(grep -c '"verdict":"warning","check":"database"' "$out")"
run token inspect "$token" --offline --json
is "nor is it asked when that is not wanted" 0 "$(grep -c '"check":"database"' "$out")"

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
