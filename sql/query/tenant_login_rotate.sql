-- The password of tenant $1 was made anew.
-- params: 1
-- rows: none
UPDATE tenantd.tenant_logins SET rotated_at = now(), version = version + 1, updated_at = now()
 WHERE tenant_id = $1::text;
