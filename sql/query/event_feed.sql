-- The events after $1, or from the first that is kept: of the next $4 numbers those of a kind in $2,
-- or all where that is NULL, at most $3. At least one row: how far the feed is, its first, which
-- database's it is, and after what was looked; without an event the other columns are NULL. What the
-- context may not see is not there. The bounds are subqueries: an operator that might leak would have to
-- wait for row-level security, and could not use the index.
-- params: 4
-- rows: many
SELECT h.seq, h.oldest, (SELECT (extract(epoch FROM applied_at) * 1000000)::bigint
                           FROM tenantd.migrations WHERE number = 6),
       a.after, e.seq, e.id, e.kind, e.version, e.tenant_id, e.actor, e.request_id,
       to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.payload::text
  FROM tenantd.event_head h
 CROSS JOIN LATERAL (SELECT coalesce($1::bigint, h.oldest - 1) AS after) AS a
  LEFT JOIN LATERAL (
    SELECT n.*
      FROM tenantd.events n
     WHERE n.seq > (SELECT a.after) AND n.seq <= (SELECT least(h.seq, a.after + $4::bigint))
       AND ($2::text[] IS NULL OR n.kind = ANY ($2::text[]))
     ORDER BY n.seq
     LIMIT $3::int) AS e ON true
 ORDER BY e.seq;
