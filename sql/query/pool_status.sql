-- The pool of each database server: how many are ready, stale, being made, claimed; and tenants'
-- databases there.
-- params: 0
-- rows: many
SELECT s.id, s.state, s.pool_size, s.template_stamp,
       count(p.name) FILTER (WHERE p.state = 'ready' AND p.stamp = s.template_stamp),
       count(p.name) FILTER (WHERE p.state = 'ready' AND p.stamp IS DISTINCT FROM s.template_stamp),
       count(p.name) FILTER (WHERE p.state = 'making'),
       count(p.name) FILTER (WHERE p.state = 'claimed'),
       s.databases
  FROM tenantd.database_servers s
  LEFT JOIN tenantd.pool_databases p ON p.server = s.id
 GROUP BY s.id
 ORDER BY s.id;
