-- Tenant $1 goes back to its plan's limits of metric $2; $3 changes them.
-- params: 3
-- rows: none
UPDATE tenantd.quotas
   SET own = false, soft = NULL, hard = NULL, thresholds = '{}', version = version + 1, updated_at = now(),
       updated_by = $3::text
 WHERE tenant_id = $1::text AND metric = $2::text AND own;
