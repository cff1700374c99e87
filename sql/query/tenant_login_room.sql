-- Whether server $1 has room for a pool of $3 connections of tenant $2, beside those of its other tenants;
-- and how many they may hold together. No row: as many as they like.
-- params: 3
-- rows: one
SELECT (SELECT coalesce(sum(l.pool_max), 0) FROM tenantd.tenant_logins l
         WHERE l.server = s.id AND l.role IS NOT NULL AND l.tenant_id <> $2::text) + $3::int <= s.connections_most,
       s.connections_most
  FROM tenantd.database_servers s
 WHERE s.id = $1::text AND s.connections_most IS NOT NULL;
