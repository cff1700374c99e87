-- What rls_probe found, in the same transaction.
-- params: 0
-- rows: many
WITH probe (faults) AS (
	SELECT nullif(current_setting('tenantd.rls_probe', true), '')::json
)
SELECT 'public.tenant_users', 'live probe', 'failed', f.words
  FROM probe p, LATERAL json_array_elements_text(p.faults) AS f (words)
UNION ALL
SELECT 'public.tenant_users', 'live probe',
       CASE WHEN p.faults IS NULL THEN 'failed' ELSE 'ok' END,
       CASE WHEN p.faults IS NULL THEN 'it did not run' ELSE 'two tenants could not see or touch each other' END
  FROM probe p WHERE p.faults IS NULL OR json_array_length(p.faults) = 0;
