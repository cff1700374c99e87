-- What operation $1 wrote down last of what is not removed.
-- params: 1
-- rows: one
SELECT r.id, r.tenant_id, r.operation_id, r.step, r.kind, r.place, r.name, r.details::text, r.state, r.health,
       r.health_reason, to_char(r.checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.resources r
 WHERE r.operation_id = $1::text AND r.state <> 'removed'
 ORDER BY r.created_at DESC, r.id DESC
 LIMIT 1;
