-- What rls_probe found, in the same transaction.
-- params: 0
-- rows: many
WITH probe (found) AS (
	SELECT nullif(current_setting('tenantd.rls_probe', true), '')::jsonb
)
SELECT p.one ->> 'object', 'live probe', CASE WHEN f.words IS NULL THEN 'ok' ELSE coalesce(p.one ->> 'verdict', 'failed') END,
       coalesce(f.words, p.one ->> 'words')
  FROM (SELECT jsonb_array_elements(found) AS one FROM probe) AS p
  LEFT JOIN LATERAL jsonb_array_elements_text(p.one -> 'faults') AS f (words) ON true
UNION ALL
SELECT 'public.tenant_users', 'live probe', 'failed', 'it did not run'
  FROM probe WHERE found IS NULL;
