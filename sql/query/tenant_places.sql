-- Tenants that have a database or a schema of their own, in the order of their ids: $1 the id to go on after,
-- or NULL; $2 how many; $3 this one alone, by its id or slug, or NULL.
-- params: 3
-- rows: many
SELECT r.tenant_id, r.kind, r.place, r.name
  FROM tenantd.resources r
 WHERE r.kind IN ('database', 'schema') AND r.state = 'made' AND r.tenant_id > coalesce($1::text, '')
   AND ($3::text IS NULL OR r.tenant_id = $3::text
        OR r.tenant_id = (SELECT n.tenant_id FROM tenantd.names n WHERE n.name = lower($3::text)))
 ORDER BY r.tenant_id
 LIMIT $2::int;
