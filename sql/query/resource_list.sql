-- Tenant $1's, those of kind $2, or NULL: any; in the order in which they were written.
-- params: 2
-- rows: many
SELECT r.id, r.tenant_id, r.operation_id, r.step, r.kind, r.place, r.name, r.details::text, r.state, r.health,
       r.health_reason, to_char(r.checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.resources r
 WHERE r.tenant_id = $1::text AND r.state <> 'removed' AND ($2::text IS NULL OR r.kind = $2::text)
 ORDER BY r.created_at, r.id;
