-- Tenant $1 goes back to its plan's limits of everything; $2 changes them.
-- params: 2
-- rows: none
UPDATE tenantd.quotas
   SET own = false, soft = NULL, hard = NULL, thresholds = '{}', version = version + 1, updated_at = now(),
       updated_by = $2::text
 WHERE tenant_id = $1::text AND own;
