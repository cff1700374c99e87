-- The sessions of tenant $1 that were open when its password was made anew at $2 have ended.
-- params: 2
-- rows: none
UPDATE tenantd.tenant_logins SET end_sessions = false
 WHERE tenant_id = $1::text AND rotated_at = $2::timestamptz;
