-- The figures of each database server: databases of tenants there, and those of its pool that are ready.
-- params: 0
-- rows: many
SELECT s.id, s.databases,
       (SELECT count(*) FROM tenantd.pool_databases p
         WHERE p.server = s.id AND p.state = 'ready' AND p.stamp = s.template_stamp),
       (s.health = 'down')::int
  FROM tenantd.database_servers s
 ORDER BY s.id;
