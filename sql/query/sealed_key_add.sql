-- $1 name, $2 the key as it is sealed.
-- params: 2
-- rows: none
INSERT INTO tenantd.sealed_keys (name, sealed) VALUES ($1::text, $2::text);
