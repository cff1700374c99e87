-- What belongs to tenant $1, counted: its members by role, its unfinished jobs and its
-- events by kind.
-- params: 1
-- rows: many
SELECT 'member', role, count(*)
  FROM public.tenant_users WHERE tenant_id = $1::text GROUP BY role
UNION ALL
SELECT 'job ' || state, kind, count(*)
  FROM tenantd.jobs WHERE tenant_id = $1::text AND state <> 'done' GROUP BY state, kind
UNION ALL
SELECT 'event', kind, count(*)
  FROM tenantd.events WHERE tenant_id = $1::text GROUP BY kind
 ORDER BY 1, 2;
