-- A job of kind $3 for each mail that hangs on one of the events $1 to $2, and each address that it goes
-- to: the tenant's own, and those of its managers, by role or group, each once. Whom a partner provisioned is welcomed by that
-- partner: nobody has confirmed the address. A deactivated tenant may be deleted $4
-- days later. Of a quota without a hard limit no mail tells: nothing will be refused. Of all these jobs $5 run at
-- once.
-- params: 5
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, pool, pool_most, payload)
SELECT $3::text, e.tenant_id, $3::text, $5::int, jsonb_build_object(
         'template', k.template, 'to', r.email, 'tenantId', e.tenant_id, 'view', jsonb_strip_nulls(jsonb_build_object(
           'tenant', jsonb_build_object('name', coalesce(e.payload->>'name', s.name)),
           'reason', CASE k.template WHEN 'tenant_suspended' THEN e.payload->>'statusReason' END,
           'deletesAt', CASE k.template WHEN 'deletion_scheduled'
                        THEN to_char(e.created_at AT TIME ZONE 'UTC' + make_interval(days => $4::int), 'YYYY-MM-DD') END,
           'quota', CASE WHEN k.template = 'quota_alert' THEN jsonb_build_object(
                        'name', replace(e.payload->>'metric', '_', ' '), 'used', e.payload->'used', 'limit', e.payload->'hard',
                        'percent', ((e.payload->>'used')::numeric * 100 / greatest((e.payload->>'hard')::numeric, 1))::bigint)
                    END)))
  FROM tenantd.events e
  JOIN (VALUES ('tenant.created', 'welcome'), ('tenant.suspended', 'tenant_suspended'),
               ('tenant.deactivated', 'deletion_scheduled'), ('quota.threshold', 'quota_alert')) AS k (kind, template)
    ON k.kind = e.kind
  LEFT JOIN LATERAL (SELECT g.name FROM public.tenants w JOIN public.custom_auth_tenant g ON g.id = w.tenant
                      WHERE w.id = e.tenant_id AND k.template = 'quota_alert') AS s ON true
 CROSS JOIN LATERAL (
   SELECT DISTINCT ON (lower(a.email)) a.email
     FROM (SELECT t.contact_email, 1
             FROM public.tenants t WHERE t.id = e.tenant_id
            UNION ALL
           SELECT u.email, 2
             FROM public.tenant_users m JOIN public.users u ON u.id = m.user_id AND u.is_active
            WHERE m.tenant_id = e.tenant_id
              AND (lower(m.role) IN ('owner', 'admin')
                   OR EXISTS (SELECT FROM tenantd.roles x
                               WHERE x.tenant_id = m.tenant_id AND x.id = lower(m.role) AND 'admin' = ANY (x.scopes))
                   OR EXISTS (SELECT FROM tenantd.group_members n
                                JOIN tenantd.groups g ON g.id = n.group_id
                                LEFT JOIN tenantd.roles x ON x.tenant_id = g.tenant_id AND x.id = g.role
                               WHERE n.tenant_id = m.tenant_id AND n.user_id = m.user_id
                                 AND (g.role = 'admin' OR 'admin' = ANY (x.scopes))))
            UNION ALL
           SELECT u.email, 3
             FROM public.users u WHERE u.id = e.payload->>'ownerId' AND u.is_active) AS a (email, place)
    WHERE a.email <> ''
    ORDER BY lower(a.email), a.place) AS r
 WHERE e.seq BETWEEN $1::bigint AND $2::bigint
   AND NOT (k.template = 'welcome' AND e.payload->>'partnerId' IS NOT NULL)
   AND NOT (k.template = 'quota_alert' AND e.payload->>'hard' IS NULL);
