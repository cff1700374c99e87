-- The database or schema, as $2 says, that is written down for tenant $1.
-- params: 2
-- rows: one
SELECT r.id, r.place, r.name, r.details::text, r.state
  FROM tenantd.resources r
 WHERE r.tenant_id = $1::text AND r.kind = $2::text AND r.state <> 'removed';
