-- A server for one more database, after server_turn: $1 the one that is asked for, or NULL: by chance, as
-- the weights say; $2 connections that a tenant may hold. It is held until the transaction ends. One that
-- was just found to be down comes last.
-- params: 2
-- rows: one
SELECT s.id
  FROM tenantd.database_servers s
 WHERE s.state = 'active'
   AND (s.id = $1::text OR $1::text IS NULL AND s.weight > 0)
   AND (s.databases_most IS NULL OR s.databases < s.databases_most)
   AND (s.connections_most IS NULL OR (s.databases + 1) * $2::int <= s.connections_most)
 ORDER BY (s.health = 'down' AND s.checked_at > now() - interval '30 seconds'),
          -ln(1 - random()) / greatest(s.weight, 1)
 LIMIT 1
   FOR NO KEY UPDATE;
