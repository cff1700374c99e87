-- $1 name, $2 the same key sealed anew.
-- params: 2
-- rows: none
UPDATE tenantd.sealed_keys SET sealed = $2::text WHERE name = $1::text;
