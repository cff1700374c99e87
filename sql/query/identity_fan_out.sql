-- A job of kind $3 for each user whose attributes the events $1 to $2 may have changed: whom a
-- membership is about, and every member of a tenant that changed. A user's jobs run in one lane,
-- whatever tenant they come from.
-- params: 3
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, lane, payload)
SELECT $3::text, max(a.tenant_id), $3::text || ':' || a.user_id, jsonb_build_object('userId', a.user_id)
  FROM (SELECT e.tenant_id, e.payload->>'userId' AS user_id
          FROM tenantd.events e
         WHERE e.seq BETWEEN $1::bigint AND $2::bigint AND e.kind LIKE 'membership.%'
         UNION
        SELECT e.tenant_id, m.user_id
          FROM tenantd.events e
          JOIN public.tenant_users m ON m.tenant_id = e.tenant_id
         WHERE e.seq BETWEEN $1::bigint AND $2::bigint AND e.kind LIKE 'tenant.%') AS a
 WHERE a.user_id IS NOT NULL
 GROUP BY a.user_id;
