-- Alert rules of tenant $1, or of the platform where that is NULL, in the order of ids: $2 the id to go on
-- after, or NULL; $3 how many.
-- params: 3
-- rows: many
SELECT r.id, r.tenant_id, r.name, r.condition, r.threshold, r.window_minutes, array_to_json(r.emails)::text, r.webhook,
       r.enabled, to_char(r.last_raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), r.version, r.created_by,
       to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.alert_rules r
 WHERE (r.tenant_id = $1::text OR ($1::text IS NULL AND r.tenant_id IS NULL))
   AND r.id > coalesce($2::text, '')
 ORDER BY r.id
 LIMIT $3::int;
