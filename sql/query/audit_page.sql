-- Sealed rows after number $1 and id $2, at most $3, each beside the head and the newest checkpoint
-- as they were at the same moment; one row without an id when there is none.
-- params: 3
-- rows: many
SELECT a.id, a.seq, a.seal, a.mac, to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       a.entry, a.event, a.severity, a.actor, a.tenant_id, a.request_id, a.address,
       extract(epoch FROM a.created_at)::text, left(a.details::text, 65537),
       h.seq, h.seal, extract(epoch FROM h.began_at)::text, extract(epoch FROM h.sealed_at)::text, h.mac,
       c.seq, c.seal, extract(epoch FROM c.latest)::text, extract(epoch FROM c.at)::text, c.mac
  FROM (SELECT) AS one
  LEFT JOIN LATERAL (SELECT * FROM tenantd.audit_head ORDER BY seq LIMIT 1) AS h ON true
  LEFT JOIN LATERAL (SELECT * FROM tenantd.audit_checkpoints ORDER BY seq DESC LIMIT 1) AS c ON true
  LEFT JOIN LATERAL (SELECT * FROM tenantd.audit
                      WHERE seq IS NOT NULL AND (seq, id) > ($1::bigint, $2::bigint)
                      ORDER BY seq, id
                      LIMIT $3::int) AS a ON true
 ORDER BY a.seq, a.id;
