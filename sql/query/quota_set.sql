-- Tenant $1 gets its own limits of metric $2: $3 soft, $4 hard, $5 thresholds, a JSON array; $6 changes them.
-- params: 6
-- rows: none
INSERT INTO tenantd.quotas AS q (tenant_id, metric, soft, hard, thresholds, updated_by)
VALUES ($1::text, $2::text, $3::bigint, $4::bigint,
        ARRAY(SELECT t::int FROM jsonb_array_elements_text($5::jsonb) AS t ORDER BY 1), $6::text)
    ON CONFLICT (tenant_id, metric) DO UPDATE
   SET own = true, soft = EXCLUDED.soft, hard = EXCLUDED.hard, thresholds = EXCLUDED.thresholds,
       version = q.version + 1, updated_at = now(), updated_by = EXCLUDED.updated_by;
