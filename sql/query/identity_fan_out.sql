-- A job of kind $3 for each user whose attributes at provider $4 the events $1 to $2 may have
-- changed: whom a membership is about; of a tenant that changed its members and its owner, and
-- whomever the provider was told to be in it. A user's jobs run in one lane, whatever tenant they
-- come from; of all these lanes, $6 at once (pool $5).
-- params: 6
-- rows: none
WITH news AS MATERIALIZED (
  SELECT DISTINCT tenant_id, kind LIKE 'tenant.%' AS whole, coalesce(payload->>'userId', payload->>'ownerId') AS user_id
    FROM tenantd.events
   WHERE seq BETWEEN $1::bigint AND $2::bigint AND (kind LIKE 'tenant.%' OR kind LIKE 'membership.%')
), concerned AS (
  SELECT tenant_id, user_id FROM news
   UNION
  SELECT n.tenant_id, m.user_id FROM news n JOIN public.tenant_users m ON m.tenant_id = n.tenant_id WHERE n.whole
   UNION
  SELECT n.tenant_id, u.id FROM news n JOIN public.users u ON u.tenant_id = n.tenant_id WHERE n.whole
   UNION
  SELECT n.tenant_id, s.user_id
    FROM news n JOIN tenantd.identity_sync s ON s.tenant_id = n.tenant_id AND s.provider = $4::text
   WHERE n.whole
)
INSERT INTO tenantd.jobs (kind, tenant_id, lane, payload, pool, pool_most)
SELECT $3::text, max(tenant_id), $3::text || ':' || user_id, jsonb_build_object('userId', user_id), $5::text, $6::int
  FROM concerned
 WHERE user_id IS NOT NULL
 GROUP BY user_id;
