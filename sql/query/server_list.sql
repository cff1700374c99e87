-- Database servers in the order of their ids: $1 the id to go on after, or NULL; $2 how many; $3 this
-- one alone, or NULL.
-- params: 3
-- rows: many
SELECT s.id, s.address, s.role, s.state, s.weight, s.databases_most, s.connections_most, s.pool_size,
       s.databases, s.template, s.template_stamp, s.template_next, s.health, s.health_reason,
       to_char(s.checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       s.version,
       to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(s.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       s.conninfo,
       (SELECT count(*) FROM tenantd.pool_databases p
         WHERE p.server = s.id AND p.state = 'ready' AND p.stamp = s.template_stamp),
       (SELECT count(*) FROM tenantd.pool_databases p WHERE p.server = s.id AND p.state <> 'claimed')
  FROM tenantd.database_servers s
 WHERE s.id > coalesce($1::text, '') AND ($3::text IS NULL OR s.id = $3::text)
 ORDER BY s.id
 LIMIT $2::int;
