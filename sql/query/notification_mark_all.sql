-- Everything of tenant $1 is read, by $2 what was not.
-- params: 2
-- rows: none
UPDATE tenantd.notifications
   SET read_at = now(), read_by = $2::text
 WHERE tenant_id = $1::text AND read_at IS NULL;
