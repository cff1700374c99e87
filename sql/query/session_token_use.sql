-- $1 digest.
-- params: 1
-- rows: none
UPDATE tenantd.refresh_tokens SET used_at = now() WHERE digest = $1::text;
