-- Where tenant $1 has its data, if in a database or a schema of its own: which of the two, the server, the
-- name.
-- params: 1
-- rows: one
SELECT r.kind, r.place, r.name
  FROM tenantd.resources r
 WHERE r.tenant_id = $1::text AND r.kind IN ('database', 'schema') AND r.state = 'made'
 ORDER BY r.kind LIMIT 1;
