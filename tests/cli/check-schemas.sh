#!/bin/sh
# SCHEMA_DIR: what extends a schema of requests is listed and printed, and everything wrong with it named at once, in the
# same words by "config check" and "serve".
# shellcheck disable=SC2016 # names of JSON Schema
set -eu
# shellcheck source=tap.sh
. "${srcdir:-.}/tests/cli/tap.sh"
key=hunter2hunter2hunter2hunter2hunter2
base="SECRET_KEY=$key JWT_SECRET_KEY=$key"

mkdir good
cat > good/provisioning_tenant.json <<'END'
{
  "properties": {
    "tax_id": { "type": "string", "pattern": "^DE[0-9]{9}$" },
    "phone_number": { "$ref": "#/$defs/phone" },
    "const": { "$ref": "#/properties/$ref" },
    "$ref": { "const": { "$ref": "#" } }
  },
  "patternProperties": { "^x_": { "type": "string", "maxLength": 10 } },
  "required": ["tax_id", "phone_number"],
  "$defs": { "phone": { "pattern": "^\\+[1-9][0-9]{6,14}$" } },
  "examples": [
    { "company_name": "Example Corp", "email": "admin@example.com", "phone_number": "+1234567890", "tax_id": "DE123456789" }
  ]
}
END
echo '{ "properties": { "email": { "pattern": "@example[.]com$" } } }' > good/invitation.json
echo 'is no JSON' > good/.login.json
echo 'is no JSON' > good/login.json~
ln -s ../good/invitation.json good/register.json
set_env="$base SCHEMA_DIR=good"
run config check
is "good files are good" 0 "$status"
says "the settings, too" "$out" "settings are good: environment and defaults"
says "and it says what extends what" "$out" "schema provisioning_tenant is extended by good/provisioning_tenant.json"
says "by a link as well" "$out" "schema register is extended by good/register.json"
is "and no others" 4 "$(wc -l < "$out")"
run config schemas
is "the schemas are listed" 0 "$status"
is "each that a route has" "" "$(env -i "$tenantd" routes --json | python3 -c 'import json, sys
print(*sorted({r["schema"] for r in json.load(sys.stdin) if r["schema"]}, key=str), sep="\n")' | while read -r s; do grep -q "^$s " "$out" || echo "$s"; done)"
run config schemas --json
is_json "also as JSON" "$out"
run config schemas login
cmp -s "$out" "$top/src/controllers/schemas/login.json" && same=0 || same=1
result "$same" "one that is not extended is printed as it is"
run config schemas provisioning_tenant
is_json "one that is extended, too" "$out"
cp "$out" both.json
is "with an example of the file's" DE123456789 "$(python3 -c 'import json; print(json.load(open("both.json"))["examples"][0]["tax_id"])')"
cat > try.py <<'END'
import json, sys
import jsonschema
schema = json.load(open("both.json"))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", schema)).is_valid
good = schema["examples"][0]
for body in good, {**good, "tax_id": "1"}, {**good, "phone_number": "1"}, {**good, "x_a": 1}, {**good, "email": 1}, {**good, "y": 1}, {**good, "const": {"$ref": "#"}}, {**good, "const": 1}:
    print(int(check(body)), end="")
END
is "another validator reads it, references and all" 10000110 "$(/usr/bin/python3 try.py 2>/dev/null)"
run config schemas nothing
is "there are no others" 66 "$status"

for nothing in "" missing; do
	set_env="$base SCHEMA_DIR=$nothing"
	run config check
	is "no directory \"$nothing\" is no fault" 0 "$status"
done
says "but it is said" "$out" "no schema of requests is extended: no files in missing"

# files that refer to each other, and to what is built in
mkdir sets
cat > sets/provisioning_tenant.json <<'END'
{ "properties": { "settings": { "$ref": "tenant_config.json" }, "home": { "$ref": "webhook.json#/properties/url" } },
  "examples": [{ "company_name": "a", "email": "a@b.co", "settings": { "locale": "de" }, "home": "https://b.co/" }] }
END
echo '{ "properties": { "locale": { "enum": ["de"] } } }' > sets/tenant_config.json
echo '{ "properties": { "url": { "maxLength": 100 } } }' > sets/webhook.json
set_env="$base SCHEMA_DIR=sets"
run config check
is "a file may refer to what others extend" 0 "$status"
sed -i 's/"de" }/"fr" }/' sets/provisioning_tenant.json
run config check
says "which is then asked for" "$err" 'tenantd: sets/provisioning_tenant.json: at "/examples/0": the example does not fit: "/settings/locale" must be one of de'
rm sets/provisioning_tenant.json
echo '{ "allOf": [{ "$ref": "invitation.json" }] }' > sets/invitation.json
run config check
says "but never without end" "$err" 'tenantd: sets/invitation.json: schema invitation.json at "": a schema refers to itself without end'
echo '{ "properties": { "email": { "$ref": "nowhere.json" } } }' > sets/invitation.json
run config check
says "nor to nothing" "$err" 'tenantd: sets/invitation.json: schema invitation.json at "/properties/email/$ref": there is no document of "nowhere.json"'

# NAME, FILE, WHAT IT HOLDS, WHAT IS SAID OF IT behind the path
mkdir bad
: > wanted
wrong() {
	printf '%s' "$2" > "bad/$1.json"
	shift 2
	for text; do printf 'tenantd: %s\n' "$text" >> wanted; done
}
wrong admin_tenant '{"properties":' 'bad/admin_tenant.json: is no JSON: unexpected end of text at byte 14'
wrong admin_user '[]' 'bad/admin_user.json: is no JSON Schema: not an object'
wrong alert_rule '{"properties":{"name":{"minLenght":3}}}' \
    'bad/alert_rule.json: schema alert_rule.json at "/properties/name": unknown keyword "minLenght"'
wrong chat '{"$schema":"http://json-schema.org/draft-07/schema#"}' \
    'bad/chat.json: schema chat.json at "": dialect "http://json-schema.org/draft-07/schema#" is not supported'
wrong invitation '{"properties":{"team":{},"role":{"type":["string","null"]},"email":false}}' \
    'bad/invitation.json: at "/properties/team": the built-in schema takes no further members: it can only be tightened' \
    'bad/invitation.json: at "/properties/email": the built-in schema requires this member: nothing would fit both'
wrong login '{"properties":{"password":{"type":"integer"}},"type":["array","string"]}' \
    'bad/login.json: at "/type": the built-in schema asks for another type: nothing would fit both' \
    'bad/login.json: at "/properties/password": the built-in schema gives this member another type: nothing would fit both'
wrong onboarding '{"required":["planId","color"]}' \
    'bad/onboarding.json: at "/required/1": neither this file nor the built-in schema has a property "color"'
wrong provisioning_tenant '{"properties":{"partner_id":{},"tax_id":{}},"patternProperties":{"_at$":{}},"additionalProperties":false}' \
    "$(printf 'bad/provisioning_tenant.json: at "/properties": the member "%s" is reserved: it is answered by the server\n' created_at)" \
    'bad/provisioning_tenant.json: at "/properties": the member "updated_at" is reserved: it is answered by the server' \
    'bad/provisioning_tenant.json: at "/properties": the member "deactivated_at" is reserved: it is answered by the server' \
    'bad/provisioning_tenant.json: at "/properties": the member "partner_id" is reserved: it is answered by the server' \
    'bad/provisioning_tenant.json: at "/additionalProperties": would refuse "company_name", which the built-in schema requires: name it in properties here, too' \
    'bad/provisioning_tenant.json: at "/additionalProperties": would refuse "email", which the built-in schema requires: name it in properties here, too'
wrong register '{"properties":{"name":{"maxLength":3}},"examples":[{"email":"a@b.co","password":"p","name":"Anna"}]}' \
    'bad/register.json: at "/examples/0": the example does not fit: "/name" must have at most 3 characters'
wrong tenant '{}' 'bad/tenant.json: there is no schema of requests "tenant"'
head -c 70000 /dev/zero | tr '\0' ' ' > bad/token.json
echo 'tenantd: bad/token.json: is larger than 64 KiB' >> wanted
mkfifo bad/totp_begin.json
echo 'tenantd: bad/totp_begin.json: is no regular file' >> wanted
mkdir bad/totp_code.json
echo 'tenantd: bad/totp_code.json: is no regular file' >> wanted
ln -s nowhere bad/verify.json
echo 'tenantd: bad/verify.json: No such file or directory' >> wanted
wrong webhook '{"properties":{"url":{"pattern":"("}}}'
echo 'WORKERS=513' > bad.conf

set_env="$base SCHEMA_DIR=bad"
run config check
is "faults make it fail" 78 "$status"
is "it prints nothing then" "" "$(cat "$out")"
cp "$err" said
while read -r line; do says "names: ${line#tenantd: bad/}" said "$line"; done < wanted
is "a pattern that is none" 1 "$(grep -c '^tenantd: bad/webhook.json: schema webhook.json at "/properties/url/pattern": ' said)"
is "the names that there are, once" 1 "$(grep -c '^tenantd: bad: the schemas of requests are .*, provisioning_tenant, ' said)"
is "and nothing else" $(($(wc -l < wanted) + 2)) "$(wc -l < said)"
run doctor --json
is "the doctor finds as much" "$(wc -l < said)" "$(/usr/bin/python3 -c 'import json, sys
print(sum(f["check"] == "schemas" and f["verdict"] == "broken" for f in json.load(open(sys.argv[1]))))' "$out")"
run serve
is "nor does it serve" 78 "$status"
cmp -s "$err" said && same=0 || same=1
result "$same" "for the same reasons"
run config schemas
is "nor print them" 78 "$status"
set_env="$base SCHEMA_DIR=bad.conf"
run config check
says "a file is no directory" "$err" "tenantd: bad.conf: could not open: Not a directory"
finish
