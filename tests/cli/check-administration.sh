#!/bin/sh
# The commands by which operators see to tenants and users, on a private cluster.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"
cluster=$top/tests/lib/cluster.sh
trap 'sh "$cluster" destroy "$tmp/c" >/dev/null 2>&1 || :; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
admin=$(sh "$cluster" start "$tmp/c")
reach=${admin% user=*}
psql -X -q "$admin" -c 'CREATE ROLE owner LOGIN' -c 'CREATE ROLE server LOGIN' -c 'CREATE DATABASE app OWNER owner'
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$reach user=owner dbname=app" -c "BEGIN" \
    -c "SET LOCAL app.current_tenant_id = 'unset'" -c "$1" -c "COMMIT"; }

cat > t.conf <<END
DATABASE_URL=$reach user=server dbname=app
DATABASE_OWNER_URL=$reach user=owner dbname=app
SECRET_KEY=hunter2hunter2hunter2hunter2hunter2
JWT_SECRET_KEY=hunter2hunter2hunter2hunter2hunter2-jwt
LISTEN=$tmp/nobody.sock
END
chmod 600 t.conf
set_env="TENANTD_CONFIG=t.conf"
field() { python3 -c 'import json,sys; print(eval(sys.argv[2], {"v": json.load(open(sys.argv[1]))}))' "$out" "$1"; }
with_input() { # TEXT ARGUMENT...
	text=$1; shift; status=0
	# shellcheck disable=SC2086 # settings are words
	printf '%s' "$text" | env -i PATH="$PATH" $set_env "$tenantd" "$@" >"$out" 2>"$err" || status=$?
}
run migrate

# -- tenants --
printf 'Be kind.\nAnd short.\n' > prompt.txt
with_input 'pc-0123456789-wxyz
' tenant create default_tenant --name 'Default Tenant' --pinecone-environment us-east-1 --pinecone-api-key-stdin \
    --system-prompt-file prompt.txt --json
is "a tenant is made" 0 "$status"
is "as given" "default_tenant|Default Tenant|default_tenant|active|us-east-1|True|wxyz|Be kind.
And short." "$(field '"|".join(map(str, (v["id"], v["name"], v["slug"], v["status"], v["pinecone_environment"],
	v["has_pinecone_api_key"], v["pinecone_api_key_last4"], v["system_prompt"])))')"
is "with its row in the registry, its schema, its event and its record" "1 1 tenant.created TENANT_CREATED|tenantd tenant create" \
    "$(sql "SELECT (SELECT count(*) FROM custom_auth_tenant) || ' ' || (SELECT count(*) FROM pg_namespace n JOIN custom_auth_tenant c
	ON c.schema_name = n.nspname) || ' ' || (SELECT string_agg(kind, ',') FROM tenantd.events) || ' ' ||
	(SELECT string_agg(event || '|' || actor, ',') FROM tenantd.audit)")"
is "the key shows nowhere" 0 "$(cat "$out" "$err" | grep -c 0123456789)"
run tenant create Default_Tenant --name Again
is "a name is taken in any case of letters" 73 "$status"
is "and by whom is said" 1 "$(grep -c 'the name "default_tenant" is taken: tenant "default_tenant"' "$err")"
for id in 74738ff5-5367-5958-9aee-98fffdcd1876 74738ff5536759589aee98fffdcd1876 unset -- 'a b' '' .a; do
	[ "$id" != -- ] || id=_a
	run tenant create --name N -- "$id"
	is "\"$id\" is no id" 65 "$status"
done
run tenant create other --name ' ' --slug 'a b' --pinecone-environment US
is "every fault is named" "slug name pinecone_environment" "$(sed -n 's/^tenantd: \([a-z_]*\) must .*/\1/p' "$err" | paste -s -d ' ')"
run tenant create other
is "a tenant has a name" 64 "$status"
run tenant create other --name N --system-prompt-file nowhere.txt
is "a file must be there" 65 "$status"
head -c 140000 /dev/zero | tr '\0' p > long.txt
run tenant create other --name N --system-prompt-file long.txt
is "and not too long" 65 "$status"
with_input 'se cret-0123456789' tenant create other --name N --pinecone-api-key-stdin
is "a key has no blanks" 65 "$status"
is "and is not told" 0 "$(cat "$out" "$err" | grep -c cret-)"
with_input '' tenant create other --name N --pinecone-api-key-stdin
is "none is refused" 65 "$status"
is "nothing was made of all these" 1 "$(sql 'SELECT count(*) FROM tenants')"
run tenant create quiet --name Quiet --slug still --inactive --json
is "one may be made inactive, under another slug" "deactivated still" "$(field 'v["status"] + " " + v["slug"]')"

run tenant update default_tenant --name 'New Name' --no-system-prompt --no-pinecone-api-key --json
is "it is changed" "0 New Name None False us-east-1" \
    "$status $(field '"%s %s %s %s" % (v["name"], v["system_prompt"], v["has_pinecone_api_key"], v["pinecone_environment"])')"
run tenant update default_tenant --slug still
is "not to another's slug" 73 "$status"
run tenant update nobody --name N
is "what is not there cannot be changed" 66 "$status"
run tenant suspend default_tenant --reason unpaid --json
is "it is suspended" "0 suspended unpaid False" "$status $(field '"%s %s %s" % (v["status"], v["status_reason"], v["is_active"])')"
run tenant suspend default_tenant
is "once more is the same" 0 "$status"
run tenant suspend quiet
is "what is deactivated cannot be" 73 "$status"
is "and what to do instead is said" 1 "$(grep -c 'tenantd tenant resume quiet' "$err")"
run tenant resume default_tenant --json
is "it is resumed" "0 active None True" "$status $(field '"%s %s %s" % (v["status"], v["status_reason"], v["is_active"])')"
run tenant deactivate still --json
is "found by its slug, what is so stays so" "0 deactivated" "$status $(field 'v["status"]')"
run tenant resume quiet --json
is "a deactivated one comes back as well" "0 active" "$status $(field 'v["status"]')"
run tenant deactivate quiet --reason gone
is "and goes" 0 "$status"
is "each is told and on record once" "tenant.created,tenant.restored,tenant.deactivated TENANT_CREATED,TENANT_RESTORED,TENANT_DEACTIVATED" \
    "$(sql "SELECT (SELECT string_agg(kind, ',' ORDER BY id) FROM tenantd.events WHERE tenant_id = 'quiet') || ' ' ||
	(SELECT string_agg(event, ',' ORDER BY id) FROM tenantd.audit WHERE tenant_id = 'quiet')")"

# -- users --
with_input 'correct horse battery' user create Ann@example.com --password-stdin --superuser --name Ann
with_input 'correct horse battery' user create ben@example.com --password-stdin
id=$(sql "SELECT id FROM users WHERE email = 'ben@example.com'")
run user list --json
is "users are listed by address" "Ann@example.com ben@example.com" "$(field '" ".join(u["email"] for u in v)')"
run user list --limit 1
is "as many as one asks for, and how to go on" "there may be more: --after ann@example.com" "$(tail -n 1 "$out")"
run user list --after ann@example.com --json
is "from one on" "ben@example.com" "$(field '" ".join(u["email"] for u in v)')"
run user list --search ANN --json
is "or those of a text" "Ann@example.com" "$(field '" ".join(u["email"] for u in v)')"
run user list --superusers --json
is "or superusers" "Ann@example.com" "$(field '" ".join(u["email"] for u in v)')"
run user show BEN@example.com --json
is "one is found by address" "$id" "$(field 'v["id"]')"
run user show "$id" --json
is "or by id" "ben@example.com False None True" "$(field '"%s %s %s %s" % (v["email"], v["is_superuser"], v["tenant_id"], v["has_password"])')"
is "the hash shows nowhere" 0 "$(cat "$out" "$err" | grep -c argon2)"
run user show nobody@example.com
is "nobody is not" 66 "$status"

run user demote ann@example.com
is "the last superuser stays one" 73 "$status"
is "and what to do first is said" 1 "$(grep -c 'tenantd user promote' "$err")"
run user promote ben@example.com --json
is "another is promoted" "0 True" "$status $(field 'v["is_superuser"]')"
run user demote ann@example.com --json
is "then the first may go" "0 False" "$status $(field 'v["is_superuser"]')"
run user assign ann@example.com DEFAULT_tenant --json
is "assigned to a tenant by its name" "0 default_tenant" "$status $(field 'v["tenant_id"]')"
run user assign ann@example.com nowhere
is "which must be there" 65 "$status"
is "and how to make it is said" 1 "$(grep -c 'tenant_id names no tenant: there is no "nowhere"' "$err")"
run user assign ann@example.com quiet
is "and be active" 73 "$status"
run user assign ann@example.com
is "one of the two must be said" 64 "$status"
run user assign ann@example.com default_tenant --none
is "not both" 64 "$status"
run user assign ann@example.com --none --json
is "and to none" "0 None" "$status $(field 'v["tenant_id"]')"

# -- let in again --
before=$(sql "SELECT password_hash FROM users WHERE id = '$id'")
sql "INSERT INTO tenantd.sessions (id, user_id, expires_at) VALUES (gen_random_uuid()::text, '$id', now() + interval '1 hour');
	INSERT INTO tenantd.password_resets (digest, user_id, expires_at) VALUES (repeat('0', 64), '$id', now() + interval '1 hour');
	INSERT INTO tenantd.totp (user_id, sealed, confirmed_at) VALUES ('$id', 'v1.x', now())"
with_input 'no capital 1' user reset-password ben@example.com --password-stdin
is "a password is as the policy asks" 65 "$status"
is "and what is wrong is said" "tenantd: password has no upper-case letter" "$(cat "$err")"
is "nothing has changed then" "$before" "$(sql "SELECT password_hash FROM users WHERE id = '$id'")"
with_input 'Another Horse 22
' user reset-password BEN@example.com --password-stdin
is "another one is set" 0 "$status"
is "it shows nowhere" 0 "$(cat "$out" "$err" | grep -c Horse)"
is "the one before is kept as a hash, sessions and resets are over" "$before|password|0|t" \
    "$(sql "SELECT (SELECT hash FROM tenantd.password_history) || '|' || (SELECT ended_reason FROM tenantd.sessions) || '|' ||
	(SELECT count(*) FROM tenantd.password_resets) || '|' || (password_changed_at > created_at)::text FROM users WHERE id = '$id'" | sed 's/true$/t/')"
run user totp-reset "$id"
is "one-time passwords are forgotten" "0 0" "$status $(sql 'SELECT count(*) FROM tenantd.totp')"
with_input 'Another Horse 22' user reset-password nobody@example.com --password-stdin
is "nobody has no password" 66 "$status"
run user totp-reset nobody@example.com
is "nor anything else" 66 "$status"
is "it is all on record" "USER_CREATED USER_CREATED USER_PROMOTED USER_DEMOTED USER_ASSIGNED USER_ASSIGNED USER_PASSWORD_SET USER_TOTP_REMOVED" \
    "$(sql "SELECT string_agg(event, ' ' ORDER BY id) FROM tenantd.audit WHERE event LIKE 'USER%'")"
run audit verify
is "and holds" 0 "$status"

# -- a policy of the tenant's own --
sql "INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES ('default_tenant', '{\"password\": {\"minLength\": 24}}')"
with_input 'correct horse battery' user create carl@example.com --password-stdin --tenant default_tenant
is "says how long the password of a new user is" 65 "$status"
with_input 'correct horse battery staple' user create carl@example.com --password-stdin --tenant default_tenant
is "at least" 0 "$status"
with_input 'Another Horse 22' user reset-password carl@example.com --password-stdin
is "and that of an old one" "65 tenantd: password has less than 24 characters" "$status $(cat "$err")"
finish
