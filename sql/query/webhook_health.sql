-- How webhook $1 of tenant $2 or of partner $3 fares; both NULL: of the platform.
-- params: 3
-- rows: one
SELECT w.enabled, w.failures, to_char(w.failing_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.last_attempt_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.last_success_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.webhooks w
 WHERE w.id = $1::text AND w.tenant_id IS NOT DISTINCT FROM $2::text
   AND w.partner_id IS NOT DISTINCT FROM $3::text;
