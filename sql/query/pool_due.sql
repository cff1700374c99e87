-- Database servers whose pool has less than it is to have, $1 where the server says nothing; or of
-- another stamp than $2, or more than a server that takes nothing new should have.
-- params: 2
-- rows: many
SELECT s.id
  FROM tenantd.database_servers s
  LEFT JOIN tenantd.pool_databases p ON p.server = s.id AND p.state <> 'claimed'
 WHERE s.state <> 'off'
 GROUP BY s.id
HAVING CASE WHEN s.state = 'active'
            THEN count(p.name) FILTER (WHERE p.state = 'ready' AND p.stamp = $2::text) < coalesce(s.pool_size, $1::int)
                 OR s.template_stamp IS DISTINCT FROM $2::text
                 OR count(p.name) FILTER (WHERE p.state = 'ready' AND p.stamp <> $2::text) > 0
            ELSE count(p.name) > 0 END
 ORDER BY s.id;
