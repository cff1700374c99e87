#!/bin/sh
# The commands that need a database, on a private cluster with an owner and a server role.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"
cluster=$top/tests/lib/cluster.sh
trap 'sh "$cluster" destroy "$tmp/c" >/dev/null 2>&1 || :; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
admin=$(sh "$cluster" start "$tmp/c")
reach=${admin% user=*}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$reach user=$1 dbname=app" -c "$2"; }
psql -X -q "$admin" -c 'CREATE ROLE owner LOGIN' -c 'CREATE ROLE server LOGIN' \
    -c 'CREATE DATABASE app OWNER owner' -c 'CREATE DATABASE other OWNER owner'

cat > t.conf <<END
DATABASE_URL=$reach user=server dbname=app
DATABASE_OWNER_URL=$reach user=owner dbname=app
SECRET_KEY=hunter2hunter2hunter2hunter2hunter2
JWT_SECRET_KEY=hunter2hunter2hunter2hunter2hunter2-jwt
TENANT_SCHEMAS=off
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

# -- migrate --
run migrate --status
is "an empty database lacks migrations" 75 "$status"
run doctor --json
is "the doctor finds that" 70 "$status"
is "and says what to do" "run: tenantd migrate" \
    "$(field '[f["advice"] for f in v if f["verdict"] == "broken"][0]')"
run migrate
is "migrate brings it up" 0 "$status"
# shellcheck disable=SC2012 # their names are plain
newest=$(ls "$top"/sql/migrations | sed -n 's/^0*\([0-9]*\)_.*/\1/p' | tail -n 1)
# shellcheck disable=SC2012 # their names are plain
is "naming each migration" "$(ls "$top"/sql/migrations | sed 's/\.sql$//')" "$(sed -n 's/^applied //p' "$out")"
says "up to the newest" "$out" "the database is at migration $newest"
run migrate
is "a second time does nothing" "the database is at migration $newest" "$(cat "$out")"
run migrate --status --json
is "then none is missing" 0 "$status"
# shellcheck disable=SC2012 # their names are plain
is "and each is told" "$(ls "$top"/sql/migrations | wc -l) True" "$(field 'len(v), all(m["state"] == "applied" for m in v)' | tr -d '(),')"
printf '%s\n' "DATABASE_OWNER_URL=$reach user=owner dbname=other" > o.conf
grep -v '^DATABASE_OWNER_URL' t.conf >> o.conf
set_env="TENANTD_CONFIG=o.conf"
run migrate
is "an owner of another database is refused" 78 "$status"
run doctor --json
is "the doctor sees it too" 1 "$(field 'sum(f["check"] == "owner" and f["verdict"] == "broken" for f in v)')"
set_env="TENANTD_CONFIG=t.conf"

# -- tenants --
sql owner "INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name)
	SELECT ('00000000-0000-4000-8000-00000000000' || i)::uuid, 'Firm ' || i || E'\\u001b[31m', 'u' || i, 's' || i
	  FROM generate_series(1, 5) i"
sql owner "BEGIN; SET LOCAL app.current_tenant_id = 'unset';
	INSERT INTO tenant_users (tenant_id, user_id, role) SELECT id, 'u1', 'owner' FROM tenants;
	INSERT INTO tenantd.jobs (tenant_id, kind) SELECT id, 'a.job' FROM tenants;
	INSERT INTO tenantd.events (tenant_id, kind) SELECT id, 'an.event' FROM tenants, generate_series(1, 2); COMMIT"
sql owner "UPDATE tenants SET status = 'suspended', slug = 'late' WHERE id LIKE '%5'"
run tenant list --json
is "all tenants are listed" 5 "$(field 'len(v)')"
run tenant list --limit 2 --json
is "or as many as one asks for" "1 2" "$(field '" ".join(t["id"][-1] for t in v)')"
run tenant list --limit 2 --after 00000000-0000-4000-8000-000000000002 --json
is "from one on" "3 4" "$(field '" ".join(t["id"][-1] for t in v)')"
run tenant list --after 00000000-0000-4000-8000-000000000005 --json
is "until there are no more" 0 "$(field 'len(v)')"
run tenant list --status suspended --json
is "or of one status" "5" "$(field '" ".join(t["id"][-1] for t in v)')"
run tenant list
is "a name cannot steer the terminal" 0 "$(grep -c "$(printf '\033')" "$out")"
is "but is shown" 5 "$(grep -c 'Firm [1-5]\\x1b\[31m' "$out")"
run tenant list --limit 0
is "a limit is positive" 64 "$status"
run tenant count --json
is "tenants are counted" "active 4 suspended 1" "$(field '" ".join("%s %d" % (t["status"], t["count"]) for t in v)')"
run tenant show LATE --json
is "a tenant is found by its slug" 5 "$(field 'v["id"][-1]')"
is "with what belongs to it" "[('event', 'an.event', 2), ('event', 'tenant.created', 1), ('event', 'tenant.suspended', 1), ('job queued', 'a.job', 1), ('member', 'owner', 1)]" \
    "$(field '[(c["what"], c["kind"], c["count"]) for c in v["counts"]]')"
run tenant show tenant-000000000000
is "and by a slug that it had" 0 "$status"
run tenant show 00000000-0000-4000-8000-000000000001
is "and by its id" 0 "$status"
run tenant show nobody
is "but nobody else is" 66 "$status"
run tenant show "' OR 1=1 --"
is "whatever the name" 66 "$status"

# -- users --
with_input 'correct horse battery
' user create Ada@Example.com --password-stdin --tenant late --json
is "a user is created" 0 "$status"
id=$(field 'v["id"]')
is "as given" "Ada@Example.com|f|00000000-0000-4000-8000-000000000005" \
    "$(sql server "SELECT email, is_superuser, tenant_id FROM users WHERE id = '$id'")"
is "with a hash of Argon2id" 1 "$(sql server "SELECT count(*) FROM users WHERE password_hash LIKE '\$argon2id\$%'")"
is "and the deed is on record" "tenantd user create" \
    "$(sql owner "BEGIN; SET LOCAL app.current_tenant_id = 'unset'; SELECT actor FROM tenantd.audit WHERE event = 'USER_CREATED'; COMMIT")"
with_input 'correct horse battery' user create root@example.com --password-stdin --superuser
is "also a superuser, without a newline" 0 "$status"
is "who is one" t "$(sql server "SELECT is_superuser FROM users WHERE email = 'root@example.com'")"
with_input 'correct horse battery' user create aDA@example.COM --password-stdin
is "an address is taken in any case of letters" 73 "$status"
is "the password shows nowhere" 0 "$(cat "$out" "$err" | grep -c horse)"
for address in ada ada@ @example.com a@b@c 'a b@example.com' a..b@example.com a@-x.com a@x..com; do
	with_input 'correct horse battery' user create "$address" --password-stdin
	is "\"$address\" is no address" 65 "$status"
done
with_input 'elevenchars' user create b@example.com --password-stdin
is "a short password is refused" 65 "$status"
with_input '' user create b@example.com --password-stdin
is "none is refused" 65 "$status"
with_input 'correct horse battery
staple
' user create b@example.com --password-stdin
is "two lines are refused" 65 "$status"
with_input "$(printf '%02000d' 0)" user create b@example.com --password-stdin
is "a very long one is refused" 65 "$status"
with_input 'correct horse battery' user create b@example.com --password-stdin --tenant nobody
is "a tenant must be there" 66 "$status"
is "and nothing was made of all these" 2 "$(sql server 'SELECT count(*) FROM users')"
with_input 'correct horse battery' user create b@example.com
is "the password is never taken silently" 64 "$status"

# -- row-level security, and the doctor --
run rls check
is "row-level security holds" 0 "$status"
is "and says so" 1 "$(grep -c '^row-level security holds: ' "$out")"
run doctor --json
is "the doctor is content" 0 "$status"
is "but for the socket" "['server']" "$(field '[f["check"] for f in v if f["verdict"] != "ok"]')"
chmod 644 t.conf
sed -i 's/^JWT_SECRET_KEY=.*/JWT_SECRET_KEY=hunter2hunter2hunter2hunter2hunter2/' t.conf
echo DB_HOST=elsewhere >> t.conf
run doctor --json
is "a file that all may read is found" 1 "$(field 'sum("everybody may read" in f["finding"] for f in v)')"
is "and equal keys" 1 "$(field 'sum("are the same" in f["finding"] for f in v)')"
is "and two ways to say which database" 1 "$(field 'sum("DB_HOST" in f["finding"] for f in v)')"
is "which are warnings" 0 "$status"
is "without the keys" 0 "$(grep -c hunter2 "$out")"

finds() { # NAME CHECK: broken by now
	run doctor --json
	is "the doctor finds $1" "70 True" "$status $(field "any(f['check'] == '$2' and f['verdict'] == 'broken' for f in v)")"
}
sql owner 'ALTER TABLE tenant_users NO FORCE ROW LEVEL SECURITY'
run rls check --json
is "a table without FORCE fails the check" 70 "$status"
is_json "which prints JSON" "$out"
finds "it too" rls
sql owner 'ALTER TABLE tenant_users FORCE ROW LEVEL SECURITY'
sql owner 'ALTER TABLE custom_auth_tenant DISABLE TRIGGER tenantd_adopt'
sql owner "INSERT INTO custom_auth_tenant (id, name, schema_name) VALUES (gen_random_uuid(), 'x', 'x')"
finds "a row that nobody adopted" registry
is "and how many" 1 "$(field 'sum("1 of its rows have no tenant" in f["finding"] for f in v)')"
sql server 'SELECT tenantd.adopt_all()' >/dev/null
sql owner 'ALTER TABLE custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_adopt'
run doctor
is "its advice helps" 0 "$status"
sql owner 'REVOKE INSERT ON tenants FROM server; REVOKE UPDATE (held_until) ON tenantd.names FROM server'
finds "missing rights" rights
is "each by name" "role \"server\" lacks INSERT on public.tenants role \"server\" lacks UPDATE (held_until) on tenantd.names" \
    "$(field '" ".join(f["finding"] for f in v if f["check"] == "rights")')"
run migrate
run doctor
is "which migrate gives back" 0 "$status"
sql owner "UPDATE tenantd.migrations SET checksum = repeat('0', 64) WHERE number = 1"
finds "a history that is not ours" migrations
run migrate
is "which migrate refuses" 73 "$status"

# -- a database that is away --
sh "$cluster" stop "$tmp/c"
run tenant count
is "a database that is away is not available" 69 "$status"
run doctor --json
is "the doctor says so and goes on" "70 True True" \
    "$status $(field 'any(f["check"] == "database" and f["verdict"] == "broken" for f in v), any(f["check"] == "server" for f in v)' | tr -d '(),')"
is "and no secret was shown" 0 "$(cat "$out" "$err" | grep -c hunter2)"
finish
