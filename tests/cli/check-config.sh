#!/bin/sh
# Settings: every fault at once, with its place; secrets never; print and load agree.
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"
key=hunter2hunter2hunter2hunter2hunter2

cat > bad.conf <<END
# line 1
WORKERS=513
DB_PORT=seven
SECRET_KEY=hunter2
DATABASE_URL=hunter2
hunter2
WORKERZ=4
DB_NAME=a
DB_NAME=b
TRUSTED_PROXIES=10.0.0.0/40
LOG_LEVEL=loud
TENANT_NAMESPACE=none
BACKEND_CORS_ORIGINS=*
COGNITO_USER_POOL_ID=pool
DB_HOST="unclosed
LISTEN_MODE=999
SELF_SERVICE_PLANS=free,gold
DB_PREPARE=maybe
END
set_env="AWS_SECRET_ACCESS_KEY=hunter2 WORKER_MAX_REQUESTS=-1"
run config check --config bad.conf
is "faults make it fail" 78 "$status"
is "it prints nothing then" "" "$(cat "$out")"
for fault in \
    'bad.conf:2: WORKERS: "513" is not in 0 to 512' \
    'bad.conf:3: DB_PORT: "seven" is not a number' \
    'bad.conf:4: SECRET_KEY: has 7 bytes, not 32 to 1024' \
    'bad.conf:5: DATABASE_URL: neither begins with postgres:// or postgresql:// nor is a list of keyword=value' \
    'bad.conf:6: this is not KEY=value' \
    'bad.conf:7: WORKERZ: there is no such option' \
    'bad.conf:9: DB_NAME: is set in line 8 already' \
    'bad.conf:10: TRUSTED_PROXIES: "10.0.0.0/40" is not a list of addresses and CIDR ranges' \
    'bad.conf:11: LOG_LEVEL: "loud" is not one of debug|info|warning|error' \
    'bad.conf:12: TENANT_NAMESPACE: has 4 bytes, not 36 to 36' \
    'BACKEND_CORS_ORIGINS: allows any origin (*), which CORS_CREDENTIALS must be off for' \
    'AWS_REGION: is not set, but COGNITO_USER_POOL_ID is' \
    'AWS_ACCESS_KEY_ID: is not set, but AWS_SECRET_ACCESS_KEY is' \
    'bad.conf:15: DB_HOST: the quote is not closed' \
    'bad.conf:16: LISTEN_MODE: "999" is not an octal number' \
    'bad.conf:17: SELF_SERVICE_PLANS: "free,gold" names something else than free|professional|enterprise' \
    'bad.conf:18: DB_PREPARE: "maybe" is neither on nor off' \
    'environment: WORKER_MAX_REQUESTS: "-1" is not in 0 to 1000000000'
do says "names: ${fault%%: [\"a-z]*}" "$err" "tenantd: $fault"; done
is "and nothing else" 18 "$(wc -l < "$err")"
is "no secret shows" 0 "$(grep -c hunter2 "$err")"

set_env=
run config check --config missing.conf
is "a file that is named must exist" 78 "$status"
run config check --config=missing.conf
is "however it is named" 78 "$status"
run --config missing.conf config check
is "and wherever" 78 "$status"
run config check
is "what is required is demanded" 78 "$status"
says "by name" "$err" "tenantd: SECRET_KEY: is not set"

cat > good.conf <<END
SECRET_KEY=$key
JWT_SECRET_KEY='$key'
DB_PASSWORD=$key
DB_HOST = "/tmp/a \"b\" \\\\"   # with a comment
JWT_ISSUER='it''s' # two words make no one
METRICS_ALLOW=
DB_PREPARE=off
WORKERS=7
END
run config check --config good.conf
is "a value ends with its quote" 78 "$status"
sed -i '/^JWT_ISSUER/d' good.conf
echo "JWT_ISSUER=it's # no comment" >> good.conf
run config check --config good.conf
is "good settings are good" 0 "$status"
says "and it says which file was read" "$out" "settings are good: good.conf"
is "silently on standard error" "" "$(cat "$err")"

set_env="TENANTD_CONFIG=good.conf WORKERS=9 DB_PORT= OPENAI_API_KEY=$key"
run config print
is "they can be printed" 0 "$status"
says "with the environment first" "$out" 'WORKERS="9" # environment'
says "then the file" "$out" 'DB_PREPARE="off" # good.conf:6'
says "then the default; empty is not set" "$out" 'DB_PORT="5432" # default'
says "an empty value in the file is a value" "$out" 'METRICS_ALLOW="" # good.conf:5'
says "secrets only by whether they are set" "$out" '# SECRET_KEY is set (good.conf:1)'
says "wherever they come from" "$out" '# OPENAI_API_KEY is set (environment)'
says "or are not" "$out" '# SECRET_KEY_PREVIOUS is not set (default)'
is "no secret shows" 0 "$(grep -c hunter2 "$out")"
cp "$out" printed.conf
run config print --json
is_json "also as JSON" "$out"
is "no secret shows there" 0 "$(grep -c hunter2 "$out")"

set_env="SECRET_KEY=$key JWT_SECRET_KEY=$key"
run config print --config printed.conf
is "what is printed can be read" 0 "$status"
sed 's/ # [^#]*$//; s/ ([^()]*)$//' "$out" | grep -v '^#' > second
sed 's/ # [^#]*$//; s/ ([^()]*)$//' printed.conf | grep -v '^#' > first
if cmp -s first second; then result 0 "and means the same"; else result 1 "and means the same"; diff first second | sed 's/^/# /'; fi

run options --sample
cp "$out" sample.conf
run config print --config sample.conf
is "the sample configuration is valid" 0 "$status"
sed 's/^#\([A-Z]\)/\1/' sample.conf > defaults.conf
run config check --config defaults.conf
is "and so is every default in it" 0 "$status"
finish
