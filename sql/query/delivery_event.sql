-- The event of attempt $2 at webhook $1; the last columns are NULL where it is not kept any more.
-- params: 2
-- rows: one
SELECT d.seq, e.id, e.tenant_id
  FROM tenantd.deliveries d
  LEFT JOIN tenantd.events e ON e.seq = d.seq AND e.id = d.event_id
 WHERE d.id = $2::bigint AND d.webhook_id = $1::text;
