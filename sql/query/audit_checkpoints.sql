-- Checkpoints after number $1, at most $2.
-- params: 2
-- rows: many
SELECT seq, seal, extract(epoch FROM latest)::text, extract(epoch FROM at)::text, mac
  FROM tenantd.audit_checkpoints
 WHERE seq > $1::bigint
 ORDER BY seq
 LIMIT $2::int;
