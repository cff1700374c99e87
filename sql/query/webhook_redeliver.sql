-- A job of kind $2 for webhook $1 for each of the events $3 to $4 that it wants, as far as they happened
-- from $5 to $6 (NULL: at any time), at most $7, in a lane beside that of what is new.
-- params: 7
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, partner_id, lane, pool, pool_most, payload)
SELECT $2::text, w.tenant_id, w.partner_id, w.id || ':again:' || coalesce(e.tenant_id, ''), w.id, w.concurrency,
       jsonb_build_object('webhookId', w.id, 'seq', e.seq)
  FROM tenantd.webhooks w
  JOIN tenantd.events e
    ON CASE WHEN w.partner_id IS NOT NULL THEN e.partner_id = w.partner_id
            ELSE w.tenant_id IS NULL OR e.tenant_id = w.tenant_id END
 WHERE w.id = $1::text
   AND e.seq BETWEEN $3::bigint AND $4::bigint
   AND e.created_at BETWEEN coalesce($5::timestamptz, '-infinity') AND coalesce($6::timestamptz, 'infinity')
   AND CASE e.kind WHEN 'webhook.test' THEN e.payload->>'webhookId' = w.id
                   ELSE tenantd.kind_is_wanted(e.kind, w.kinds) END
 ORDER BY e.seq
 LIMIT $7::int;
