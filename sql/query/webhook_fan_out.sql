-- A job of kind $3 for each of the events $1 to $2 and each webhook that wants it, in order; the platform's
-- hear of every tenant, a partner's of those that are told to the partner, unless that is suspended. A
-- test is for the webhook it names alone, whatever that wants, and in no other's way; of an alert none
-- hears whose rule says so.
-- params: 3
-- rows: none
WITH batch AS MATERIALIZED (
  SELECT e.seq, e.tenant_id, e.partner_id, e.kind, e.payload->>'webhookId' AS named,
         e.kind = 'alert.raised' AND e.payload->'webhook' = 'false' AS quiet
    FROM tenantd.events e
   WHERE e.seq BETWEEN $1::bigint AND $2::bigint
), pair AS (
  SELECT b.*, w.id, w.tenant_id AS owner, w.partner_id AS partner, w.concurrency, w.enabled, w.kinds
    FROM batch b JOIN tenantd.webhooks w ON w.tenant_id = b.tenant_id
   UNION ALL
  SELECT b.*, w.id, NULL, w.partner_id, w.concurrency, w.enabled, w.kinds
    FROM batch b JOIN tenantd.webhooks w ON w.partner_id = b.partner_id
   WHERE (SELECT p.status FROM tenantd.partners p WHERE p.id = w.partner_id) = 'active'
   UNION ALL
  SELECT b.*, w.id, NULL, NULL, w.concurrency, w.enabled, w.kinds
    FROM batch b JOIN tenantd.webhooks w ON w.tenant_id IS NULL AND w.partner_id IS NULL
)
INSERT INTO tenantd.jobs (kind, tenant_id, partner_id, lane, pool, pool_most, payload)
SELECT $3::text, p.owner, p.partner,
       CASE p.kind WHEN 'webhook.test' THEN p.id || ':test:' || p.seq ELSE p.id || ':' || coalesce(p.tenant_id, '') END,
       p.id, p.concurrency, jsonb_build_object('webhookId', p.id, 'seq', p.seq)
  FROM pair p
 WHERE CASE p.kind WHEN 'webhook.test' THEN p.named = p.id
                   ELSE p.enabled AND NOT p.quiet AND tenantd.kind_is_wanted(p.kind, p.kinds) END
 ORDER BY p.seq, p.id;
