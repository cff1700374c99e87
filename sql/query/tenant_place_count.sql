-- How many tenants have a database or a schema of their own.
-- params: 0
-- rows: one
SELECT count(*) FROM tenantd.resources r WHERE r.kind IN ('database', 'schema') AND r.state = 'made';
