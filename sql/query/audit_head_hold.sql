-- Whether there is anything to seal, whether the chain's head is held by us now, until the transaction
-- ends, and the head: NULLs where it is gone. Held it is when there is anything to seal, or $1, and
-- nobody else holds it.
-- params: 1
-- rows: one
WITH waiting AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM tenantd.audit a WHERE a.seq IS NULL) AS yes
), held AS MATERIALIZED (
  SELECT h.seq, h.seal, h.began_at, h.sealed_at, h.mac
    FROM tenantd.audit_head h
   WHERE $1::boolean OR (SELECT w.yes FROM waiting w)
     FOR UPDATE SKIP LOCKED
), seen AS (
  SELECT true AS ours, t.* FROM held t
  UNION ALL
  SELECT false, h.seq, h.seal, h.began_at, h.sealed_at, h.mac
    FROM tenantd.audit_head h
   WHERE NOT EXISTS (SELECT FROM held)
)
SELECT w.yes, s.ours, s.seq, s.seal, extract(epoch FROM s.began_at)::text, extract(epoch FROM s.sealed_at)::text, s.mac
  FROM waiting w
  LEFT JOIN seen s ON true
 LIMIT 1;
