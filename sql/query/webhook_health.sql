-- How webhook $1 of tenant $2 fares, or one of the platform where that is NULL.
-- params: 2
-- rows: one
SELECT w.enabled, w.failures, to_char(w.failing_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.last_attempt_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.last_success_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.webhooks w
 WHERE w.id = $1::text AND w.tenant_id IS NOT DISTINCT FROM $2::text;
