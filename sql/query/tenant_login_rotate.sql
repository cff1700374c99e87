-- The password of tenant $1 was made anew; $2: the sessions that are open with the last one are to end.
-- params: 2
-- rows: none
UPDATE tenantd.tenant_logins
   SET rotated_at = now(), end_sessions = end_sessions OR $2::boolean, version = version + 1, updated_at = now()
 WHERE tenant_id = $1::text;
