-- Alert rule $1 of tenant $2, or of the platform, in the columns of alert_rule_list.
-- params: 2
-- rows: one
SELECT r.id, r.tenant_id, r.name, r.condition, r.threshold, r.window_minutes, array_to_json(r.emails)::text, r.webhook,
       r.enabled, to_char(r.last_raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), r.version, r.created_by,
       to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.alert_rules r
 WHERE r.id = $1::text AND r.tenant_id IS NOT DISTINCT FROM $2::text;
