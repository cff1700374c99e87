-- What every request asks of the tenant that a token speaks of, $1 its id, or its number in the shared registry: its
-- status; of what it is suspended in part, or NULL; how many API calls it may make this month and how many it has
-- made; how many reading and how many changing requests a minute, and for each whether that is its own limit. $2, $3
-- and $4: what the plans say of these three. No row: there is none.
-- params: 4
-- rows: one
SELECT t.status, array_to_string(t.suspension_scopes, ' '), a.hard, coalesce(u.value, 0), r.hard, r.own, w.hard, w.own
  FROM (SELECT id, status, suspension_scopes FROM public.tenants WHERE id = $1::text
         UNION ALL
        SELECT id, status, suspension_scopes
          FROM public.tenants
         WHERE id <> $1::text
           AND tenant = CASE WHEN $1::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $1::uuid END) AS t
 CROSS JOIN LATERAL tenantd.quota_limits(t.id, 'api_calls', $2::jsonb) AS a
 CROSS JOIN LATERAL tenantd.quota_limits(t.id, 'rate_read', $3::jsonb) AS r
 CROSS JOIN LATERAL tenantd.quota_limits(t.id, 'rate_write', $4::jsonb) AS w
  LEFT JOIN tenantd.usage u ON u.tenant_id = t.id AND u.metric = 'api_calls' AND u.period = tenantd.usage_period('month');
