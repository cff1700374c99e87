-- Limits and usage of tenant $1 for the metrics $2, a JSON array of place, metric, kind and plans of each: the
-- place, soft and hard limit, thresholds, whether they are the tenant's own, how much is used and of which
-- period, when the limits were changed and by whom, how often those of all these metrics were, and the plan.
-- params: 2
-- rows: many
SELECT m.place, l.soft, l.hard, to_json(l.thresholds), l.own,
       CASE WHEN m.kind <> 'rate' THEN coalesce(tenantd.quota_count(t.id, m.metric), u.value, 0) END,
       nullif(m.period, ''), to_char(q.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), q.updated_by,
       (sum(coalesce(q.version, 0)) OVER ())::bigint, t.plan
  FROM public.tenants t
 CROSS JOIN (SELECT r.place, r.metric, r.kind, r.plans, tenantd.usage_period(r.kind) AS period
               FROM jsonb_to_recordset($2::jsonb) AS r (place int, metric text, kind text, plans jsonb)) AS m
 CROSS JOIN LATERAL tenantd.quota_limits(t.id, m.metric, m.plans) AS l
  LEFT JOIN tenantd.usage u ON u.tenant_id = t.id AND u.metric = m.metric AND u.period = m.period
  LEFT JOIN tenantd.quotas q ON q.tenant_id = t.id AND q.metric = m.metric
 WHERE t.id = $1::text AND t.status <> 'purged'
 ORDER BY m.place;
